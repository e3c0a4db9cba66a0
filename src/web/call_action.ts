/** POST of JSON becomes a call. */
import { ErrorUri } from "../wamp/error_uri.ts";
import { readBridgeBody } from "./bridge_body.ts";
import { sendBridgeError, sendBridgeJson } from "./bridge_service.ts";
import type { BridgeOutcome } from "./bridge_session.ts";
import type { Exchange } from "./exchange.ts";
import type { RequestFault } from "./request_fault.ts";
import { SignedAction } from "./signed_action.ts";

/** Calls the procedure that a request names, and answers with its result. */
export class CallAction extends SignedAction {
  override async perform(
    exchange: Exchange,
    body: Uint8Array,
  ): Promise<RequestFault | undefined> {
    const request = readBridgeBody(body, "procedure");
    if ("status" in request) return request;
    const outcome = exchange.gone.aborted
      ? CANCELED
      : await this.session.call({ ...request, options: {} }, exchange.gone);
    if (outcome.ok) sendBridgeJson(exchange, 200, resultOf(outcome));
    else sendBridgeError(exchange, outcome);
    return undefined;
  }
}

/** What comes of a call whose client left before it was made. */
const CANCELED: BridgeOutcome = {
  ok: false,
  error: ErrorUri.CANCELED,
  args: [],
  kwargs: {},
};

/**
 * A result as Autobahn gives it to Crossbar.io's bridge: where there are no keywords
 * and not several arguments, there is one, which may be null; else what there is.
 */
function resultOf(
  { args, kwargs }: Extract<BridgeOutcome, { readonly ok: true }>,
): Record<string, unknown> {
  const hasKeywords = Object.keys(kwargs).length > 0;
  if (!hasKeywords && args.length <= 1) return { args: [args[0] ?? null] };
  return { ...(args.length > 0 && { args }), ...(hasKeywords && { kwargs }) };
}
