/**
 * Calls from CALL to their one final answer (RP-09), whichever way it comes.
 *
 * | state     | event                             | next      | caller gets     | callee gets          |
 * |-----------|-----------------------------------|-----------|-----------------|----------------------|
 * | (new)     | CALL, a callee has room           | invoked   |                 | INVOCATION           |
 * |           | CALL, all callees busy            | waiting   |                 |                      |
 * |           | the same, and the queue is full   | (none)    | ERROR           |                      |
 * |           | CALL that the callee cannot take  | ended     | ERROR           |                      |
 * | waiting   | a callee has room                 | invoked   |                 | INVOCATION           |
 * |           | no able callee is left            | ended     | ERROR           |                      |
 * |           | CANCEL, timeout                   | ended     | ERROR           |                      |
 * |           | the caller leaves                 | ended     |                 |                      |
 * | invoked   | CALL, a further piece             | invoked   |                 | INVOCATION           |
 * |           | YIELD with progress               | invoked   | RESULT          |                      |
 * |           | YIELD, ERROR                      | ended     | RESULT, ERROR   |                      |
 * |           | ERROR unavailable, rerouted       | invoked   |                 | INVOCATION (another) |
 * |           | the same, the others are busy     | waiting   |                 |                      |
 * |           | the same, there are no others     | ended     | ERROR           |                      |
 * |           | CANCEL kill                       | killing   |                 | INTERRUPT            |
 * |           | CANCEL killnowait, timeout        | abandoned | ERROR           | INTERRUPT            |
 * |           | CANCEL skip                       | abandoned | ERROR           |                      |
 * |           | a message cannot be sent          | abandoned | ERROR           | INTERRUPT            |
 * |           | the caller leaves                 | abandoned |                 | INTERRUPT            |
 * |           | the callee leaves                 | ended     | ERROR           |                      |
 * | killing   | YIELD, ERROR                      | ended     | RESULT, ERROR   |                      |
 * |           | CANCEL but kill, timeout          | abandoned | ERROR           |                      |
 * |           | a message cannot be sent          | abandoned | ERROR           | INTERRUPT            |
 * |           | the caller leaves                 | abandoned |                 |                      |
 * |           | the callee leaves                 | ended     | ERROR           |                      |
 * | abandoned | YIELD, ERROR, the callee leaves   | ended     |                 |                      |
 *
 * Only callees with `concurrency`, whose invocations are counted, have abandoned
 * calls: where the table says so, a call of any other callee has ended. A callee
 * that did not announce call_canceling gets no INTERRUPT, and each CANCEL is a skip
 * there (CX-06).
 */
