/**
 * Routed remote procedure calls of one realm (checklist §9): who serves which
 * procedure. What becomes of a call is in `call_invoker.ts`, `call_table.ts`
 * and `call_answers.ts`.
 */
import type { Clock } from "../base/timers.ts";
import type { RandomSource } from "../wamp/id.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
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
import { isRouterUri, isValidUri, type UriCheck } from "../wamp/uri.ts";
import { checkAnnounced, isLateChunk, refuseCall } from "./call_checks.ts";
import { type CallEnding, endingError } from "./call_ending.ts";
import type { CallInvoker } from "./call_invoker.ts";
import type { CallTable } from "./call_table.ts";
import { PatternIndex } from "./pattern_index.ts";
import type { Gate } from "./gate.ts";
import type { Peer } from "./peer.ts";
import type { PendingCall } from "./pending_call.ts";
import type { MetaProcedures, RealmObserver } from "./ports.ts";
import { Registration } from "./registration.ts";
import { describeConflict } from "./registration_conflict.ts";

/** What a dealer is made of. */
export interface DealerOptions {
  readonly uriCheck: UriCheck;
  /** Whether callers and callees may ask for disclosure (CI-03). */
  readonly allowsDisclosure: boolean;
  readonly gate: Gate;
  readonly table: CallTable;
  readonly invoker: CallInvoker;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly observer: RealmObserver;
  readonly meta: MetaProcedures;
}

/** The registrations of a realm, and the way of calls to them. */
export class Dealer {
  readonly #options: DealerOptions;
  readonly #registrations = new PatternIndex<Registration>();
  readonly #byId = new Map<number, Registration>();
  #lastRegistrationId = 0;

  constructor(options: DealerOptions) {
    this.#options = options;
  }

  /** All registrations, by ID. */
  get registrations(): ReadonlyMap<number, Registration> {
    return this.#byId;
  }

  /** The registration under exactly that text and policy (MR-04). */
  lookup(
    uri: string,
    match: Registration["match"],
  ): Registration | undefined {
    return this.#registrations.get(uri, match);
  }

  /** The registration that a call to `procedure` would go to (MR-04). */
  match(procedure: string): Registration | undefined {
    // Patterns of clients never serve the reserved `wamp.` (UR-10).
    return isRouterUri(procedure)
      ? undefined
      : this.#registrations.best(procedure);
  }

