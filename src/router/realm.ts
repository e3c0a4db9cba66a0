/**
 * A realm: a name space of its own, in which sessions meet (SL-11).
 */
import type { Clock, Timers } from "../base/timers.ts";
import { CloseUri, ErrorUri } from "../wamp/error_uri.ts";
import type { ClientFeatures, Identity } from "../wamp/features.ts";
import type { RandomIds, RandomSource } from "../wamp/id.ts";
import type { Overload } from "../wamp/overload.ts";
import type { UriCheck } from "../wamp/uri.ts";
import { AccessControl } from "./access_control.ts";
import { Broker } from "./broker.ts";
import { Calls } from "./calls.ts";
import { Dealer } from "./dealer.ts";
import { EventDelivery } from "./event_delivery.ts";
import type { EventStore } from "./event_store.ts";
import type { LongWork, LongWorks } from "./long_work.ts";
import { MetaProcedures } from "./meta/meta_procedures.ts";
import { Peer, type PeerLimits } from "./model.ts";
import {
  type Confirmer,
  type RealmObserver,
  RealmObservers,
} from "./observers.ts";
import { type Counters, type Outlet, type Role } from "./ports.ts";
import { NO_QUOTA, QuotaBook, type QuotaTable } from "./quota.ts";
import { newRequestSecret, type RequestSecret } from "./request_table.ts";
import { type DuplicatePolicy, SoleSessions } from "./sole_sessions.ts";
import { Testaments } from "./testaments.ts";

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
  /** By role name: what becomes of clients that do not read; absent: as transports say. */
  readonly overloads?: ReadonlyMap<string, Overload>;
  readonly store: EventStore;
  /** Asked before each SUBSCRIBE and REGISTER takes effect; undefined: nobody is. */
  readonly confirmer?: Confirmer;
}

/** What all realms share. */
export interface RealmServices {
  /** For session and publication IDs. */
  readonly ids: RandomIds;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  /** Told what happens in all realms. */
  readonly observers: readonly RealmObserver[];
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  readonly longWorks: LongWorks;
}

/** Why a session cannot join. */
export interface JoinRefusal {
  /** A URI. */
  readonly reason: string;
  /** For people, with the config key that decided. */
  readonly text: string;
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

/** The sessions of one realm, and what routes between them. */
export class Realm {
  readonly name: string;
  readonly uriCheck: UriCheck;
  readonly hasMetaApi: boolean;
  /** By name: sessions may join under these. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Told what happens here. */
  readonly observers: RealmObservers;
  readonly access: AccessControl;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly calls: Calls;
  /** What the realm answers itself. */
  readonly procedures: MetaProcedures;
  readonly testaments: Testaments;
  readonly store: EventStore;
  readonly #counters: Counters;
  readonly #longWorks: LongWorks;
  readonly #emptied: () => void;
  readonly #quotas = new Map<string, QuotaBook>();
  readonly #soles: SoleSessions;
  readonly #callTimeoutsMs: ReadonlyMap<string, number>;
  readonly #overloads: ReadonlyMap<string, Overload>;
  readonly #requestSecret: RequestSecret;
  readonly #peers = new Map<number, Peer>();

  /** @param emptied Called when the last session has left. */
  constructor(
    options: RealmOptions,
    services: RealmServices,
    emptied: () => void = () => {},
  ) {
    const { name, store, confirmer } = options;
    const { clock, counters, random, longWorks } = services;
    this.name = name;
    this.uriCheck = options.uriCheck;
    this.hasMetaApi = options.hasMetaApi;
    this.roles = options.roles;
    this.store = store;
    this.#counters = counters;
    this.#longWorks = longWorks;
    this.#emptied = emptied;
    for (const [role, table] of options.quotas) {
      this.#quotas.set(role, new QuotaBook(table, services.nowMs));
    }
    this.#soles = new SoleSessions(options.duplicatePolicies ?? new Map());
    this.#callTimeoutsMs = options.callTimeoutsMs ?? new Map();
    this.#overloads = options.overloads ?? new Map();
    this.#requestSecret = newRequestSecret(services.ids);
    const observers = new RealmObservers(name, services.observers);
    const access = new AccessControl(observers, counters);
    const { uriCheck, allowsDisclosure } = options;
    const common = { uriCheck, allowsDisclosure, access, observers, clock };
    this.observers = observers;
    this.access = access;
    this.calls = new Calls({
      ...services,
      queueLength: options.callQueueLength,
    });
    this.procedures = new MetaProcedures(
      this.calls,
      access,
      counters,
      longWorks,
    );
    this.broker = new Broker({
      ...common,
      confirmer,
      publicationIds: services.ids,
      longWorks,
      delivery: new EventDelivery(store, clock, counters, observers),
      histories: store.histories,
    });
    this.dealer = new Dealer({
      ...common,
      confirmer,
      calls: this.calls,
      procedures: this.procedures,
      random,
    });
    this.testaments = new Testaments(this.broker);
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
      const text =
        "This authid already has a session, and its role allows one (on_duplicate_authid)";
      return { reason: ErrorUri.AUTHID_IN_USE, text };
    }
    const text = this.#quotas.get(authrole)
      ?.refusal({ authid, address }, rival?.quota);
    if (text === undefined) return undefined;
    this.#counters.increment("limits_reached");
    return { reason: ErrorUri.LIMIT_REACHED, text };
  }