import type { Timers } from "../base/timers.ts";
import { ErrorUri, ProtocolError } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
import {
  type Call,
  type Cancel,
  type ErrorMessage,
  requestError,
  type Result,
  SendOutcome,
  type Yield,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import {
  type CallOptions,
  type Dict,
  EMPTY_DICT,
  isPassthru,
  passthruKeys,
  type YieldOptions,
} from "../wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../wamp/payload.ts";
import { isValidUri } from "../wamp/uri.ts";
import type { LongWork } from "./long_work.ts";
import {
  type Callee,
  type Peer,
  type PendingCall,
  Registration,
} from "./model.ts";
import type { Counters } from "./ports.ts";

/** What ends a call without its callee: its timeout (TO-02), or its caller (CX-04). */
export type CallEnding = "timeout" | "canceled";

const ENDINGS: Readonly<Record<CallEnding, [error: string, text: string]>> = {
  timeout: [ErrorUri.TIMEOUT, "The call has timed out"],
  canceled: [ErrorUri.CANCELED, "The caller canceled the call"],
};

/** All of them are looked at whenever a callee has room. */
const SENT_AWAY_MAX = 16;

/** Stands for what the router itself serves; it has no callees. */
const ROUTER_REGISTRATION = new Registration({
  id: 0,
  uri: "",
  match: "exact",
  policy: "single",
  created: new Date(0),
}, { fill: (words) => words });

/** What the calls of a realm are made with. */
export interface CallsOptions {
  readonly timers: Timers;
  readonly counters: Counters;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  /** Calls that may wait at one registration (`call_queue`); 0: none. */
  readonly queueLength: number;
}

/** The calls of a realm that have no final answer. */
export class Calls {
  readonly #timers: Timers;
  readonly #counters: Counters;
  readonly #nowMs: () => number;
  readonly #queueLength: number;
  #count = 0;

  constructor({ timers, counters, nowMs, queueLength }: CallsOptions) {
    this.#timers = timers;
    this.#counters = counters;
    this.#nowMs = nowMs;
    this.#queueLength = queueLength;
  }

  /** How many calls have no final answer. */
  get count(): number {
    return this.#count;
  }

  // From the caller: CALL and CANCEL.

  /**
   * Takes a CALL that is a further piece of a call, pending or over (PG-09 to PG-11).
   *
   * @returns False where it is a call of its own.
   * @throws {ProtocolError} Where it uses what was not announced (PG-02, PP-01),
   * or the ID of a pending call that has no further pieces (PG-09).
   */
  takePiece(caller: Peer, message: Call): boolean {
    checkAnnounced(caller, message);
    const { request } = message;
    if (caller.noteRequest(request)) return false;
    const pending = caller.calls.get(request);
    if (pending === undefined) return isLatePiece(caller, message);
    this.#continue(pending, message);
    return true;
  }

  /**
   * The time that a CALL has left: its own timeout, or else that of its caller's
   * role (TO-01, TO-02); Infinity: no limit.
   *
   * @param receivedMs When it came; 0: just now.
   */
  leftMs(caller: Peer, message: Call, receivedMs: number): number {
    const timeoutMs = timeoutOf(caller, message);
    if (timeoutMs === 0) return Infinity;
    if (receivedMs === 0) return timeoutMs;
    return receivedMs + timeoutMs - this.#nowMs();
  }

  /**
   * The ERROR for a CALL that ended before its turn; undefined where it did not.
   *
   * @param receivedMs When it came; 0: just now.
   * @param ended What has ended it; undefined: nothing but its time.
   */
  refuseEnded(
    caller: Peer,
    message: Call,
    receivedMs: number,
    ended: CallEnding | undefined,
  ): ErrorMessage | undefined {
    if (ended !== undefined) return endingError(message.request, ended);
    if (receivedMs === 0) return undefined;
    return this.leftMs(caller, message, receivedMs) <= 0
      ? endingError(message.request, "timeout")
      : undefined;
  }

  /** Answers a CALL that is refused; further pieces of it are late. */
  refuse(caller: Peer, message: Call, refusal: ErrorMessage): void {
    if ((message.options as CallOptions).progress === true) {
      caller.endedCalls.add(message.request);
    }
    caller.outlet.send(refusal);
  }

  /**
   * Brings a new call to one of the callees of `registration`.
   *
   * @param receivedMs When it came; 0: just now.
   */
  start(
    caller: Peer,
    message: Call,
    registration: Registration,
    receivedMs: number,
  ): void {
    const call = this.#newCall(caller, message, registration, receivedMs);
    const callee = registration.choose();
    if (callee === undefined) return this.#startWaiting(call, message);
    this.#add(call);
    const { payload } = message;
    if (
      registration.policy !== "single" &&
      callee.peer.announced(ClientFeature.CALLEE_REROUTE)
    ) call.payload = payload.kept();
    this.#invoke(call, callee, payload);
  }

  /**
   * CANCEL of an own pending call (CX-01 to CX-06); any other has no effect (CX-08).
   * After `kill` the other modes end the wait for a callee that does not answer.
   */
  cancel(caller: Peer, message: Cancel): void {
    const call = caller.calls.get(message.request);
    if (call === undefined) return;
    const mode = canInterrupt(call)
      ? message.options["mode"] ?? "killnowait"
      : "skip";
    // The callee is interrupted once, whatever its caller still asks for (CX-10).
    const isKilling = call.state === "killing";
    if (mode === "kill") {
      if (isKilling) return;
      call.state = "killing";
      return this.#interrupt(call, "kill");
    }
    this.#sendEnding(call, "canceled");
    if (mode === "killnowait" && !isKilling) this.#interrupt(call, mode);
    this.#abandon(call);
  }

  /**
   * Notes a call that the router itself answers, but later: until then it is
   * pending, without a callee.
   */
  hold(caller: Peer, message: Call, receivedMs: number): PendingCall {
    const call = this.#newCall(
      caller,
      message,
      ROUTER_REGISTRATION,
      receivedMs,
    );
    this.#add(call);
    this.#startTimeout(call);
    return call;
  }

  /** Ends a call that was held; false where it has ended before. */
  release(call: PendingCall): boolean {
    if (call.state === "ended") return false;
    this.#end(call);
    return true;
  }

  #newCall(
    caller: Peer,
    message: Call,
    registration: Registration,
    receivedMs: number,
  ): PendingCall {
    const options = message.options as CallOptions;
    const leftMs = this.leftMs(caller, message, receivedMs);
    const timeoutMs = leftMs === Infinity ? 0 : Math.ceil(leftMs);
    return {
      state: "waiting",
      caller,
      registration,
      request: message.request,
      procedure: message.procedure,
      passthru: isPassthru(message.options)
        ? passthruKeys(message.options)
        : undefined,
      ownTimeoutMs: options.timeout || 0,
      payload: undefined,
      callee: undefined,
      invocationRequest: 0,
      disclosesCaller: options.disclose_me === true ||
        caller.authorizer.discloses("caller", message.procedure),
      wantsProgress: options.receive_progress === true &&
        caller.announced(ClientFeature.CALLER_PROGRESSIVE_RESULTS),
      hasMoreChunks: options.progress === true,
      isUnderWay: false,
      tried: undefined,
      dueMs: timeoutMs === 0 ? 0 : this.#nowMs() + timeoutMs,
      timeoutMs,
      deadline: undefined,
    };
  }

  /** @throws {ProtocolError} Where the call has no further pieces (PG-09). */
  #continue(call: PendingCall, message: Call): void {
    if (message.procedure !== call.procedure) return;
    if (!call.hasMoreChunks) {
      throw new ProtocolError(
        `CALL.Request ${message.request} is that of a call that is pending`,
      );
    }
    const { callee } = call;
    // A canceled call gets no more of its caller.
    if (callee === undefined || call.state === "killing") return;
    const progress = (message.options as CallOptions).progress === true;
    call.isUnderWay = true;
    const outcome = callee.peer.outlet.send({
      code: MessageCode.INVOCATION,
      request: call.invocationRequest,
      registration: call.registration.id,
      details: invocationDetails(call, callee, progress),
      payload: message.payload,
    });
    if (outcome !== SendOutcome.SENT) {
      return this.#failUnsendable(call, outcome);
    }
    call.hasMoreChunks = progress;
  }

  // From the callee: YIELD and ERROR.

  /**
   * YIELD: a RESULT (RP-07, PR-03). Of a call that is over: dropped (RP-11).
   *
   * @throws {ProtocolError} Where the request was never issued to this callee
   * (PV-08), or payload passthru mode was not announced (PP-01).
   */
  yield(callee: Peer, message: Yield): void {
    const passthru = isPassthru(message.options);
    if (passthru) checkPassthru(callee);
    const call = invocationOf(callee, message.request, "YIELD");
    if (call === undefined) return;
    const isFinal = (message.options as YieldOptions).progress !== true;
    if (call.state === "abandoned") {
      if (isFinal) this.#end(call);
    } else if (
      passthru && !call.caller.announced(ClientFeature.CALLER_PASSTHRU)
    ) {
      this.#refusePassthru(call, callee, message.request);
    } else if (isFinal) {
      this.#answer(call, {
        code: MessageCode.RESULT,
        request: call.request,
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
    if (call.state === "abandoned") return this.#end(call);
    if (
      message.error === ErrorUri.UNAVAILABLE && call.state === "invoked" &&
      !call.isUnderWay && callee.announced(ClientFeature.CALLEE_REROUTE)
    ) return this.#reroute(call);
    if (!isValidUri(message.error, "exact", "loose")) {
      return this.#fail(
        call,
        ErrorUri.INVALID_URI,
        `The callee answered with an invalid error URI: "${
          message.error.slice(0, 200)
        }"`,
      );
    }
    this.#answer(call, {
      code: MessageCode.ERROR,
      requestType: MessageCode.CALL,
      request: call.request,
      details: forwardedDetails(message.details),
      error: message.error,
      payload: message.payload,
      text: undefined,
    });
  }

  /** A piece of a result; dropped where the caller did not ask for them (PR-07). */
  #progress(call: PendingCall, message: Yield): void {
    if (!call.wantsProgress) return;
    this.#restartTimeout(call);
    call.isUnderWay = true;
    const outcome = call.caller.outlet.send({
      code: MessageCode.RESULT,
      request: call.request,
      details: { ...passthruKeys(message.options), progress: true },
      payload: message.payload,
    });
    if (outcome !== SendOutcome.SENT) this.#failUnsendable(call, outcome);
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
    this.#fail(call, ErrorUri.FEATURE_NOT_SUPPORTED, text);
  }

  /**
   * The callee is not available: another gets the call, once it has room, or
   * none (RR-01 to RR-03).
   */
  #reroute(call: PendingCall): void {
    const { callee, registration } = call;
    if (callee === undefined) return;
    (call.tried ??= new Set()).add(callee.peer);
    this.#unbind(call);
    const { payload } = call;
    if (payload === undefined) return this.#failUnavailable(call);
    if (!this.#hasTimeLeft(call)) return this.#expire(call);
    const next = chooseAble(call);
    if (next !== undefined) return this.#invoke(call, next, payload);
    if (isOutForAll(call)) return this.#failUnavailable(call);
    if (!this.#canWait(call) || registration.sentAway.size >= SENT_AWAY_MAX) {
      return this.#fail(
        call,
        ErrorUri.MAX_CONCURRENCY_REACHED,
        `The other callees of "${call.procedure}" are busy, and no further call may wait (call_queue)`,
      );
    }
    call.state = "waiting";
    registration.sentAway.add(call);
    if (call.deadline === undefined) this.#startTimeout(call);
  }

  // From the dealer: what changes at a registration, and who leaves.

  /** Brings waiting calls to callees while one has room. */
  serveWaiting(registration: Registration): void {
    for (const call of registration.sentAway) {
      if (this.#expiredBefore(call)) continue;
      const callee = chooseAble(call);
      if (callee !== undefined) this.#serve(call, callee);
    }
    for (const call of registration.waiting) {
      if (this.#expiredBefore(call)) continue;
      const callee = registration.choose();
      if (callee === undefined) return;
      this.#serve(call, callee);
    }
  }

  /** A callee of `registration` has left: calls may wait for nobody else. */
  calleeLeft(registration: Registration): void {
    for (const call of registration.sentAway) {
      if (isOutForAll(call)) this.#failUnavailable(call);
    }
  }

  /** The last callee of `registration` has left: the calls that wait end. */
  failWaiting(registration: Registration): void {
    const { sentAway, waiting } = registration;
    for (const call of [...sentAway, ...waiting]) {
      this.#fail(
        call,
        ErrorUri.CANCELED,
        "The last callee of the procedure has left",
      );
    }
  }

  /** Takes the calls that wait at `registration`, for another one to have them. */
  takeWaiting({ sentAway, waiting }: Registration): readonly PendingCall[] {
    const calls = [...sentAway, ...waiting];
    sentAway.clear();
    waiting.clear();
    return calls;
  }

  /** Has calls that waited at another registration wait at this one. */
  giveWaiting(registration: Registration, calls: readonly PendingCall[]): void {
    for (const call of calls) {
      call.registration = registration;
      call.tried = undefined;
      registration.waiting.add(call);
    }
  }

  /** Ends what `peer`, whose session has ended, called and was called for (SL-05). */
  *leave(peer: Peer): LongWork {
    for (const call of peer.calls.values()) {
      if (call.callee?.peer === peer) this.#end(call);
      else {
        // One that is killing has been interrupted (CX-09).
        if (call.state === "invoked") this.#interrupt(call, "killnowait");
        this.#abandon(call);
      }
      yield 1;
    }
    for (const call of peer.owed) {
      this.#settle(call);
      yield 1;
    }
    for (const call of peer.invocations.values()) {
      if (call.state === "abandoned") this.#end(call);
      else this.#fail(call, ErrorUri.CANCELED, "The callee has left");
      yield 1;
    }
  }

  // To the callee.

  #startWaiting(call: PendingCall, message: Call): void {
    const { registration, caller } = call;
    if (!this.#canWait(call)) {
      return this.refuse(
        caller,
        message,
        requestError(
          MessageCode.CALL,
          message.request,
          ErrorUri.MAX_CONCURRENCY_REACHED,
          `All callees of "${message.procedure}" are busy, and no further call may wait (call_queue)`,
        ),
      );
    }
    call.payload = message.payload.kept();
    this.#add(call);
    registration.waiting.add(call);
    this.#startTimeout(call);
  }

  /** Pieces are not collected: a call in pieces has its callee at once or not. */
  #canWait({ registration, hasMoreChunks }: PendingCall): boolean {
    return registration.waitingCount < this.#queueLength && !hasMoreChunks;
  }

  #serve(call: PendingCall, callee: Callee): void {
    call.registration.sentAway.delete(call);
    call.registration.waiting.delete(call);
    this.#invoke(call, callee, call.payload ?? NO_PAYLOAD);
  }

  #invoke(call: PendingCall, callee: Callee, payload: Payload): void {
    const { peer } = callee;
    const lacking = missingFeature(call, peer);
    if (lacking !== undefined) {
      return this.#fail(
        call,
        ErrorUri.FEATURE_NOT_SUPPORTED,
        `The callee does not support ${lacking}`,
      );
    }
    const invocationRequest = peer.nextInvocationId;
    const outcome = peer.outlet.send({
      code: MessageCode.INVOCATION,
      request: invocationRequest,
      registration: call.registration.id,
      details: invocationDetails(call, callee, call.hasMoreChunks),
      payload,
    });
    if (outcome !== SendOutcome.SENT) {
      return this.#failUnsendable(call, outcome);
    }
    this.#bind(call, callee, invocationRequest);
    if (call.deadline === undefined && !isTimedByCallee(call, callee)) {
      this.#startTimeout(call);
    }
  }

  #bind(call: PendingCall, callee: Callee, invocationRequest: number): void {
    call.state = "invoked";
    call.callee = callee;
    call.invocationRequest = invocationRequest;
    callee.pending++;
    callee.peer.lastInvocationId = invocationRequest;
    callee.peer.invocations.set(invocationRequest, call);
  }

  /** Takes `call` from its callee, which then has room for another. */
  #unbind(call: PendingCall): void {
    const { callee } = call;
    if (callee === undefined) return;
    call.callee = undefined;
    callee.pending--;
    callee.peer.invocations.delete(call.invocationRequest);
    if (call.registration.waitingCount > 0) {
      this.serveWaiting(call.registration);
    }
  }

  #interrupt(call: PendingCall, mode: string): void {
    if (!canInterrupt(call)) return;
    call.callee?.peer.outlet.send({
      code: MessageCode.INTERRUPT,
      request: call.invocationRequest,
      options: { mode },
    });
  }

  // The end.

  #add(call: PendingCall): void {
    call.caller.calls.set(call.request, call);
    call.caller.quota.addCalls(1);
    this.#count++;
  }

  /** Ends `call` with the final `answer` of its callee. */
  #answer(call: PendingCall, answer: Result | ErrorMessage): void {
    this.#end(call);
    const outcome = call.caller.outlet.send(answer);
    if (outcome !== SendOutcome.SENT) this.#sendUnsendable(call, outcome);
  }

  /** Ends `call`, whose callee is not needed any more, with an ERROR of ours. */
  #fail(call: PendingCall, error: string, text: string): void {
    this.#end(call);
    this.#sendError(call, error, text);
  }

  #failUnavailable(call: PendingCall): void {
    this.#fail(
      call,
      ErrorUri.NO_AVAILABLE_CALLEE,
      "No callee of the procedure is available",
    );
  }

  /** A message of `call` could not be sent (FR-16, FR-17, A-13). */
  #failUnsendable(call: PendingCall, outcome: SendOutcome): void {
    if (call.callee !== undefined) this.#interrupt(call, "killnowait");
    this.#abandon(call);
    this.#sendUnsendable(call, outcome);
  }

  /** The timeout of `call` is over (TO-02). */
  #expire(call: PendingCall): void {
    this.#sendEnding(call, "timeout");
    if (call.state === "invoked") this.#interrupt(call, "killnowait");
    this.#abandon(call);
  }

  /**
   * The caller has its answer. The callee may still be at work: where its
   * invocations are counted, this one counts until it answers.
   */
  #abandon(call: PendingCall): void {
    if (call.callee === undefined || call.callee.concurrency === 0) {
      return this.#end(call);
    }
    this.#forgetCaller(call);
    call.state = "abandoned";
    call.payload = undefined;
    const { caller } = call;
    if (caller.hasLeft) return this.#settle(call);
    // It counts for its caller as well: otherwise CALL and CANCEL in turns had no end.
    caller.owed.add(call);
    caller.quota.addCalls(1);
  }

  /** The caller of an abandoned call has to do with it no longer. */
  #settle(call: PendingCall): void {
    const { caller, callee } = call;
    if (caller.owed.delete(call)) caller.quota.addCalls(-1);
    // A session that has left is not held by what callees do not answer.
    if (callee !== undefined) call.caller = callee.peer;
  }

  /** Takes `call` out of all tables. */
  #end(call: PendingCall): void {
    this.#forgetCaller(call);
    call.registration.waiting.delete(call);
    call.registration.sentAway.delete(call);
    call.state = "ended";
    this.#unbind(call);
  }

  #forgetCaller(call: PendingCall): void {
    if (call.state === "abandoned") return this.#settle(call);
    this.#clearTimeout(call);
    if (call.hasMoreChunks) {
      call.caller.endedCalls.add(call.request);
    }
    call.caller.calls.delete(call.request);
    call.caller.quota.addCalls(-1);
    this.#count--;
  }

  #sendUnsendable(call: PendingCall, outcome: SendOutcome): void {
    if (outcome === SendOutcome.FULL) {
      this.#counters.increment("calls_refused_overload");
      this.#sendError(
        call,
        ErrorUri.LIMIT_REACHED,
        "The callee does not read, and as much waits for it as may (max_outbox_bytes)",
      );
    } else if (outcome === SendOutcome.TOO_LONG) {
      this.#counters.increment("calls_too_long");
      this.#sendError(
        call,
        ErrorUri.PAYLOAD_SIZE_EXCEEDED,
        "A message of this call is longer than its receiver accepts",
      );
    } else {
      this.#sendError(
        call,
        ErrorUri.INVALID_ARGUMENT,
        "The payload has a value that the other peer's serializer cannot hold",
      );
    }
  }

  #sendEnding(call: PendingCall, ending: CallEnding): void {
    call.caller.outlet.send(endingError(call.request, ending));
  }

  #sendError(call: PendingCall, error: string, text: string): void {
    call.caller.outlet.send(
      requestError(MessageCode.CALL, call.request, error, text),
    );
  }

  // Time.

  /** Timers are coarse: a call can be over before its own one says so. */
  #expiredBefore(call: PendingCall): boolean {
    if (this.#hasTimeLeft(call)) return false;
    this.#expire(call);
    return true;
  }

  /**
   * Notes what is left of a call's timeout, which runs on from callee to callee
   * (RR-04).
   *
   * @returns Whether something is left.
   */
  #hasTimeLeft(call: PendingCall): boolean {
    if (call.dueMs === 0) return true;
    call.timeoutMs = Math.ceil(call.dueMs - this.#nowMs());
    return call.timeoutMs > 0;
  }

  /** Starts the call's timer, if it has a timeout (TO-02). */
  #startTimeout(call: PendingCall): void {
    if (call.dueMs !== 0) this.#setDeadline(call, call.timeoutMs);
  }

  /** Progress restarts the timer, where the router keeps it (TO-07). */
  #restartTimeout(call: PendingCall): void {
    if (call.deadline === undefined) return;
    const { ownTimeoutMs, caller } = call;
    this.#setDeadline(call, ownTimeoutMs || caller.callTimeoutMs);
  }

  #setDeadline(call: PendingCall, timeoutMs: number): void {
    this.#clearTimeout(call);
    call.deadline = this.#timers.set(timeoutMs, () => {
      call.deadline = undefined;
      this.#expire(call);
    });
  }

  #clearTimeout(call: PendingCall): void {
    if (call.deadline === undefined) return;
    this.#timers.clear(call.deadline);
    call.deadline = undefined;
  }
}

