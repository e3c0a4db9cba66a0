/**
 * A realm: a name space of its own, in which sessions meet (SL-11).
 */
import type { Clock, Timers } from "../base/timers.ts";
import type { RandomIds, RandomSource } from "../wamp/id.ts";
import type { ClientFeatures, Identity } from "../wamp/features.ts";
import { CloseUri, ErrorUri } from "../wamp/error_uri.ts";
import type { UriCheck } from "../wamp/uri.ts";
import { Broker } from "./broker.ts";
import { CallAnswers } from "./call_answers.ts";
import { CallInvoker } from "./call_invoker.ts";
import { CallTable } from "./call_table.ts";
import { Dealer } from "./dealer.ts";
import { EventDelivery } from "./event_delivery.ts";
import type { EventStore } from "./event_store.ts";
import { Gate } from "./gate.ts";
import { MetaApi } from "./meta/meta_api.ts";
import type { RealmView } from "./meta/realm_view.ts";
import { Peer, type PeerLimits } from "./peer.ts";
import type {
  Counters,
  DenialObserver,
  LossObserver,
  Outlet,
  Role,
} from "./ports.ts";
import { NO_QUOTA, type QuotaTable } from "./quota.ts";
import { QuotaBook } from "./quota_book.ts";
import { newRequestSecret, type RequestSecret } from "./request_table.ts";
import { type DuplicatePolicy, SoleSessions } from "./sole_sessions.ts";

/** What a realm is made of. */
export interface RealmOptions {
  readonly name: string;
  readonly uriCheck: UriCheck;
  /** Whether `disclose_me` and `disclose_caller` are granted (PI-02, CI-03). */
  readonly allowsDisclosure: boolean;
  /** Calls that may wait at one registration whose callees are busy; 0: none. */
  readonly callQueueLength: number;
  /** Whether there are procedures and events below `wamp.`. */
  readonly hasMetaApi: boolean;
  /** By role name: a session joins only under one of these (AU-06). */
  readonly roles: ReadonlyMap<string, Role>;
  /** By role name: what its sessions may have together; absent: any number. */
  readonly quotas: ReadonlyMap<string, QuotaTable>;
  /** By role name: where an authid has one session at most. */
  readonly duplicatePolicies?: ReadonlyMap<string, DuplicatePolicy>;
  /**
   * By role name: how long the calls of its sessions may take that name no timeout
   * (TO-05); absent: as long as they do.
   */
  readonly callTimeoutsMs?: ReadonlyMap<string, number>;
  readonly store: EventStore;
}

/** What all realms share. */
export interface RealmServices {
  /** For session and publication IDs. */
  readonly ids: RandomIds;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly denials: DenialObserver;
  readonly losses: LossObserver;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** Why a session cannot join. */
export interface JoinRefusal {
  /** A URI. */
  readonly reason: string;
  /** For people. */
  readonly text: string;
  /** The config key. */
  readonly decidedBy: string;
}

/** How many of each kind a realm holds; all zero when every client is gone. */
export interface RealmInventory {
  readonly sessions: number;
  readonly subscriptions: number;
  readonly registrations: number;
  readonly pendingCalls: number;
  /** Sessions with testaments. */
  readonly testators: number;
}

/** The sessions of one realm, and its broker and dealer. */
export class Realm implements RealmView {
  readonly name: string;
  readonly uriCheck: UriCheck;
  readonly hasMetaApi: boolean;
  /** By name: sessions may join under these. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly gate: Gate;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly store: EventStore;
  readonly calls: CallTable;
  readonly answers: CallAnswers;
  readonly #counters: Counters;
  readonly #emptied: () => void;
  readonly #quotas = new Map<string, QuotaBook>();
  readonly #soles: SoleSessions;
  readonly #callTimeoutsMs: ReadonlyMap<string, number>;
  readonly #requestSecret: RequestSecret;
  readonly #peers = new Map<number, Peer>();
  readonly #meta: MetaApi;

  /** @param emptied Called when the last session has left. */
  constructor(
    options: RealmOptions,
    services: RealmServices,
    emptied: () => void = () => {},
  ) {
    const { name, uriCheck, allowsDisclosure, store } = options;
    const { clock, counters, random } = services;
    this.name = name;
    this.uriCheck = uriCheck;
    this.hasMetaApi = options.hasMetaApi;
    this.store = store;
    this.gate = new Gate(name, services.denials, counters);
    this.roles = options.roles;
    this.#counters = counters;
    this.#emptied = emptied;
    for (const [role, table] of options.quotas) {
      this.#quotas.set(role, new QuotaBook(table, services.nowMs));
    }
    this.#soles = new SoleSessions(options.duplicatePolicies ?? new Map());
    this.#callTimeoutsMs = options.callTimeoutsMs ?? new Map();
    this.#requestSecret = newRequestSecret(services.ids);
    this.#meta = new MetaApi(this, counters, options.hasMetaApi);
    this.calls = new CallTable(services.timers, counters, services.nowMs);
    const invoker = new CallInvoker(this.calls, options.callQueueLength);
    this.answers = new CallAnswers(this.calls, invoker);
    this.broker = new Broker({
      uriCheck,
      allowsDisclosure,
      gate: this.gate,
      publicationIds: services.ids,
      clock,
      observer: this.#meta.events,
      delivery: new EventDelivery(store, clock, counters, (peer, loss) => {
        services.losses.lost(name, peer, loss);
        this.#meta.events.eventLost(peer, loss);
      }),
      histories: store.histories,
    });
    this.dealer = new Dealer({
      uriCheck,
      allowsDisclosure,
      gate: this.gate,
      table: this.calls,
      invoker,
      random,
      clock,
      observer: this.#meta.events,
      meta: this.#meta,
    });
  }

