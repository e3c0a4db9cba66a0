/**
 * A session as its realm sees it: who it is, the way to it, and all that it
 * owns, so that its leaving costs what it owns and not what the realm holds.
 */
import type { ClientFeatures, Identity } from "../wamp/features.ts";
import { ID_MAX, nextSessionScopeId } from "../wamp/id.ts";
import { EndedCalls } from "./ended_calls.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Authorizer, Outlet } from "./ports.ts";
import { type Quota, QUOTA_KIND_NAME, type QuotaKind } from "./quota.ts";
import type { Registration } from "./registration.ts";
import { type RequestSecret, RequestTable } from "./request_table.ts";
import type { Subscription } from "./subscription.ts";

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

  // Idle sessions are many: the tables are made when first used.
  #subscriptions: Map<number, Subscription> | undefined = undefined;
  #registrations: Map<number, Registration> | undefined = undefined;
  #calls: RequestTable<PendingCall> | undefined = undefined;
  #invocations: RequestTable<PendingCall> | undefined = undefined;
  #endedCalls: EndedCalls | undefined = undefined;

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
      : `The session has ${max} ${QUOTA_KIND_NAME[kind]}, the most allowed`;
  }

  /** Whether the session has none of these: then its leaving concerns nobody. */
  get ownsNothing(): boolean {
    return this.#count("subscriptions") === 0 &&
      this.#count("registrations") === 0 &&
      this.#count("pendingCalls") === 0 && !this.#invocations?.size;
  }

  /** The same for calls, which are many: whether it can have one more. */
  get hasRoomForCall(): boolean {
    return this.calls.size < this.limits.maxPendingCalls &&
      this.quota.hasRoomForCall;
  }

  #count(kind: OwnedKind): number {
    switch (kind) {
      case "subscriptions":
        return this.#subscriptions?.size ?? 0;
      case "registrations":
        return this.#registrations?.size ?? 0;
      case "pendingCalls":
        return this.#calls?.size ?? 0;
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
  get endedCalls(): EndedCalls {
    return this.#endedCalls ??= new EndedCalls(
      this.#requestSecret,
      ENDED_CALLS_MIN,
    );
  }

  /** Whether a piece of `request` is late: its call has ended (PG-10). */
  isEndedCall(request: number): boolean {
    return this.#endedCalls?.has(request) === true;
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
