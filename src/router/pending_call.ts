import type { Deadline } from "../base/timer_wheel.ts";
import type { Call } from "../wamp/message.ts";
import type { Peer } from "./peer.ts";
import type { Callee, Registration } from "./registration.ts";

/** Where a call stands. */
export type CallState =
  /** No callee has room yet. */
  | "waiting"
  /** At its callee. */
  | "invoked"
  /** The caller canceled it with mode kill and waits for the callee (CX-05). */
  | "killing"
  /** The caller has its answer; the callee, which counts its invocations, not. */
  | "abandoned"
  /** Over. */
  | "ended";

/**
 * A CALL that has no final answer yet. It is in the tables of both its peers,
 * so that either can leave at any time.
 */
export interface PendingCall {
  state: CallState;
  readonly caller: Peer;
  /** Another one where the holders are put out while it waits (RV-04). */
  registration: Registration;
  /**
   * The CALL: its options are those of all chunks (PG-07). Its payload is good
   * only while {@linkcode PendingCall.keepsPayload}.
   */
  message: Call;
  /** Whether the payload was copied, to be sent later or once more. */
  keepsPayload: boolean;
  /** Undefined while waiting. */
  callee: Callee | undefined;
  /** INVOCATION.Request at the callee. */
  invocationRequest: number;
  /** Whether the caller's rights disclose it (CI-02); decided once for all chunks. */
  readonly disclosesCaller: boolean;
  /** Progressive results go to the caller (PR-01, PR-02). */
  readonly wantsProgress: boolean;
  /** The caller may send further chunks (PG-01). */
  hasMoreChunks: boolean;
  /** A progressive RESULT or a second chunk was sent: no other callee now (RR-04). */
  isUnderWay: boolean;
  /** Who answered `wamp.error.unavailable`. */
  tried: Set<Peer> | undefined;
  /** When its timeout is over, whoever is its callee (RR-04); 0: it has none. */
  readonly dueMs: number;
  /** What is left of its timeout when it comes to a callee. */
  timeoutMs: number;
  deadline: Deadline | undefined;
}