  /**
   * Why no more such session can join; undefined where it can.
   *
   * @param address Where it comes from; undefined: nowhere that is counted.
   */
  refuseJoin(
    identity: Identity,
    address: string | undefined,
  ): JoinRefusal | undefined {
    const { authid, authrole } = identity;
    const rival = this.rivalOf(identity);
    if (rival !== undefined && this.#soles.refuses(identity)) {
      const text = "This authid has a session already, the only one allowed";
      return {
        reason: ErrorUri.AUTHID_IN_USE,
        text,
        decidedBy: "on_duplicate_authid",
      };
    }
    const text = this.#quotas.get(authrole)
      ?.refusal({ authid, address }, rival?.quota);
    if (text === undefined) return undefined;
    this.#counters.increment("limits_reached");
    return {
      reason: ErrorUri.LIMIT_REACHED,
      text,
      decidedBy: "quotas: max_sessions",
    };
  }

  /** The session whose place such a session takes; undefined where there is none. */
  rivalOf(identity: Identity): Peer | undefined {
    return this.#soles.rivalOf(identity);
  }

  /**
   * Enters a session. One whose place it takes leaves before, by GOODBYE.
   *
   * @param address As above.
   * @throws {RangeError} Where the realm has no such role; ask first.
   */
  join(
    sessionId: number,
    identity: Identity,
    features: ClientFeatures,
    limits: PeerLimits,
    outlet: Outlet,
    address: string | undefined,
  ): Peer {
    const role = this.roles.get(identity.authrole);
    if (role === undefined) {
      throw new RangeError(
        `Cannot join realm "${this.name}": it has no role "${identity.authrole}"`,
      );
    }
    this.#endRival(identity);
    const book = this.#quotas.get(identity.authrole);
    const peer = new Peer(
      sessionId,
      identity,
      features,
      limits,
      role.authorizerOf(sessionId, identity),
      outlet,
      book?.enter({ authid: identity.authid, address }) ?? NO_QUOTA,
      this.#requestSecret,
      this.#callTimeoutsMs.get(identity.authrole),
    );
    this.#peers.set(sessionId, peer);
    this.#soles.add(peer);
    this.#meta.events.joined(peer);
    return peer;
  }

  /**
   * Takes a session out, with all that it owns (SL-05).
   *
   * @param tells False: without meta events and testaments (MS-09).
   */
  leave(peer: Peer, tells: boolean = true): void {
    if (!this.#peers.delete(peer.sessionId)) return;
    this.#release(peer, tells);
    if (this.#peers.size === 0) this.#emptied();
  }

  /** The realm is not empty in between: it stays for who takes the place. */
  #endRival(identity: Identity): void {
    const rival = this.rivalOf(identity);
    if (rival === undefined) return;
    const text = "A new session of the same authid has taken this one's place";
    rival.outlet.kill(CloseUri.REPLACED, text);
    this.#peers.delete(rival.sessionId);
    this.#release(rival, true);
  }

  #release(peer: Peer, tells: boolean): void {
    this.#soles.remove(peer);
    this.#meta.execute(peer, tells);
    if (!peer.ownsNothing) {
      this.broker.leave(peer, tells);
      this.dealer.leave(peer, tells);
      this.calls.leave(peer);
    }
    this.#quotas.get(peer.identity.authrole)?.leave(peer.quota);
    if (tells) this.#meta.events.left(peer);
  }

  kill(
    peer: Peer,
    reason: string,
    message: string | undefined,
    tells: boolean,
  ): void {
    // First, so that nothing of its own end reaches it (MS-03, SL-08).
    peer.outlet.kill(reason, message);
    this.leave(peer, tells);
  }

  /** All sessions, by ID. */
  get peers(): ReadonlyMap<number, Peer> {
    return this.#peers;
  }

  /** What the realm holds at present. */
  inventory(): RealmInventory {
    return {
      sessions: this.#peers.size,
      subscriptions: this.broker.subscribedCount,
      registrations: this.dealer.registrations.size,
      pendingCalls: this.calls.count,
      testators: this.#meta.testatorCount,
    };
  }
}