/** Whether a CALL continues one, or comes too late to (PG-09 to PG-11). */
export function isPiece(caller: Peer, { request, procedure }: Call): boolean {
  const pending = caller.calls.get(request);
  return pending === undefined
    ? caller.isEndedCall(request)
    : pending.procedure === procedure;
}

/** Whether the call that `message` continues is over already (PG-10, PG-11). */
function isLatePiece(caller: Peer, message: Call): boolean {
  const { request } = message;
  const hasMoreChunks = (message.options as CallOptions).progress === true;
  if (caller.isEndedCall(request)) {
    if (!hasMoreChunks) caller.endedCalls.delete(request);
    return true;
  }
  // Its last piece must not pass for a call of its own.
  if (hasMoreChunks) caller.endedCalls.add(request);
  return hasMoreChunks;
}

/** @throws {ProtocolError} On what the protocol forbids without announcement. */
function checkAnnounced(caller: Peer, message: Call): void {
  if (message.options === EMPTY_DICT) return;
  if (
    (message.options as CallOptions).progress === true &&
    !caller.announced(ClientFeature.CALLER_PROGRESSIVE_INVOCATIONS)
  ) {
    throw new ProtocolError(
      "CALL with progress, but the caller did not announce progressive_call_invocations",
    );
  }
  if (
    isPassthru(message.options) &&
    !caller.announced(ClientFeature.CALLER_PASSTHRU)
  ) {
    throw new ProtocolError(
      "CALL in payload passthru mode, which the caller did not announce",
    );
  }
}

