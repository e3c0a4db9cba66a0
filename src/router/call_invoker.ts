/**
 * Brings calls to their callees: chooses among them, lets calls wait where all
 * are busy, sends further chunks, and tries another callee where one is not
 * available.
 */
import { ErrorUri, ProtocolError } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
import { type Call, requestError, SendOutcome } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { type CallOptions, isPassthru } from "../wamp/options.ts";
import type { CallTable } from "./call_table.ts";
import { invocationDetails } from "./invocation_details.ts";
import type { Peer } from "./peer.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Callee, Registration } from "./registration.ts";

/** All of them are looked at whenever a callee has room. */
const SENT_AWAY_MAX = 16;

/** The way of a realm's calls to callees. */
export class CallInvoker {
  readonly #table: CallTable;
  readonly #queueLength: number;

  /** @param queueLength Calls that may wait at one registration; 0: none. */
  constructor(table: CallTable, queueLength: number) {
    this.#table = table;
    this.#queueLength = queueLength;
    table.whenRoom((registration) => this.serveWaiting(registration));
  }

  /**
   * Brings a new call to one of the callees of `registration`.
   *
   * @param receivedMs When it came; 0: just now.
   */
  call(
    caller: Peer,
    message: Call,
    registration: Registration,
    receivedMs: number,
  ): void {
    const options = message.options as CallOptions;
    const leftMs = this.#table.leftMs(caller, message, receivedMs);
    const timeoutMs = leftMs === Infinity ? 0 : Math.ceil(leftMs);
    const call: PendingCall = {
      state: "waiting",
      caller,
      registration,
      message,
      keepsPayload: false,
      callee: undefined,
      invocationRequest: 0,
      disclosesCaller: caller.authorizer.discloses("caller", message.procedure),
      wantsProgress: options.receive_progress === true &&
        caller.announced(ClientFeature.CALLER_PROGRESSIVE_RESULTS),
      hasMoreChunks: options.progress === true,
      isUnderWay: false,
      tried: undefined,
      dueMs: this.#table.dueMs(timeoutMs),
      timeoutMs,
      deadline: undefined,
    };
    const callee = registration.choose();
    if (callee === undefined) return this.#wait(call);
    this.#table.enter(call);
    if (
      registration.policy !== "single" &&
      callee.peer.announced(ClientFeature.CALLEE_REROUTE)
    ) keepPayload(call);
    this.#invoke(call, callee);
  }

  /**
   * A further CALL with the ID of a pending call (PG-09, PG-11).
   *
   * @throws {ProtocolError} Where that call has no further chunks.
   */
  continue(call: PendingCall, message: Call): void {
    if (message.procedure !== call.message.procedure) return;
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
      return this.#table.failUnsendable(call, outcome);
    }
    call.hasMoreChunks = progress;
  }

  /**
   * The callee is not available: another gets the call, once it has room, or
   * none (RR-01 to RR-03).
   */
  reroute(call: PendingCall): void {
    const { callee, registration } = call;
    if (callee === undefined) return;
    (call.tried ??= new Set()).add(callee.peer);
    this.#table.unbind(call);
    if (!call.keepsPayload) return this.#failUnavailable(call);
    if (!this.#table.hasTimeLeft(call)) return this.#table.expire(call);
    const next = choose(call);
    if (next !== undefined) return this.#invoke(call, next);
    if (isOutForAll(call)) return this.#failUnavailable(call);
    if (!this.#canWait(call) || registration.sentAway.size >= SENT_AWAY_MAX) {
      return this.#table.fail(
        call,
        ErrorUri.MAX_CONCURRENCY_REACHED,
        `The other callees of "${call.message.procedure}" are busy`,
      );
    }
    call.state = "waiting";
    registration.sentAway.add(call);
    if (call.deadline === undefined) this.#table.startTimeout(call);
  }

  /** A callee has left: calls may wait for nobody else. */
  calleeLeft(registration: Registration): void {
    for (const call of registration.sentAway) {
      if (isOutForAll(call)) this.#failUnavailable(call);
    }
  }

  /** Brings waiting calls to callees while one has room. */
  serveWaiting(registration: Registration): void {
    for (const call of registration.sentAway) {
      if (this.#isOver(call)) continue;
      const callee = choose(call);
      if (callee !== undefined) this.#serve(call, callee);
    }
    for (const call of registration.waiting) {
      if (this.#isOver(call)) continue;
      const callee = registration.choose();
      if (callee === undefined) return;
      this.#serve(call, callee);
    }
  }

  #serve(call: PendingCall, callee: Callee): void {
    call.registration.sentAway.delete(call);
    call.registration.waiting.delete(call);
    this.#invoke(call, callee);
  }

  /** Timers are coarse: a call can be over before its own one says so. */
  #isOver(call: PendingCall): boolean {
    if (this.#table.hasTimeLeft(call)) return false;
    this.#table.expire(call);
    return true;
  }

  #failUnavailable(call: PendingCall): void {
    this.#table.fail(
      call,
      ErrorUri.NO_AVAILABLE_CALLEE,
      "No callee of the procedure is available",
    );
  }

  /** Has calls that waited at another registration wait at this one. */
  wait(calls: readonly PendingCall[], registration: Registration): void {
    for (const call of calls) {
      call.registration = registration;
      call.tried = undefined;
      registration.waiting.add(call);
    }
  }

  /** Chunks are not collected: a call in pieces has its callee at once or not. */
  #canWait({ registration, hasMoreChunks }: PendingCall): boolean {
    return registration.waitingCount < this.#queueLength && !hasMoreChunks;
  }

  #wait(call: PendingCall): void {
    const { registration, message, caller } = call;
    if (!this.#canWait(call)) {
      if (call.hasMoreChunks) caller.endedCalls.add(message.request);
      caller.outlet.send(requestError(
        MessageCode.CALL,
        message.request,
        ErrorUri.MAX_CONCURRENCY_REACHED,
        `All callees of "${message.procedure}" are busy and no further call may wait`,
      ));
      return;
    }
    keepPayload(call);
    this.#table.enter(call);
    registration.waiting.add(call);
    this.#table.startTimeout(call);
  }

  #invoke(call: PendingCall, callee: Callee): void {
    const { peer } = callee;
    const lacking = missingFeature(call, peer);
    if (lacking !== undefined) {
      return this.#table.fail(
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
      payload: call.message.payload,
    });
    if (outcome !== SendOutcome.SENT) {
      return this.#table.failUnsendable(call, outcome);
    }
    this.#table.bind(call, callee, invocationRequest);
    if (call.deadline === undefined && !isTimedByCallee(call, callee)) {
      this.#table.startTimeout(call);
    }
  }
}

/**
 * Whether the callee alone keeps the time (TO-04): never that of a role, which
 * holds whatever the callee does (TO-05).
 */
function isTimedByCallee({ message }: PendingCall, callee: Callee): boolean {
  const { timeout } = message.options as CallOptions;
  return callee.forwardsTimeout && Boolean(timeout);
}

function keepPayload(call: PendingCall): void {
  call.message = { ...call.message, payload: call.message.payload.kept() };
  call.keepsPayload = true;
}

/** A callee with room for a call that was sent away: able ones only (RR-02). */
function choose(call: PendingCall): Callee | undefined {
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
    isPassthru(call.message.options) &&
    !callee.announced(ClientFeature.CALLEE_PASSTHRU)
  ) return "payload_passthru_mode";
  return undefined;
}
