/**
 * Pending calls and how each ends: with exactly one final answer to its caller,
 * whatever way (RP-09). Who gets a call is not decided here: see
 * `call_invoker.ts`; what callees answer is in `call_answers.ts`.
 */
import type { Timers } from "../base/timers.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
import {
  type Call,
  type Cancel,
  type ErrorMessage,
  requestError,
  type Result,
  SendOutcome,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { CallOptions } from "../wamp/options.ts";
import { type CallEnding, endingError } from "./call_ending.ts";
import type { Peer } from "./peer.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Counters } from "./ports.ts";
import type { Callee, Registration } from "./registration.ts";

/** The calls of a realm that have no final answer. */
export class CallTable {
  readonly #timers: Timers;
  readonly #counters: Counters;
  readonly #nowMs: () => number;
  #count = 0;
  #onRoom: (registration: Registration) => void = () => {};

  /** @param nowMs A clock that never goes back. */
  constructor(timers: Timers, counters: Counters, nowMs: () => number) {
    this.#timers = timers;
    this.#counters = counters;
    this.#nowMs = nowMs;
  }

  /** How many calls have no final answer. */
  get count(): number {
    return this.#count;
  }

  /** Has `onRoom` called when a callee of a registration with waiting calls is free. */
  whenRoom(onRoom: (registration: Registration) => void): void {
    this.#onRoom = onRoom;
  }

  /** Enters a call, which has no callee yet. */
  enter(call: PendingCall): void {
    call.caller.calls.set(call.message.request, call);
    call.caller.quota.addCalls(1);
    this.#count++;
  }

  /** Notes that the INVOCATION of `call` was sent. */
  bind(call: PendingCall, callee: Callee, invocationRequest: number): void {
    call.state = "invoked";
    call.callee = callee;
    call.invocationRequest = invocationRequest;
    callee.pending++;
    callee.peer.lastInvocationId = invocationRequest;
    callee.peer.invocations.set(invocationRequest, call);
  }

  /** Takes `call` from its callee, which has sent it away. */
  unbind(call: PendingCall): void {
    const { callee } = call;
    if (callee === undefined) return;
    call.callee = undefined;
    callee.pending--;
    callee.peer.invocations.delete(call.invocationRequest);
    if (call.registration.waitingCount > 0) this.#onRoom(call.registration);
  }

  /**
   * The time that a CALL has left: its own timeout, or else that of its caller's
   * role (TO-01, TO-02); Infinity: as much as it takes.
   *
   * @param receivedMs When it came; 0: just now.
   */
  leftMs(caller: Peer, message: Call, receivedMs: number): number {
    const timeoutMs = timeoutOf(caller, message);
    if (timeoutMs === 0) return Infinity;
    if (receivedMs === 0) return timeoutMs;
    return receivedMs + timeoutMs - this.#nowMs();
  }

  /** What has ended a CALL that is not looked at yet; one that just came: nothing. */
  endingOf(
    caller: Peer,
    message: Call,
    receivedMs: number,
  ): CallEnding | undefined {
    if (receivedMs === 0) return undefined;
    const leftMs = this.leftMs(caller, message, receivedMs);
    return leftMs <= 0 ? "timeout" : undefined;
  }

  /** When a call with so much time left has timed out; 0: never. */
  dueMs(timeoutMs: number): number {
    return timeoutMs === 0 ? 0 : this.#nowMs() + timeoutMs;
  }

  /**
   * Notes what is left of a call's timeout, which runs on from callee to callee
   * (RR-04).
   *
   * @returns Whether something is left.
   */
  hasTimeLeft(call: PendingCall): boolean {
    if (call.dueMs === 0) return true;
    call.timeoutMs = Math.ceil(call.dueMs - this.#nowMs());
    return call.timeoutMs > 0;
  }

  /** Starts the call's timer, if it asked for one (TO-02). */
  startTimeout(call: PendingCall): void {
    if (call.dueMs !== 0) this.#setDeadline(call, call.timeoutMs);
  }

  #setDeadline(call: PendingCall, timeout: number): void {
    this.#clearTimeout(call);
    call.deadline = this.#timers.set(timeout, () => {
      call.deadline = undefined;
      this.expire(call);
    });
  }

  /** Progress restarts the timer, where the router keeps it (TO-07). */
  restartTimeout(call: PendingCall): void {
    if (call.deadline === undefined) return;
    this.#setDeadline(call, timeoutOf(call.caller, call.message));
  }

  /** Ends `call` with the final `answer` of its callee. */
  answer(call: PendingCall, answer: Result | ErrorMessage): void {
    this.end(call);
    const outcome = call.caller.outlet.send(answer);
    if (outcome !== SendOutcome.SENT) this.#sendUnsendable(call, outcome);
  }

  /** Ends `call`, whose callee is not needed any more, with an ERROR of ours. */
  fail(call: PendingCall, error: string, text: string): void {
    this.end(call);
    this.#sendError(call, error, text);
  }

  /** As {@linkcode CallTable.fail}, for a message that could not be sent (FR-16, FR-17, A-13). */
  failUnsendable(call: PendingCall, outcome: SendOutcome): void {
    if (call.callee !== undefined) this.#interrupt(call, "killnowait");
    this.#abandon(call);
    this.#sendUnsendable(call, outcome);
  }

  /**
   * CANCEL of an own pending call (CX-01 to CX-06); else nothing (CX-08). After
   * `kill` the other modes end the wait for a callee that does not answer.
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

  /** Ends what `peer`, whose session has ended, called and was called for (SL-05). */
  leave(peer: Peer): void {
    for (const call of peer.calls.values()) {
      if (call.callee?.peer === peer) this.end(call);
      else {
        // One that is killing has been interrupted (CX-09).
        if (call.state === "invoked") this.#interrupt(call, "killnowait");
        this.#abandon(call);
      }
    }
    for (const call of peer.invocations.values()) {
      if (call.state === "abandoned") this.end(call);
      else this.fail(call, ErrorUri.CANCELED, "The callee has left");
    }
  }

  /** Ends the calls that wait for `registration`, which has no callee any more. */
  failWaiting(registration: Registration): void {
    const { sentAway, waiting } = registration;
    for (const call of [...sentAway, ...waiting]) {
      this.fail(call, ErrorUri.CANCELED, "The last callee has left");
    }
  }

  /** Takes `call` out of all tables. */
  end(call: PendingCall): void {
    this.#forgetCaller(call);
    call.registration.waiting.delete(call);
    call.registration.sentAway.delete(call);
    call.state = "ended";
    this.unbind(call);
  }

  /**
   * The caller has its answer. The callee may still be at work: where its
   * invocations are counted, this one counts until it answers.
   */
  #abandon(call: PendingCall): void {
    if (call.callee === undefined || call.callee.concurrency === 0) {
      return this.end(call);
    }
    this.#forgetCaller(call);
    call.state = "abandoned";
  }

  #forgetCaller(call: PendingCall): void {
    if (call.state === "abandoned") return;
    this.#clearTimeout(call);
    if (call.hasMoreChunks) {
      call.caller.endedCalls.add(call.message.request);
    }
    call.caller.calls.delete(call.message.request);
    call.caller.quota.addCalls(-1);
    this.#count--;
  }

  /** The timeout of `call` is over (TO-02). */
  expire(call: PendingCall): void {
    this.#sendEnding(call, "timeout");
    if (call.state === "invoked") this.#interrupt(call, "killnowait");
    this.#abandon(call);
  }

  #interrupt(call: PendingCall, mode: string): void {
    if (!canInterrupt(call)) return;
    call.callee?.peer.outlet.send({
      code: MessageCode.INTERRUPT,
      request: call.invocationRequest,
      options: { mode },
    });
  }

  #sendUnsendable(call: PendingCall, outcome: SendOutcome): void {
    if (outcome === SendOutcome.TOO_LONG) {
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
    call.caller.outlet.send(endingError(call.message.request, ending));
  }

  #sendError(call: PendingCall, error: string, text: string): void {
    call.caller.outlet.send(
      requestError(MessageCode.CALL, call.message.request, error, text),
    );
  }

  #clearTimeout(call: PendingCall): void {
    if (call.deadline === undefined) return;
    this.#timers.clear(call.deadline);
    call.deadline = undefined;
  }
}

/** How long a call may take; 0: as long as it does. */
function timeoutOf({ callTimeoutMs }: Peer, { options }: Call): number {
  return (options as CallOptions).timeout || callTimeoutMs;
}

/** Callees that did not announce it never get INTERRUPT (CX-06). */
function canInterrupt(call: PendingCall): boolean {
  return call.callee?.peer.announced(ClientFeature.CALLEE_CANCELING) === true;
}
