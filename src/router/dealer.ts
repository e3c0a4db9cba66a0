/**
 * Routed remote procedure calls of one realm (checklist §9): who serves which
 * procedure, and the way of a call to its callee. What comes after the
 * INVOCATION is in `call_table.ts`.
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import { checkAnnounced } from "../wamp/features.ts";
import {
  type Call,
  type ErrorMessage,
  invalidUriError,
  notAuthorizedError,
  type Register,
  requestError,
  type Unregister,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { EMPTY_DICT, type RegisterOptions } from "../wamp/options.ts";
import { ProtocolError } from "../wamp/protocol_error.ts";
import { SendOutcome } from "../wamp/send_outcome.ts";
import { isReservedUri, isValidUri, type UriCheck } from "../wamp/uri.ts";
import type { CallTable } from "./call_table.ts";
import { PatternIndex } from "./pattern_index.ts";
import type { Peer } from "./peer.ts";
import type { Registration } from "./registration.ts";

/** The registrations of a realm, and the way of calls to them. */
export class Dealer {
  readonly #uriCheck: UriCheck;
  readonly #calls: CallTable;
  readonly #registrations = new PatternIndex<Registration>();
  #lastRegistrationId = 0;

  constructor(uriCheck: UriCheck, calls: CallTable) {
    this.#uriCheck = uriCheck;
    this.#calls = calls;
  }

  /** How many registrations there are. */
  get registrationCount(): number {
    return this.#registrations.size;
  }

  /** REGISTER: REGISTERED or ERROR (RP-01). */
  register(callee: Peer, message: Register): void {
    const { procedure, request } = message;
    const match = (message.options as RegisterOptions).match ?? "exact";
    const refusal = this.#refuseRegister(callee, message, match);
    if (refusal !== undefined) {
      callee.outlet.send(refusal);
      return;
    }
    const id = ++this.#lastRegistrationId;
    const registration = { id, uri: procedure, match, callee };
    this.#registrations.add(registration);
    callee.registrations.set(id, registration);
    callee.outlet.send({
      code: MessageCode.REGISTERED,
      request,
      registration: id,
    });
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
    callee.registrations.delete(registration.id);
    this.#registrations.remove(registration);
    callee.outlet.send({ code: MessageCode.UNREGISTERED, request });
  }

  /**
   * CALL: an INVOCATION at one callee, or an ERROR (RP-05, RP-06).
   *
   * @throws {ProtocolError} Where the request ID is that of a pending call, or
   * a feature is needed that is not announced.
   */
  call(caller: Peer, message: Call): void {
    checkAnnounced(message.options, "CALL");
    const { procedure, request } = message;
    if (!isValidUri(procedure, "exact", this.#uriCheck)) {
      caller.outlet.send(invalidUriError(MessageCode.CALL, request, procedure));
      return;
    }
    if (!caller.authorizer.allows("call", procedure, "exact")) {
      caller.outlet.send(
        notAuthorizedError(MessageCode.CALL, request, procedure),
      );
      return;
    }
    if (caller.calls.has(request)) {
      throw new ProtocolError(
        `CALL.Request ${request} is that of a call that is pending`,
      );
    }
    const registration = this.#registrationFor(procedure);
    if (registration === undefined) {
      caller.outlet.send(requestError(
        MessageCode.CALL,
        request,
        ErrorUri.NO_SUCH_PROCEDURE,
        `No procedure "${procedure}" is registered`,
      ));
      return;
    }
    if (caller.calls.size >= caller.limits.maxPendingCalls) {
      caller.outlet.send(requestError(
        MessageCode.CALL,
        request,
        ErrorUri.LIMIT_REACHED,
        `The session has ${caller.limits.maxPendingCalls} pending calls, the most allowed`,
      ));
      return;
    }
    this.#invoke(caller, message, registration);
  }

  /** Forgets all that `peer`, whose session has ended, registered (SL-05). */
  leave(peer: Peer): void {
    for (const registration of peer.registrations.values()) {
      this.#registrations.remove(registration);
    }
    peer.registrations.clear();
  }

  #refuseRegister(
    callee: Peer,
    message: Register,
    match: Registration["match"],
  ): ErrorMessage | undefined {
    const { procedure, request } = message;
    if (
      !isValidUri(procedure, match, this.#uriCheck) || isReservedUri(procedure)
    ) {
      return invalidUriError(MessageCode.REGISTER, request, procedure);
    }
    if (!callee.authorizer.allows("register", procedure, match)) {
      return notAuthorizedError(MessageCode.REGISTER, request, procedure);
    }
    if (this.#registrations.get(procedure, match) !== undefined) {
      return requestError(
        MessageCode.REGISTER,
        request,
        ErrorUri.PROCEDURE_ALREADY_EXISTS,
        `Procedure "${procedure}" is already registered`,
      );
    }
    if (callee.registrations.size >= callee.limits.maxRegistrations) {
      return requestError(
        MessageCode.REGISTER,
        request,
        ErrorUri.LIMIT_REACHED,
        `The session has ${callee.limits.maxRegistrations} registrations, the most allowed`,
      );
    }
    return undefined;
  }

  /** Patterns of clients never serve the reserved `wamp.` (UR-10). */
  #registrationFor(procedure: string): Registration | undefined {
    return isReservedUri(procedure)
      ? this.#registrations.exact(procedure)
      : this.#registrations.best(procedure);
  }

  #invoke(caller: Peer, message: Call, registration: Registration): void {
    const callee = registration.callee;
    const invocationRequest = callee.nextInvocationId;
    const outcome = callee.outlet.send({
      code: MessageCode.INVOCATION,
      request: invocationRequest,
      registration: registration.id,
      details: registration.match === "exact"
        ? EMPTY_DICT
        : { procedure: message.procedure },
      payload: message.payload,
    });
    if (outcome === SendOutcome.SENT) {
      callee.lastInvocationId = invocationRequest;
      this.#calls.add({
        caller,
        callRequest: message.request,
        callee,
        invocationRequest,
        killing: false,
      });
    } else this.#calls.answerUnsendable(caller, message.request, outcome);
  }
}
