/**
 * Pending calls: from the INVOCATION to the one final answer that every call
 * gets, whatever way it ends (RP-09).
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import { checkAnnounced } from "../wamp/features.ts";
import {
  type Cancel,
  type ErrorMessage,
  requestError,
  type Yield,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { EMPTY_DICT } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import { ProtocolError } from "../wamp/protocol_error.ts";
import { SendOutcome } from "../wamp/send_outcome.ts";
import { isValidUri } from "../wamp/uri.ts";
import type { Peer } from "./peer.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Counters } from "./ports.ts";

/** The calls of a realm that wait for their callees. */
export class CallTable {
  readonly #counters: Counters;
  #count = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** How many calls are pending. */
  get count(): number {
    return this.#count;
  }

  /** Enters a call whose INVOCATION was sent. */
  add(call: PendingCall): void {
    call.caller.calls.set(call.callRequest, call);
    call.callee.invocations.set(call.invocationRequest, call);
    this.#count++;
  }

  /**
   * YIELD: the RESULT (RP-07). Of a call that is over: dropped (RP-11).
   *
   * @throws {ProtocolError} Where the request was never issued to this callee
   * (PV-08), or a feature is needed that is not announced.
   */
  yield(callee: Peer, message: Yield): void {
    checkAnnounced(message.options, "YIELD");
    const call = this.#invocationOf(callee, message.request, "YIELD");
    // No caller can have asked for progress: the call goes on (PR-07).
    if (call === undefined || message.options["progress"] === true) return;
    this.#remove(call);
    const outcome = call.caller.outlet.send({
      code: MessageCode.RESULT,
      request: call.callRequest,
      details: EMPTY_DICT,
      payload: message.payload,
    });
    if (outcome !== SendOutcome.SENT) {
      this.answerUnsendable(call.caller, call.callRequest, outcome);
    }
  }

  /**
   * ERROR to an INVOCATION: the same to the caller (RP-08).
   *
   * @throws {ProtocolError} Where the request was never issued to this callee (PV-08).
   */
  error(callee: Peer, message: ErrorMessage): void {
    const call = this.#invocationOf(callee, message.request, "ERROR");
    if (call === undefined) return;
    this.#remove(call);
    if (!isValidUri(message.error, "exact", "loose")) {
      this.#answerError(
        call,
        ErrorUri.INVALID_URI,
        `The callee answered with an invalid error URI: "${
          message.error.slice(0, 200)
        }"`,
      );
      return;
    }
    const outcome = this.#forwardError(call, message.error, message.payload);
    if (outcome !== SendOutcome.SENT) {
      this.answerUnsendable(call.caller, call.callRequest, outcome);
    }
  }

  /** CANCEL of an own pending call (CX-01 to CX-06); else nothing (CX-08). */
  cancel(caller: Peer, message: Cancel): void {
    const call = caller.calls.get(message.request);
    if (call === undefined || call.killing) return;
    const canInterrupt = call.callee.features.calleeCanceling;
    const mode = canInterrupt
      ? message.options["mode"] ?? "killnowait"
      : "skip";
    if (mode === "kill") {
      call.killing = true;
      this.#interrupt(call, "kill");
      return;
    }
    this.#remove(call);
    this.#answerError(call, ErrorUri.CANCELED, "The caller canceled the call");
    if (mode === "killnowait") this.#interrupt(call, "killnowait");
  }

  /** Ends what `peer`, whose session has ended, called and was called for (SL-05). */
  leave(peer: Peer): void {
    for (const call of peer.calls.values()) {
      this.#remove(call);
      if (call.callee === peer || call.killing) continue;
      if (call.callee.features.calleeCanceling) {
        this.#interrupt(call, "killnowait");
      }
    }
    for (const call of peer.invocations.values()) {
      this.#remove(call);
      this.#answerError(call, ErrorUri.CANCELED, "The callee has left");
    }
  }

  /** The ERROR in place of a message that could not be sent (FR-16, FR-17, A-13). */
  answerUnsendable(
    caller: Peer,
    callRequest: number,
    outcome: SendOutcome,
  ): void {
    if (outcome === SendOutcome.TOO_LONG) {
      this.#counters.increment("calls_too_long");
    }
    caller.outlet.send(
      outcome === SendOutcome.TOO_LONG
        ? requestError(
          MessageCode.CALL,
          callRequest,
          ErrorUri.PAYLOAD_SIZE_EXCEEDED,
          "A message of this call is longer than its receiver accepts",
        )
        : requestError(
          MessageCode.CALL,
          callRequest,
          ErrorUri.INVALID_ARGUMENT,
          "The payload has a value that the other peer's serializer cannot hold",
        ),
    );
  }

  #invocationOf(
    callee: Peer,
    request: number,
    what: string,
  ): PendingCall | undefined {
    const call = callee.invocations.get(request);
    if (
      call === undefined && (request < 1 || request > callee.lastInvocationId)
    ) {
      throw new ProtocolError(
        `${what} names invocation ${request}, which was never issued to this session`,
      );
    }
    return call;
  }

  #forwardError(
    call: PendingCall,
    error: string,
    payload: Payload,
  ): SendOutcome {
    return call.caller.outlet.send({
      code: MessageCode.ERROR,
      requestType: MessageCode.CALL,
      request: call.callRequest,
      details: EMPTY_DICT,
      error,
      payload,
      text: undefined,
    });
  }

  #answerError(call: PendingCall, error: string, text: string): void {
    call.caller.outlet.send(
      requestError(MessageCode.CALL, call.callRequest, error, text),
    );
  }

  #interrupt(call: PendingCall, mode: string): void {
    call.callee.outlet.send({
      code: MessageCode.INTERRUPT,
      request: call.invocationRequest,
      options: { mode },
    });
  }

  #remove(call: PendingCall): void {
    call.caller.calls.delete(call.callRequest);
    call.callee.invocations.delete(call.invocationRequest);
    this.#count--;
  }
}
