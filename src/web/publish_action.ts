/** POST of JSON becomes an event. */
import { readBridgeBody } from "./bridge_body.ts";
import { sendBridgeError, sendBridgeJson } from "./bridge_service.ts";
import type { Exchange } from "./exchange.ts";
import type { RequestFault } from "./request_fault.ts";
import { SignedAction } from "./signed_action.ts";

/** Options of PUBLISH that a request may set: who gets the event, and if it is kept. */
const OPTIONS = [
  "exclude_me",
  "exclude",
  "exclude_authid",
  "exclude_authrole",
  "eligible",
  "eligible_authid",
  "eligible_authrole",
  "retain",
];

/** Publishes to the topic that a request names, and answers with the event's id. */
export class PublishAction extends SignedAction {
  override async perform(
    exchange: Exchange,
    body: Uint8Array,
  ): Promise<RequestFault | undefined> {
    const request = readBridgeBody(body, "topic");
    if ("status" in request) return request;
    const given = Object.entries(request.options);
    const options = Object.fromEntries(
      given.filter(([name, value]) => OPTIONS.includes(name) && value !== null),
    );
    const outcome = await this.session.publish({ ...request, options });
    if (outcome.ok) sendBridgeJson(exchange, 200, { id: outcome.publication });
    else sendBridgeError(exchange, outcome);
    return undefined;
  }
}
