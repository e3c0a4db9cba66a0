/**
 * A realm: a name space of its own, in which sessions meet (SL-11).
 */
import type { ClientFeatures } from "../wamp/features.ts";
import type { RandomIds } from "../wamp/id.ts";
import type { Identity } from "../wamp/identity.ts";
import type { UriCheck } from "../wamp/uri.ts";
import { Broker } from "./broker.ts";
import { CallTable } from "./call_table.ts";
import { Dealer } from "./dealer.ts";
import { Peer, type PeerLimits } from "./peer.ts";
import type { Authorizer, Counters, Outlet } from "./ports.ts";
import { newRequestSecret, type RequestSecret } from "./request_table.ts";

/** What a realm is made of. */
export interface RealmOptions {
  readonly name: string;
  readonly uriCheck: UriCheck;
  /** By role name: a session joins only under one of these (AU-06). */
  readonly roles: ReadonlyMap<string, Authorizer>;
}

/** How many of each kind a realm holds; all zero when every client is gone. */
export interface RealmInventory {
  readonly sessions: number;
  readonly subscriptions: number;
  readonly registrations: number;
  readonly pendingCalls: number;
}

/** The sessions of one realm, and its broker and dealer. */
export class Realm {
  readonly name: string;
  readonly uriCheck: UriCheck;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly calls: CallTable;
  readonly #roles: ReadonlyMap<string, Authorizer>;
  readonly #requestSecret: RequestSecret;
  readonly #peers = new Map<number, Peer>();

  constructor(options: RealmOptions, ids: RandomIds, counters: Counters) {
    this.name = options.name;
    this.uriCheck = options.uriCheck;
    this.#roles = options.roles;
    this.#requestSecret = newRequestSecret(ids);
    this.calls = new CallTable(counters);
    this.broker = new Broker({
      uriCheck: options.uriCheck,
      publicationIds: ids,
      counters,
    });
    this.dealer = new Dealer(options.uriCheck, this.calls);
  }

  /** Whether sessions may join under `role`. */
  hasRole(role: string): boolean {
    return this.#roles.has(role);
  }

  /**
   * Enters a session.
   *
   * @throws {RangeError} Where the realm has no such role; ask first.
   */
  join(
    sessionId: number,
    identity: Identity,
    features: ClientFeatures,
    limits: PeerLimits,
    outlet: Outlet,
  ): Peer {
    const authorizer = this.#roles.get(identity.authrole);
    if (authorizer === undefined) {
      throw new RangeError(
        `Cannot join realm "${this.name}": it has no role "${identity.authrole}"`,
      );
    }
    const peer = new Peer(
      sessionId,
      identity,
      features,
      limits,
      authorizer,
      outlet,
      this.#requestSecret,
    );
    this.#peers.set(sessionId, peer);
    return peer;
  }

  /** Takes a session out, with all that it owns (SL-05). */
  leave(peer: Peer): void {
    if (!this.#peers.delete(peer.sessionId)) return;
    this.broker.leave(peer);
    this.dealer.leave(peer);
    this.calls.leave(peer);
  }

  /** What the realm holds at present. */
  inventory(): RealmInventory {
    return {
      sessions: this.#peers.size,
      subscriptions: this.broker.subscriptionCount,
      registrations: this.dealer.registrationCount,
      pendingCalls: this.calls.count,
    };
  }
}
