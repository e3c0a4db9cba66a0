/**
 * What a realm holds: sessions, subscriptions, registrations and pending calls.
 *
 * They refer to each other, so that each can go at any time, and its going costs
 * what belongs to it and not what the realm holds.
 */
import type { Deadline } from "../base/timer_wheel.ts";
import type { ClientFeatures, Identity } from "../wamp/features.ts";
import { ID_MAX, nextSessionScopeId, type RandomSource } from "../wamp/id.ts";
import type { Dict, InvocationPolicy } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { HistoryKey } from "./event_store.ts";
import type { Authorizer, Outlet } from "./ports.ts";
import { limitText, type Quota, type QuotaKind } from "./quota.ts";
import {
  EndedRequests,
  type RequestSecret,
  RequestTable,
} from "./request_table.ts";

/** How much one session may own. */
export interface PeerLimits {
  readonly maxSubscriptions: number;
  readonly maxRegistrations: number;
  /** Calls of the session that are not answered yet. */
  readonly maxPendingCalls: number;
  /** Testaments that wait for the session's end, of both scopes. */
  readonly maxTestaments: number;
  /** Their size, as it is in memory. */
  readonly maxTestamentBytes: number;
}

/** What a session can own, within limits. */
export type OwnedKind = Exclude<QuotaKind, "sessions">;

const LIMIT = {
  subscriptions: "maxSubscriptions",
  registrations: "maxRegistrations",
  pendingCalls: "maxPendingCalls",
} as const;

/** So many requests of a session wait for their answers at a time. */
const WAITING_MAX = 64;
/** So many ended calls of a session are remembered at least. */
const ENDED_CALLS_MIN = 4096;

/** One joined session. */
export class Peer {
  /** WELCOME.Session (HW-09). */
  readonly sessionId: number;
  readonly identity: Identity;
  readonly features: ClientFeatures;
  readonly limits: PeerLimits;
  readonly authorizer: Authorizer;
  readonly outlet: Outlet;
  /** What it has is counted with what others have. */
  readonly quota: Quota;
  /** How long its calls may take that name no timeout; 0: as long as they do. */
  readonly callTimeoutMs: number;
  readonly #requestSecret: RequestSecret;
  /** The INVOCATION.Request sent last; the next is one more (ID-07). */
  lastInvocationId = 0;
  /** The largest request ID that the session has used (PG-08). */
  #highestRequest = 0;
  /** Whether the session is out of its realm. */
  hasLeft = false;
  /** Done when all is answered that waits; undefined: nothing does. */
  #turn: Promise<void> | undefined = undefined;
  #waitingCount = 0;
  /** Done when what the session asked for last is; undefined: it is. */
  #longWork: Promise<void> | undefined = undefined;

  // Idle sessions are many: the tables are made when first used.
  #subscriptions: Map<number, Subscription> | undefined = undefined;
  #registrations: Map<number, Registration> | undefined = undefined;
  #calls: RequestTable<PendingCall> | undefined = undefined;
  #invocations: RequestTable<PendingCall> | undefined = undefined;
  #endedCalls: EndedRequests | undefined = undefined;
  #owed: Set<PendingCall> | undefined = undefined;

  constructor(
    sessionId: number,
    identity: Identity,
    features: ClientFeatures,
    limits: PeerLimits,
    authorizer: Authorizer,
    outlet: Outlet,
    quota: Quota,
    requestSecret: RequestSecret,
    callTimeoutMs: number = 0,
  ) {
    this.sessionId = sessionId;
    this.identity = identity;
    this.features = features;
    this.limits = limits;
    this.authorizer = authorizer;
    this.outlet = outlet;
    this.quota = quota;
    this.callTimeoutMs = callTimeoutMs;
    this.#requestSecret = requestSecret;
  }

  /** False for the router itself, which calls procedures too, and is nobody (MS-03). */
  get isSession(): boolean {
    return true;
  }

