import { ClientFeature } from "../wamp/features.ts";
import {
  type CallOptions,
  type Dict,
  EMPTY_DICT,
  passthruKeys,
} from "../wamp/options.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Callee } from "./registration.ts";

/**
 * INVOCATION.Details of `call` at `callee`. With several chunks, all derive from
 * the first one's options (PG-07); only `progress` is each chunk's own.
 */
export function invocationDetails(
  call: PendingCall,
  callee: Callee,
  progress: boolean,
): Dict {
  const { caller, registration, message } = call;
  const options = message.options as CallOptions;
  const discloses = call.disclosesCaller || options.disclose_me === true ||
    callee.disclosesCaller && caller.isSession;
  const { trustLevel } = caller.authorizer;
  if (
    message.options === EMPTY_DICT && registration.match === "exact" &&
    !discloses && trustLevel === undefined && !progress &&
    !callee.forwardsTimeout
  ) return EMPTY_DICT;
  const details: Record<string, unknown> = passthruKeys(message.options);
  if (registration.match !== "exact") {
    details["procedure"] = message.procedure;
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