function checkPassthru(callee: Peer): void {
  if (callee.announced(ClientFeature.CALLEE_PASSTHRU)) return;
  throw new ProtocolError(
    "YIELD in payload passthru mode, which the callee did not announce",
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

function endingError(request: number, ending: CallEnding): ErrorMessage {
  const [error, text] = ENDINGS[ending];
  return requestError(MessageCode.CALL, request, error, text);
}

/** How long a call may take; 0: no limit. */
function timeoutOf({ callTimeoutMs }: Peer, { options }: Call): number {
  return (options as CallOptions).timeout || callTimeoutMs;
}

/**
 * Whether the callee alone keeps the time (TO-04): never that of a role, which
 * holds whatever the callee does (TO-05).
 */
function isTimedByCallee(call: PendingCall, callee: Callee): boolean {
  return callee.forwardsTimeout && call.ownTimeoutMs > 0;
}

/** Callees that did not announce it never get INTERRUPT (CX-06). */
function canInterrupt(call: PendingCall): boolean {
  return call.callee?.peer.announced(ClientFeature.CALLEE_CANCELING) === true;
}

/** A callee with room for a call that was sent away: able ones only (RR-02). */
function chooseAble(call: PendingCall): Callee | undefined {
  return call.registration.choose((peer) => isOut(call, peer));
}

/** Whether a call that was sent away cannot go to `callee` (RR-03). */
function isOut(call: PendingCall, callee: Peer): boolean {
  return call.tried?.has(callee) === true ||
    missingFeature(call, callee) !== undefined;
}

function isOutForAll(call: PendingCall): boolean {
  return call.registration.callees.every(({ peer }) => isOut(call, peer));
}

/** What the callee would need to take the call (PG-03, PP-03). */
function missingFeature(call: PendingCall, callee: Peer): string | undefined {
  if (
    call.hasMoreChunks &&
    !(callee.announced(ClientFeature.CALLEE_PROGRESSIVE_INVOCATIONS) &&
      callee.announced(ClientFeature.CALLEE_CANCELING))
  ) return "progressive_call_invocations with call_canceling";
  if (
    call.passthru !== undefined &&
    !callee.announced(ClientFeature.CALLEE_PASSTHRU)
  ) return "payload_passthru_mode";
  return undefined;
}

function forwardedDetails(options: Dict): Dict {
  return isPassthru(options) ? passthruKeys(options) : EMPTY_DICT;
}

/**
 * INVOCATION.Details of `call` at `callee`. With several pieces, all derive from
 * the first one's options (PG-07); only `progress` is each piece's own.
 */
function invocationDetails(
  call: PendingCall,
  callee: Callee,
  progress: boolean,
): Dict {
  const { caller, registration, passthru } = call;
  const discloses = call.disclosesCaller ||
    callee.disclosesCaller && caller.isSession;
  const { trustLevel } = caller.authorizer;
  if (
    passthru === undefined && registration.match === "exact" &&
    !discloses && trustLevel === undefined && !progress &&
    !callee.forwardsTimeout && !call.wantsProgress
  ) return EMPTY_DICT;
  const details: Record<string, unknown> = { ...passthru };
  if (registration.match !== "exact") {
    details["procedure"] = call.procedure;
  }
  if (discloses) {
    details["caller"] = caller.sessionId;
    details["caller_authid"] = caller.identity.authid;
    details["caller_authrole"] = caller.identity.authrole;
  }
  if (trustLevel !== undefined) details["trustlevel"] = trustLevel;
  if (
    call.wantsProgress &&
    callee.peer.announced(ClientFeature.CALLEE_PROGRESSIVE_RESULTS)
  ) details["receive_progress"] = true;
  if (callee.forwardsTimeout && call.timeoutMs > 0) {
    details["timeout"] = call.timeoutMs;
  }
  if (progress) details["progress"] = true;
  return details;
}