  /** By subscription ID. */
  get subscriptions(): Map<number, Subscription> {
    return this.#subscriptions ??= new Map();
  }

  /** By registration ID. */
  get registrations(): Map<number, Registration> {
    return this.#registrations ??= new Map();
  }

  /** Calls of this session as caller, by CALL.Request. */
  get calls(): RequestTable<PendingCall> {
    return this.#calls ??= new RequestTable(this.#requestSecret);
  }

  /** Calls at this session as callee, by INVOCATION.Request. */
  get invocations(): RequestTable<PendingCall> {
    return this.#invocations ??= new RequestTable(this.#requestSecret);
  }

  /**
   * Why the session can have no more of `kind`; undefined where it can.
   *
   * @param giving The quotas of sessions that give one up for it.
   */
  limitReached(
    kind: OwnedKind,
    giving: readonly Quota[] = [],
  ): string | undefined {
    const max = this.limits[LIMIT[kind]];
    return this.#count(kind) < max
      ? this.quota.refusal(kind, giving)
      : limitText(kind, max, "session");
  }

  /** Whether the session has none of these: then its leaving concerns nobody. */
  get ownsNothing(): boolean {
    return this.#count("subscriptions") === 0 &&
      this.#count("registrations") === 0 &&
      this.#count("pendingCalls") === 0 && !this.#invocations?.size;
  }

  /** Calls of this session that are over, but for their callees' answers. */
  get owed(): Set<PendingCall> {
    return this.#owed ??= new Set();
  }

  /** How many calls of this session wait for an answer of their callee. */
  get callCount(): number {
    return (this.#calls?.size ?? 0) + (this.#owed?.size ?? 0);
  }

  /** The same for calls, which are many: whether it can have one more. */
  get hasRoomForCall(): boolean {
    return this.callCount < this.limits.maxPendingCalls &&
      this.quota.hasRoomForCall;
  }

  #count(kind: OwnedKind): number {
    switch (kind) {
      case "subscriptions":
        return this.#subscriptions?.size ?? 0;
      case "registrations":
        return this.#registrations?.size ?? 0;
      case "pendingCalls":
        return this.callCount;
    }
  }

  /**
   * Notes that the session used `request`.
   *
   * @returns Whether it is above all that were used before: a CALL under it is
   * a new one, and not a further chunk (PG-08).
   */
  noteRequest(request: number): boolean {
    // After 2^53 they begin anew (ID-06), unless that ID is still in use.
    if (
      request > this.#highestRequest ||
      (request === 1 && this.#highestRequest === ID_MAX &&
        this.#calls?.has(request) !== true)
    ) {
      this.#highestRequest = request;
      return true;
    }
    return false;
  }

  /** Calls in pieces that ended while further pieces may come. */
  get endedCalls(): EndedRequests {
    return this.#endedCalls ??= new EndedRequests(
      this.#requestSecret,
      ENDED_CALLS_MIN,
    );
  }

  /** Whether a piece of `request` is late: its call has ended (PG-10). */
  isEndedCall(request: number): boolean {
    return this.#endedCalls?.has(request) === true;
  }

  /** Whether something that the session asked for is answered later. */
  get isWaiting(): boolean {
    return this.#turn !== undefined;
  }