  /** What becomes of sessions of a role that do not read; undefined: it does not say. */
  overloadOf(role: string): Overload | undefined {
    return this.#overloads.get(role);
  }

  /** The session whose place such a session takes; undefined where there is none. */
  rivalOf(identity: Identity): Peer | undefined {
    return this.#soles.rivalOf(identity);
  }

  /**
   * Takes a session in. One whose place it takes leaves before, by GOODBYE.
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
      book?.join({ authid: identity.authid, address }) ?? NO_QUOTA,
      this.#requestSecret,
      this.#callTimeoutsMs.get(identity.authrole),
    );
    peer.countIn();
    this.#peers.set(sessionId, peer);
    this.#soles.add(peer);
    this.observers.tell({ kind: "joined", peer });
    return peer;
  }

  /**
   * Takes a session out, with all that it owns (SL-05).
   *
   * @param silently Without meta events and testaments (MS-09).
   */
  leave(peer: Peer, silently: boolean = false): void {
    if (!this.#peers.delete(peer.sessionId)) return;
    this.#release(peer, silently);
    if (this.#peers.size === 0) this.#emptied();
  }

  /** The realm is not empty in between: it stays for who takes the place. */
  #endRival(identity: Identity): void {
    const rival = this.rivalOf(identity);
    if (rival === undefined) return;
    const text = "A new session of the same authid has taken this one's place";
    rival.outlet.kill(CloseUri.REPLACED, text);
    this.#peers.delete(rival.sessionId);
    this.#release(rival, false);
  }

  /** From here on nobody finds anything of `peer`; what it had goes in pieces. */
  #release(peer: Peer, silently: boolean): void {
    this.#soles.remove(peer);
    peer.hasLeft = true;
    if (peer.ownsNothing && !this.testaments.has(peer)) {
      this.#quotas.get(peer.identity.authrole)?.leave(peer.quota);
      peer.countOut();
      this.observers.tell({ kind: "left", peer, silently });
      return;
    }
    this.broker.depart(peer, silently);
    this.dealer.depart(peer, silently);
    this.#quotas.get(peer.identity.authrole)?.leave(peer.quota);
    this.#longWorks.run(this.#takeApart(peer, silently));
  }

  *#takeApart(peer: Peer, silently: boolean): LongWork {
    yield* this.testaments.leave(peer, silently);
    yield* this.#paced(this.broker.leave(peer));
    yield* this.#paced(this.dealer.leave(peer));
    yield* this.calls.leave(peer);
    peer.countOut();
    this.observers.tell({ kind: "left", peer, silently });
  }

  /** What is told of `work` to many is not to pile up. */
  *#paced(work: LongWork): LongWork {
    for (const sent of work) {
      yield sent;
      while (this.broker.isBehind) yield 0;
    }
  }

  /**
   * Ends a session by GOODBYE; it is out of routing at once (MS-10).
   *
   * @param silently Without meta events and testaments (MS-09).
   */
  kill(
    peer: Peer,
    reason: string,
    message: string | undefined,
    silently: boolean,
  ): void {
    // First, so that nothing of its own end reaches it (MS-03, SL-08).
    peer.outlet.kill(reason, message);
    this.leave(peer, silently);
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
      testators: this.testaments.count,
    };
  }
}
