/**
 * What a CALL is looked at for before it is a call: what its caller announced,
 * and whether it continues one that is over.
 */
import { ClientFeature } from "../wamp/features.ts";
import type { Call, ErrorMessage } from "../wamp/message.ts";
import { type CallOptions, EMPTY_DICT, isPassthru } from "../wamp/options.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import type { Peer } from "./peer.ts";

/** @throws {ProtocolError} On what the protocol forbids without announcement. */
export function checkAnnounced(caller: Peer, message: Call): void {
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

/** Whether the call that `message` continues is over already (PG-10, PG-11). */
export function isLateChunk(caller: Peer, message: Call): boolean {
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

/** Answers a call that does not come about; further chunks of it are late. */
export function refuseCall(
  caller: Peer,
  message: Call,
  refusal: ErrorMessage,
): void {
  if ((message.options as CallOptions).progress === true) {
    caller.endedCalls.add(message.request);
  }
  caller.outlet.send(refusal);
}