  /**
   * Done when all is answered that waits; before, nothing more of the session is to be
   * handled. Undefined: there is room for more.
   */
  get backlog(): Promise<void> | undefined {
    if (this.#longWork !== undefined) return this.#longWork;
    return this.#waitingCount < WAITING_MAX ? undefined : this.#turn;
  }

  /** Has nothing more of the session handled until all that waits is answered. */
  holdUntilAnswered(): void {
    if (this.#turn !== undefined) this.holdFor(this.#turn);
  }

  /** The same until `work`, which it asked for, is done. */
  holdFor(work: Promise<void>): void {
    const held = work.then(() => {
      if (this.#longWork === held) this.#longWork = undefined;
    });
    this.#longWork = held;
  }

  /**
   * Does `act`, which answers a request, with what the answer depends on: at once,
   * where that is there and no earlier request waits; else in the order of the
   * requests. Where the session leaves before, it is not done.
   */
  inTurn<Value>(
    value: Value | Promise<Value>,
    act: (value: Value) => void,
  ): void {
    if (this.#turn === undefined && !(value instanceof Promise)) {
      return act(value);
    }
    const { outlet } = this;
    this.#waitingCount++;
    const turn = Promise.all([value, this.#turn]).then(
      ([value]) => {
        if (!this.hasLeft) outlet.enter(() => act(value));
      },
      (error) =>
        outlet.enter(() => {
          throw error;
        }),
    ).finally(() => {
      this.#waitingCount--;
      if (this.#turn === turn) this.#turn = undefined;
    });
    this.#turn = turn;
  }

  /** Whether the client announced `feature`. */
  announced(feature: number): boolean {
    return (this.features & feature) !== 0;
  }

  /** The next INVOCATION.Request; taken by {@linkcode Peer.lastInvocationId}. */
  get nextInvocationId(): number {
    return nextSessionScopeId(this.lastInvocationId);
  }
}

/** All subscribers of one topic or pattern under one policy (PS-03). */
export interface Subscription {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly created: Date;
  readonly subscribers: Set<Peer>;
  /** Its events are kept, and it stays without subscribers (EH-11). */
  readonly history: HistoryKey | undefined;
}

/** One session's part in a registration. */
export interface Callee {
  readonly peer: Peer;
  /** Invocations it takes at a time; 0: any number. */
  readonly concurrency: number;
  /** Asked with REGISTER to be told who calls (CI-04). */
  readonly disclosesCaller: boolean;
  /** Keeps the timer of its calls itself (TO-04). */
  readonly forwardsTimeout: boolean;
  /** Registered with `force_reregister` itself: others may take its place (RV-04). */
  readonly isReplaceable: boolean;
  /** Invocations that it has not answered. */
  pending: number;
}

/** What the first callee fixes, and what it is known by. */
export interface RegistrationFacts {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly policy: InvocationPolicy;
  readonly created: Date;
}

/** The callees of one (uri, match), in order of registration. */
export class Registration {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly policy: InvocationPolicy;
  readonly created: Date;
  /** Calls that wait until a callee has room; oldest first. */
  readonly waiting: Set<PendingCall> = new Set();
  /** Those that were sent away, and wait for callees that did not do so (RR-03). */
  readonly sentAway: Set<PendingCall> = new Set();
  readonly #random: RandomSource;
  readonly #callees: Callee[] = [];
  /** Whose turn it is under `roundrobin`. */
  #turn = 0;

  constructor(facts: RegistrationFacts, random: RandomSource) {
    this.id = facts.id;
    this.uri = facts.uri;
    this.match = facts.match;
    this.policy = facts.policy;
    this.created = facts.created;
    this.#random = random;
  }

  /** How many calls wait. */
  get waitingCount(): number {
    return this.waiting.size + this.sentAway.size;
  }

  /** In order of registration. */
  get callees(): readonly Callee[] {
    return this.#callees;
  }

  /** The part of `peer`, if it has one. */
  calleeOf(peer: Peer): Callee | undefined {
    return this.#callees.find((callee) => callee.peer === peer);
  }

  /** Adds a callee behind all others. */
  add(callee: Callee): void {
    this.#callees.push(callee);
  }

  /** Takes `peer` out; nobody's turn is skipped or repeated (SH-07). */
  remove(peer: Peer): void {
    const index = this.#callees.findIndex((callee) => callee.peer === peer);
    if (index < 0) return;
    this.#callees.splice(index, 1);
    if (index < this.#turn) this.#turn--;
    if (this.#turn >= this.#callees.length) this.#turn = 0;
  }

  /**
   * The callee for the next call by the policy's order, of those that have room
   * (SH-05).
   *
   * @param isOut Who is left out.
   */
  choose(isOut?: (peer: Peer) => boolean): Callee | undefined {
    // Apart from the rest, whose closure every call would pay for.
    if (this.#callees.length === 1 && isOut === undefined) {
      return hasRoom(this.#callees[0]) ? this.#callees[0] : undefined;
    }
    return this.#chooseAmongMany(isOut);
  }

  #chooseAmongMany(
    isOut: ((peer: Peer) => boolean) | undefined,
  ): Callee | undefined {
    const callees = this.#callees;
    const isFree = (callee: Callee) =>
      hasRoom(callee) && isOut?.(callee.peer) !== true;
    switch (this.policy) {
      case "single":
      case "first":
        return callees.find(isFree);
      case "last":
        return callees.findLast(isFree);
      case "roundrobin":
        return this.#nextInTurn(isFree);
      case "random":
        return this.#anyOf(callees.filter(isFree));
      case "least_pending":
        return callees.filter(isFree).reduce<Callee | undefined>(
          (least, callee) =>
            least === undefined || callee.pending < least.pending
              ? callee
              : least,
          undefined,
        );
    }
  }

  #nextInTurn(isFree: (callee: Callee) => boolean): Callee | undefined {
    const count = this.#callees.length;
    for (let i = 0; i < count; i++) {
      const index = (this.#turn + i) % count;
      if (!isFree(this.#callees[index])) continue;
      this.#turn = (index + 1) % count;
      return this.#callees[index];
    }
    return undefined;
  }

  #anyOf(callees: readonly Callee[]): Callee | undefined {
    if (callees.length < 2) return callees[0];
    const [word] = this.#random.fill(new Uint32Array(1));
    return callees[Math.floor(word / 2 ** 32 * callees.length)];
  }
}

function hasRoom({ peer, concurrency, pending }: Callee): boolean {
  return (concurrency === 0 || pending < concurrency) && !peer.hasLeft;
}

/** Where a call stands. */
export type CallState =
  /** No callee has room yet. */
  | "waiting"
  /** At its callee. */
  | "invoked"
  /** The caller canceled it with mode kill and waits for the callee (CX-05). */
  | "killing"
  /** The caller has its answer; the callee, which counts its invocations, not. */
  | "abandoned"
  /** Over. */
  | "ended";

/**
 * A CALL that has no final answer yet. It is in the tables of both its peers,
 * so that either can leave at any time.
 */
export interface PendingCall {
  state: CallState;
  /** Its callee, once nobody else has to do with it any more. */
  caller: Peer;
  /** Another one where the holders are put out while it waits (RV-04). */
  registration: Registration;
  /** CALL.Request. */
  readonly request: number;
  readonly procedure: string;
  /**
   * Of the CALL's options, which are those of all chunks (PG-07): what it says of
   * payload passthru mode; undefined: it is off.
   */
  readonly passthru: Dict | undefined;
  /** CALL.Options.timeout; 0: it has none. */
  readonly ownTimeoutMs: number;
  /** A copy of the payload, where it is sent later or once more. */
  payload: Payload | undefined;
  /** Undefined while waiting. */
  callee: Callee | undefined;
  /** INVOCATION.Request at the callee. */
  invocationRequest: number;
  /** Whether the caller's rights, or it itself, disclose it (CI-02). */
  readonly disclosesCaller: boolean;
  /** Progressive results go to the caller (PR-01, PR-02). */
  readonly wantsProgress: boolean;
  /** The caller may send further chunks (PG-01). */
  hasMoreChunks: boolean;
  /** A progressive RESULT or a second chunk was sent: no other callee now (RR-04). */
  isUnderWay: boolean;
  /** Who answered `wamp.error.unavailable`. */
  tried: Set<Peer> | undefined;
  /** When its timeout is over, whoever is its callee (RR-04); 0: it has none. */
  readonly dueMs: number;
  /** What is left of its timeout when it comes to a callee. */
  timeoutMs: number;
  deadline: Deadline | undefined;
}
