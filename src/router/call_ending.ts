/**
 * How a call ends other than by its callee: the ERROR for its caller.
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import { type ErrorMessage, requestError } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";

/** Its time is up (TO-02), or its caller took it back (CX-04). */
export type CallEnding = "timeout" | "canceled";

const ENDINGS: Readonly<Record<CallEnding, [error: string, text: string]>> = {
  timeout: [ErrorUri.TIMEOUT, "The call has timed out"],
  canceled: [ErrorUri.CANCELED, "The caller canceled the call"],
};

/** The ERROR of a call that has ended so. */
export function endingError(request: number, ending: CallEnding): ErrorMessage {
  const [error, text] = ENDINGS[ending];
  return requestError(MessageCode.CALL, request, error, text);
}
