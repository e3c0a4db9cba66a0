/**
 * A session as its realm sees it: who it is, the way to it, and all that it
 * owns, so that its leaving costs what it owns and not what the realm holds.
 */
import type { ClientFeatures } from "../wamp/features.ts";
import { nextSessionScopeId } from "../wamp/id.ts";
import type { Identity } from "../wamp/identity.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Authorizer, Outlet } from "./ports.ts";
import type { Registration } from "./registration.ts";
import { type RequestSecret, RequestTable } from "./request_table.ts";
import type { Subscription } from "./subscription.ts";

/** How much one session may own. */
export interface PeerLimits {
  readonly maxSubscriptions: number;
  readonly maxRegistrations: number;
  /** Calls of the session that are not answered yet. */
  readonly maxPendingCalls: number;
}

/** One joined session. */
export class Peer {
  /** WELCOME.Session (HW-09). */
  readonly sessionId: number;
  readonly identity: Identity;
  readonly features: ClientFeatures;
  readonly limits: PeerLimits;
  readonly authorizer: Authorizer;
  readonly outlet: Outlet;
  readonly #requestSecret: RequestSecret;
  /** The INVOCATION.Request sent last; the next is one more (ID-07). */
  lastInvocationId = 0;

  // Idle sessions are many: the tables are made when first used.
  #subscriptions: Map<number, Subscription> | undefined = undefined;
  #registrations: Map<number, Registration> | undefined = undefined;
  #calls: RequestTable<PendingCall> | undefined = undefined;
  #invocations: Map<number, PendingCall> | undefined = undefined;

  constructor(
    sessionId: number,
    identity: Identity,
    features: ClientFeatures,
    limits: PeerLimits,
    authorizer: Authorizer,
    outlet: Outlet,
    requestSecret: RequestSecret,
  ) {
    this.sessionId = sessionId;
    this.identity = identity;
    this.features = features;
    this.limits = limits;
    this.authorizer = authorizer;
    this.outlet = outlet;
    this.#requestSecret = requestSecret;
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
  get invocations(): Map<number, PendingCall> {
    return this.#invocations ??= new Map();
  }

  /** The next INVOCATION.Request; taken by {@linkcode Peer.lastInvocationId}. */
  get nextInvocationId(): number {
    return nextSessionScopeId(this.lastInvocationId);
  }
}
