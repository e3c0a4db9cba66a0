/**
 * What callees answer to INVOCATIONs: YIELD and ERROR.
 */
import { ErrorUri, ProtocolError } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
import {
  type ErrorMessage,
  requestError,
  SendOutcome,
  type Yield,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import {
  type Dict,
  EMPTY_DICT,
  isPassthru,
  passthruKeys,
  type YieldOptions,
} from "../wamp/options.ts";
import { isValidUri } from "../wamp/uri.ts";
import type { CallInvoker } from "./call_invoker.ts";
import type { CallTable } from "./call_table.ts";
import type { Peer } from "./peer.ts";
import type { PendingCall } from "./pending_call.ts";

/** The way of a realm's answers to callers. */
export class CallAnswers {
  readonly #table: CallTable;
  readonly #invoker: CallInvoker;

  constructor(table: CallTable, invoker: CallInvoker) {
    this.#table = table;
    this.#invoker = invoker;
  }

  /**
   * YIELD: a RESULT (RP-07, PR-03). Of a call that is over: dropped (RP-11).
   *
   * @throws {ProtocolError} Where the request was never issued to this callee
   * (PV-08), or payload passthru mode was not announced (PP-01).
   */
  yield(callee: Peer, message: Yield): void {
    const options = message.options as YieldOptions;
    const passthru = isPassthru(message.options);
    if (passthru) checkPassthru(callee, "YIELD");
    const call = invocationOf(callee, message.request, "YIELD");
    if (call === undefined) return;
    const isFinal = options.progress !== true;
    if (call.state === "abandoned") {
      if (isFinal) this.#table.end(call);
    } else if (
      passthru && !call.caller.announced(ClientFeature.CALLER_PASSTHRU)
    ) {
      this.#refusePassthru(call, callee, message.request);
    } else if (isFinal) {
      this.#table.answer(call, {
        code: MessageCode.RESULT,
        request: call.message.request,
        details: forwardedDetails(message.options),
        payload: message.payload,
      });
    } else this.#progress(call, message);
  }

  /**
   * ERROR to an INVOCATION: the same to the caller (RP-08), or another callee
   * (RR-01).
   *
   * @throws {ProtocolError} Where the request was never issued to this callee (PV-08).
   */
  error(callee: Peer, message: ErrorMessage): void {
    const call = invocationOf(callee, message.request, "ERROR");
    if (call === undefined) return;
    if (call.state === "abandoned") return this.#table.end(call);
    if (
      message.error === ErrorUri.UNAVAILABLE && call.state === "invoked" &&
      !call.isUnderWay && callee.announced(ClientFeature.CALLEE_REROUTE)
    ) return this.#invoker.reroute(call);
    if (!isValidUri(message.error, "exact", "loose")) {
      return this.#table.fail(
        call,
        ErrorUri.INVALID_URI,
        `The callee answered with an invalid error URI: "${
          message.error.slice(0, 200)
        }"`,
      );
    }
    this.#table.answer(call, {
      code: MessageCode.ERROR,
      requestType: MessageCode.CALL,
      request: call.message.request,
      details: forwardedDetails(message.details),
      error: message.error,
      payload: message.payload,
      text: undefined,
    });
  }

  /** A piece of a result; dropped where the caller did not ask for them (PR-07). */
  #progress(call: PendingCall, message: Yield): void {
    if (!call.wantsProgress) return;
    this.#table.restartTimeout(call);
    call.isUnderWay = true;
    const outcome = call.caller.outlet.send({
      code: MessageCode.RESULT,
      request: call.message.request,
      details: { ...passthruKeys(message.options), progress: true },
      payload: message.payload,
    });
    if (outcome !== SendOutcome.SENT) {
      this.#table.failUnsendable(call, outcome);
    }
  }

  /** The caller cannot take it: both are told (PP-04, A-52). */
  #refusePassthru(call: PendingCall, callee: Peer, request: number): void {
    const text = "The caller does not support payload_passthru_mode";
    callee.outlet.send(requestError(
      MessageCode.INVOCATION,
      request,
      ErrorUri.FEATURE_NOT_SUPPORTED,
      text,
    ));
    this.#table.fail(call, ErrorUri.FEATURE_NOT_SUPPORTED, text);
  }
}

function forwardedDetails(options: Dict): Dict {
  return isPassthru(options) ? passthruKeys(options) : EMPTY_DICT;
}

function checkPassthru(callee: Peer, what: string): void {
  if (callee.announced(ClientFeature.CALLEE_PASSTHRU)) return;
  throw new ProtocolError(
    `${what} in payload passthru mode, which the callee did not announce`,
  );
}

function invocationOf(
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
