/**
 * Routed remote procedure calls of one realm (checklist §9): who serves which
 * procedure, and to whom a call goes. What happens to a call then is in `calls.ts`.
 */
import type { Clock } from "../base/timers.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
import type { RandomSource } from "../wamp/id.ts";
import {
  type Call,
  type ErrorMessage,
  invalidUriError,
  type Register,
  requestError,
  type Unregister,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { type CallOptions, type RegisterOptions } from "../wamp/options.ts";
import { isRouterUri, uriFault } from "../wamp/router_uris.ts";
import type { UriCheck } from "../wamp/uri.ts";
import type { AccessControl } from "./access_control.ts";
import type { CallEnding, Calls } from "./calls.ts";
import type { LongWork } from "./long_work.ts";
import type { MetaProcedures } from "./meta/meta_procedures.ts";
import { type Peer, type PendingCall, Registration } from "./model.ts";
import type { Confirmer, RealmObservers } from "./observers.ts";
import { registrationBytes } from "./held_bytes.ts";
import { PatternIndex } from "./pattern_index.ts";
import { ShapeBounds } from "./pattern_shapes.ts";

/** What a dealer is made of. */
export interface DealerOptions {
  readonly uriCheck: UriCheck;
  /** Whether callers and callees may ask for disclosure (CI-03). */
  readonly allowsDisclosure: boolean;
  readonly access: AccessControl;
  readonly calls: Calls;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly observers: RealmObservers;
  /** Undefined: REGISTER is confirmed at once. */
  readonly confirmer: Confirmer | undefined;
  readonly procedures: MetaProcedures;
}

/** The registrations of a realm, and the way of calls to them. */
export class Dealer {
  readonly #options: DealerOptions;
  readonly #registrations = new PatternIndex<Registration>();
  readonly #byId = new Map<number, Registration>();
  readonly #shapes = new ShapeBounds();
  /**
   * Sessions that have left, of whose registrations some are yet to be taken apart:
   * whether without events of the meta API (MS-09).
   */
  readonly #departing = new Map<Peer, boolean>();
  #lastRegistrationId = 0;

  constructor(options: DealerOptions) {
    this.#options = options;
  }

  /** All registrations, by ID; of some all callees may have left. */
  get registrations(): ReadonlyMap<number, Registration> {
    return this.#byId;
  }

  /** The registration of that ID. */
  registration(id: number): Registration | undefined {
    return this.#settled(this.#byId.get(id));
  }

  /** The registration under exactly that text and policy (MR-04). */
  lookup(
    uri: string,
    match: Registration["match"],
  ): Registration | undefined {
    return this.#settled(this.#registrations.get(uri, match));
  }

  /** The registration that a call to `procedure` would go to (MR-04). */
  match(procedure: string): Registration | undefined {
    // Patterns of clients never serve the reserved `wamp.` (UR-10).
    if (isRouterUri(procedure)) return undefined;
    let best = this.#registrations.best(procedure);
    if (this.#departing.size === 0) return best;
    while (best !== undefined && this.#settled(best) === undefined) {
      best = this.#registrations.best(procedure);
    }
    return best;
  }

  /** REGISTER: REGISTERED or ERROR (RP-01). */
  register(callee: Peer, message: Register): void {
    const refusal = this.#denyRegister(callee, message) ??
      this.#options.confirmer?.(callee, message);
    // Decided now: an authorizer was asked about the message at hand.
    const mayForce = mayForceReregister(callee, message);
    callee.inTurn(
      refusal,
      (refusal) => this.#register(callee, message, mayForce, refusal),
    );
  }

  /**
   * @param mayForce Whether it can have a procedure of callees that did not agree.
   * @param denial The answer where it is not allowed.
   */
  #register(
    callee: Peer,
    message: Register,
    mayForce: boolean,
    denial: ErrorMessage | undefined,
  ): void {
    const options = message.options as RegisterOptions;
    const match = options.match ?? "exact";
    const present = this.lookup(message.procedure, match);
    const refusal = denial ??
      this.#refuseJoining(callee, message, mayForce, present);
    if (refusal !== undefined) {
      callee.outlet.send(refusal);
      return;
    }
    const isForced = options.force_reregister === true;
    const waiting = isForced && present !== undefined
      ? this.#evict(present)
      : undefined;
    const known = isForced ? undefined : present;
    const registration = known ?? this.#create(message.procedure, options);
    const isNewCallee = !callee.registrations.has(registration.id);
    if (isNewCallee) this.#addCallee(registration, callee, options);
    callee.outlet.send({
      code: MessageCode.REGISTERED,
      request: message.request,
      registration: registration.id,
    });
    if (!isNewCallee) return;
    const { calls, observers } = this.#options;
    const event = { peer: callee, registration };
    if (known === undefined) {
      observers.tell({ kind: "registration_created", ...event });
    }
    observers.tell({ kind: "registered", ...event });
    if (waiting !== undefined) calls.giveWaiting(registration, waiting);
    calls.serveWaiting(registration);
  }

  /** UNREGISTER of an own registration, else ERROR (RP-03). */
  unregister(callee: Peer, message: Unregister): void {
    callee.inTurn(undefined, () => this.#unregister(callee, message));
  }

  #unregister(callee: Peer, message: Unregister): void {
    const { request } = message;
    const registration = callee.registrations.get(message.registration);
    if (registration === undefined) {
      callee.outlet.send(requestError(
        MessageCode.UNREGISTER,
        request,
        ErrorUri.NO_SUCH_REGISTRATION,
        `The session has no registration ${message.registration}`,
      ));
      return;
    }
    // Pending calls run on and reach their callers (RP-04).
    callee.outlet.send({
      code: MessageCode.UNREGISTERED,
      request,
      details: undefined,
    });
    this.#removeCallee(registration, callee, false);
  }

  /** Takes `callee` out of `registration` without its asking (RV-01, RV-02). */
  revoke(
    registration: Registration,
    callee: Peer,
    reason: string | undefined,
  ): void {
    if (callee.announced(ClientFeature.CALLEE_REVOCATION)) {
      callee.outlet.send({
        code: MessageCode.UNREGISTERED,
        request: 0,
        details: { registration: registration.id, reason },
      });
    }
    this.#removeCallee(registration, callee, false);
  }

  /**
   * CALL: an INVOCATION at one callee, or an ERROR (RP-05, RP-06).
   *
   * @param receivedMs When it came; 0: just now. Its time runs from then (TO-02).
   * @param ended What has ended it already; undefined: nothing but its time.
   * @throws {ProtocolError} Where it uses what was not announced (PG-02, PP-01),
   * or the ID of a pending call that has no further pieces (PG-09).
   */
  call(
    caller: Peer,
    message: Call,
    receivedMs: number = 0,
    ended: CallEnding | undefined = undefined,
  ): void {
    const { procedure } = message;
    const { calls, procedures } = this.#options;
    if (calls.takePiece(caller, message)) return;
    const denial = calls.refuseEnded(caller, message, receivedMs, ended) ??
      this.#denyCall(caller, message);
    if (denial !== undefined) return calls.refuse(caller, message, denial);
    if (
      isRouterUri(procedure) && procedures.call(caller, message, receivedMs)
    ) return;
    const registration = this.match(procedure);
    if (registration === undefined) {
      return calls.refuse(caller, message, noSuchProcedure(message));
    }
    const refusal = this.#refuseCall(caller, message);
    if (refusal !== undefined) return calls.refuse(caller, message, refusal);
    calls.start(caller, message, registration, receivedMs);
  }

  /**
   * Nobody finds `peer`, whose session has ended, any more (SL-05).
   *
   * @param silently Without events of the meta API (MS-09).
   */
  depart(peer: Peer, silently: boolean): void {
    const { size } = peer.registrations;
    if (size === 0) return;
    this.#departing.set(peer, silently);
    peer.quota.add("registrations", -size);
  }

  /** Forgets all that `peer`, which has departed, registered. */
  *leave(peer: Peer): LongWork {
    const silently = this.#departing.get(peer) ?? false;
    for (const registration of peer.registrations.values()) {
      this.#removeCallee(registration, peer, silently);
      yield 0;
    }
    this.#departing.delete(peer);
  }

  /** `registration` without callees that have left; undefined where it had no others. */
  #settled(registration: Registration | undefined): Registration | undefined {
    if (this.#departing.size === 0 || registration === undefined) {
      return registration;
    }
    for (const { peer } of [...registration.callees]) {
      const silently = this.#departing.get(peer);
      if (silently === undefined) continue;
      this.#removeCallee(registration, peer, silently);
    }
    return registration.callees.length === 0 ? undefined : registration;
  }

  /** What comes before any look at what there is (AZ-05). */
  #denyRegister(callee: Peer, message: Register): ErrorMessage | undefined {
    const { procedure, request } = message;
    const options = message.options as RegisterOptions;
    const match = options.match ?? "exact";
    const { access, uriCheck } = this.#options;
    if (uriFault("register", procedure, match, uriCheck) !== undefined) {
      return invalidUriError(MessageCode.REGISTER, request, procedure);
    }
    const refusal = access.refuse(
      callee,
      "register",
      procedure,
      match,
      request,
    );
    if (refusal !== undefined) return refusal;
    if (options.disclose_caller === true && !this.#options.allowsDisclosure) {
      return disclosureRefused(MessageCode.REGISTER, request);
    }
    return undefined;
  }

  #refuseJoining(
    callee: Peer,
    message: Register,
    mayForce: boolean,
    known: Registration | undefined,
  ): ErrorMessage | undefined {
    const { request } = message;
    const options = message.options as RegisterOptions;
    const conflict = known &&
      describeConflict(callee, options, known, mayForce);
    if (conflict !== undefined) {
      return requestError(
        MessageCode.REGISTER,
        request,
        ErrorUri.PROCEDURE_ALREADY_EXISTS,
        conflict,
      );
    }
    if (known !== undefined && callee.registrations.has(known.id)) {
      return undefined;
    }
    // Who comes back for what it had needs no room of its own (RV-04).
    const evicted = options.force_reregister === true && known !== undefined
      ? known.callees.map(({ peer }) => peer.quota)
      : [];
    const { access } = this.#options;
    const pattern = {
      uri: message.procedure,
      match: options.match ?? "exact",
    };
    return access.refuseMore(
      callee,
      "registrations",
      "register",
      request,
      evicted,
    ) ?? access.refusePattern(
      callee,
      this.#shapes.refusal(callee, pattern),
      "register",
      request,
    );
  }

  /** What comes before any look at what there is (AZ-05). */
  #denyCall(caller: Peer, message: Call): ErrorMessage | undefined {
    const { procedure, request } = message;
    const { access, uriCheck } = this.#options;
    return uriFault("call", procedure, "exact", uriCheck) !== undefined
      ? invalidUriError(MessageCode.CALL, request, procedure)
      : access.refuse(caller, "call", procedure, "exact", request);
  }

  #refuseCall(caller: Peer, message: Call): ErrorMessage | undefined {
    const { request } = message;
    if (!caller.hasRoomForCall) {
      const { access } = this.#options;
      return access.refuseMore(caller, "pendingCalls", "call", request);
    }
    if (
      (message.options as CallOptions).disclose_me === true &&
      !this.#options.allowsDisclosure
    ) return disclosureRefused(MessageCode.CALL, request);
    return undefined;
  }

  #create(uri: string, options: RegisterOptions): Registration {
    const registration = new Registration({
      id: ++this.#lastRegistrationId,
      uri,
      match: options.match ?? "exact",
      policy: options.invoke ?? "single",
      created: this.#options.clock.now(),
    }, this.#options.random);
    this.#registrations.add(registration);
    this.#byId.set(registration.id, registration);
    return registration;
  }

  #addCallee(
    registration: Registration,
    peer: Peer,
    options: RegisterOptions,
  ): void {
    registration.add({
      peer,
      concurrency: options.concurrency ?? 0,
      disclosesCaller: options.disclose_caller === true,
      forwardsTimeout: options.forward_timeout === true &&
        peer.announced(ClientFeature.CALLEE_TIMEOUT),
      isReplaceable: options.force_reregister === true,
      pending: 0,
    });
    peer.registrations.set(registration.id, registration);
    peer.quota.add("registrations", 1);
    peer.hold(registrationBytes(registration.uri));
    this.#shapes.add(peer, registration);
  }

  /**
   * The holders make room for one that comes back (RV-04).
   *
   * @returns The calls that wait, which that one can have.
   */
  #evict(registration: Registration): readonly PendingCall[] {
    const waiting = this.#options.calls.takeWaiting(registration);
    for (const { peer } of [...registration.callees]) {
      this.revoke(registration, peer, ErrorUri.UNREGISTERED);
    }
    return waiting;
  }

  #removeCallee(
    registration: Registration,
    peer: Peer,
    silently: boolean,
  ): void {
    registration.remove(peer);
    peer.registrations.delete(registration.id);
    if (!peer.hasLeft) peer.quota.add("registrations", -1);
    peer.hold(-registrationBytes(registration.uri));
    this.#shapes.remove(peer, registration);
    const { calls, observers } = this.#options;
    const isLast = registration.callees.length === 0;
    if (isLast) {
      this.#registrations.remove(registration);
      this.#byId.delete(registration.id);
      calls.failWaiting(registration);
    } else calls.calleeLeft(registration);
    const event = { peer, registration, silently };
    observers.tell({ kind: "unregistered", ...event });
    if (isLast) observers.tell({ kind: "registration_deleted", ...event });
  }
}