  /** REGISTER: REGISTERED or ERROR (RP-01). */
  register(callee: Peer, message: Register): void {
    const options = message.options as RegisterOptions;
    const match = options.match ?? "exact";
    const refusal = this.#refuseRequest(callee, message, match);
    if (refusal !== undefined) {
      callee.outlet.send(refusal);
      return;
    }
    const present = this.#registrations.get(message.procedure, match);
    const conflict = this.#refuseJoining(callee, message, present);
    if (conflict !== undefined) {
      callee.outlet.send(conflict);
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
    const { invoker, observer } = this.#options;
    if (known === undefined) observer.registrationCreated(callee, registration);
    observer.registered(callee, registration);
    if (waiting !== undefined) invoker.wait(waiting, registration);
    invoker.serveWaiting(registration);
  }

  /** UNREGISTER of an own registration, else ERROR (RP-03). */
  unregister(callee: Peer, message: Unregister): void {
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
    this.#removeCallee(registration, callee, true);
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
    this.#removeCallee(registration, callee, true);
  }

  /**
   * CALL: an INVOCATION at one callee, or an ERROR (RP-05, RP-06).
   *
   * @param receivedMs When it came; 0: just now. Its time runs from then (TO-02).
   * @param ended What has ended it already; undefined: nothing but its time.
   * @throws {ProtocolError} Where it uses what was not announced (PG-02, PP-01),
   * or the ID of a pending call that has no further chunks (PG-09).
   */
  call(
    caller: Peer,
    message: Call,
    receivedMs: number = 0,
    ended: CallEnding | undefined = undefined,
  ): void {
    const { procedure, request } = message;
    const { table } = this.#options;
    checkAnnounced(caller, message);
    if (!caller.noteRequest(request)) {
      const pending = caller.calls.get(request);
      if (pending !== undefined) {
        return this.#options.invoker.continue(pending, message);
      }
      if (isLateChunk(caller, message)) return;
    }
    const ending = ended ?? table.endingOf(caller, message, receivedMs);
    if (ending !== undefined) {
      return refuseCall(caller, message, endingError(request, ending));
    }
    const denial = this.#denyCall(caller, message);
    if (denial !== undefined) return refuseCall(caller, message, denial);
    if (isRouterUri(procedure) && this.#options.meta.call(caller, message)) {
      return;
    }
    const registration = this.match(procedure);
    if (registration === undefined) {
      return refuseCall(
        caller,
        message,
        requestError(
          MessageCode.CALL,
          request,
          ErrorUri.NO_SUCH_PROCEDURE,
          `No procedure "${procedure}" is registered`,
        ),
      );
    }
    const refusal = this.#refuseCall(caller, message);
    if (refusal !== undefined) return refuseCall(caller, message, refusal);
    this.#options.invoker.call(caller, message, registration, receivedMs);
  }

  /**
   * Forgets all that `peer`, whose session has ended, registered (SL-05).
   *
   * @param tells Whether the meta API's events are sent (MS-09).
   */
  leave(peer: Peer, tells: boolean): void {
    for (const registration of [...peer.registrations.values()]) {
      this.#removeCallee(registration, peer, tells);
    }
  }

  #refuseRequest(
    callee: Peer,
    message: Register,
    match: Registration["match"],
  ): ErrorMessage | undefined {
    const { procedure, request } = message;
    const options = message.options as RegisterOptions;
    if (
      !isValidUri(procedure, match, this.#options.uriCheck) ||
      isRouterUri(procedure)
    ) return invalidUriError(MessageCode.REGISTER, request, procedure);
    const { gate } = this.#options;
    const refusal = gate.refuse(callee, "register", procedure, match, request);
    if (refusal !== undefined) return refusal;
    if (options.disclose_caller === true && !this.#options.allowsDisclosure) {
      return disclosureRefused(MessageCode.REGISTER, request);
    }
    return undefined;
  }

  #refuseJoining(
    callee: Peer,
    message: Register,
    known: Registration | undefined,
  ): ErrorMessage | undefined {
    const { request } = message;
    const options = message.options as RegisterOptions;
    const conflict = known && describeConflict(callee, options, known);
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
    const { gate } = this.#options;
    // Who comes back for what it had needs no room of its own (RV-04).
    const evicted = options.force_reregister === true && known !== undefined
      ? known.callees.map(({ peer }) => peer.quota)
      : [];
    return gate.refuseMore(
      callee,
      "registrations",
      "register",
      request,
      evicted,
    );
  }

  /** What comes before any look at what there is (AZ-05). */
  #denyCall(caller: Peer, message: Call): ErrorMessage | undefined {
    const { procedure, request } = message;
    if (!isValidUri(procedure, "exact", this.#options.uriCheck)) {
      return invalidUriError(MessageCode.CALL, request, procedure);
    }
    const { gate } = this.#options;
    return gate.refuse(caller, "call", procedure, "exact", request);
  }

  #refuseCall(caller: Peer, message: Call): ErrorMessage | undefined {
    const { request } = message;
    if (!caller.hasRoomForCall) {
      const { gate } = this.#options;
      return gate.refuseMore(caller, "pendingCalls", "call", request);
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
  }

  /**
   * The holders make room for one that comes back (RV-04).
   *
   * @returns The calls that wait, which that one can have.
   */
  #evict(registration: Registration): readonly PendingCall[] {
    const waiting = [...registration.sentAway, ...registration.waiting];
    registration.sentAway.clear();
    registration.waiting.clear();
    for (const { peer } of [...registration.callees]) {
      this.revoke(registration, peer, ErrorUri.UNREGISTERED);
    }
    return waiting;
  }

  #removeCallee(registration: Registration, peer: Peer, tells: boolean): void {
    registration.remove(peer);
    peer.registrations.delete(registration.id);
    peer.quota.add("registrations", -1);
    const isLast = registration.callees.length === 0;
    if (isLast) {
      this.#registrations.remove(registration);
      this.#byId.delete(registration.id);
      this.#options.table.failWaiting(registration);
    } else this.#options.invoker.calleeLeft(registration);
    if (!tells) return;
    this.#options.observer.unregistered(peer, registration);
    if (isLast) this.#options.observer.registrationDeleted(peer, registration);
  }
}

function disclosureRefused(requestType: number, request: number): ErrorMessage {
  return requestError(
    requestType,
    request,
    ErrorUri.DISCLOSE_ME_DISALLOWED,
    "The realm does not allow disclosure of identities on request",
  );
}
