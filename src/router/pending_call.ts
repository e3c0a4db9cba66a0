import type { Peer } from "./peer.ts";

/**
 * A CALL that has no final answer yet. It is in the tables of both its peers
 * until then, so that either can leave at any time.
 */
export interface PendingCall {
  readonly caller: Peer;
  /** CALL.Request of the caller. */
  readonly callRequest: number;
  readonly callee: Peer;
  /** INVOCATION.Request at the callee. */
  readonly invocationRequest: number;
  /** The caller canceled it with mode kill and waits for the callee (CX-05). */
  killing: boolean;
}