function noSuchProcedure({ request, procedure }: Call): ErrorMessage {
  return requestError(
    MessageCode.CALL,
    request,
    ErrorUri.NO_SUCH_PROCEDURE,
    `No procedure "${procedure}" is registered`,
  );
}

function disclosureRefused(requestType: number, request: number): ErrorMessage {
  return requestError(
    requestType,
    request,
    ErrorUri.DISCLOSE_ME_DISALLOWED,
    "The realm does not allow clients to ask for disclosure (allow_disclose)",
  );
}

/**
 * Why `newcomer`, which may register what `registration` is for, can have no part
 * in it: beside its callees, where the policy lets several share it (SH-02); or, with
 * `force_reregister`, in their place (RV-04). Undefined where it can.
 */
function describeConflict(
  newcomer: Peer,
  options: RegisterOptions,
  registration: Registration,
  mayForce: boolean,
): string | undefined {
  const { uri, policy } = registration;
  const taken = `Procedure "${uri}" is already registered`;
  if (options.force_reregister === true) {
    return mayForce || agreesToTakeover(newcomer, registration)
      ? undefined
      : `${taken} by a session of another authid or role, which did not register it with force_reregister itself`;
  }
  const isShared = policy !== "single" &&
    policy === (options.invoke ?? "single");
  return isShared ? undefined : `${taken} with policy ${policy}`;
}

/**
 * Whether each callee agreed, when it registered, to make room for `newcomer`, or is
 * of the same owner. To be allowed to register does not suffice: whoever is could put
 * itself in the place of any other callee.
 */
function agreesToTakeover(
  newcomer: Peer,
  { callees }: Registration,
): boolean {
  return callees.every(({ peer, isReplaceable }) =>
    isReplaceable || isSameOwner(peer, newcomer)
  );
}

/** Whether `newcomer` has the right to registrations whose callees did not agree. */
function mayForceReregister(newcomer: Peer, message: Register): boolean {
  const options = message.options as RegisterOptions;
  return options.force_reregister === true &&
    newcomer.authorizer.allows(
      "force_reregister",
      message.procedure,
      options.match ?? "exact",
    );
}

/**
 * Whether both sessions, of one realm, are of who proved to be the same. Nobody
 * proves anything to join anonymously, also where the config gives all one authid.
 */
function isSameOwner(holder: Peer, newcomer: Peer): boolean {
  if (holder === newcomer) return true;
  const { authid, authrole, authmethod } = holder.identity;
  const other = newcomer.identity;
  return authid === other.authid && authrole === other.authrole &&
    authmethod !== "anonymous" && other.authmethod !== "anonymous";
}
