/**
 * Messages in the log of a transport with `debug`: types, ids and URIs; never
 * payloads, options, signatures or other secrets.
 */
import type { LogFields, Logger } from "../base/log.ts";
import type { ClientMessage, RouterMessage } from "../wamp/message.ts";
import { messageName } from "../wamp/message_code.ts";

const TRACED_FIELDS = [
  "request",
  "session",
  "subscription",
  "publication",
  "registration",
  "topic",
  "procedure",
  "realm",
  "error",
  "reason",
] as const;

/** Logs one message. */
export function traceMessage(
  direction: "received" | "sent",
  message: ClientMessage | RouterMessage,
  log: Logger,
): void {
  const fields: Record<string, string | number> = {};
  for (const name of TRACED_FIELDS) {
    const value = (message as unknown as Record<string, unknown>)[name];
    if (typeof value === "string" || typeof value === "number") {
      fields[name] = value;
    }
  }
  const known: LogFields = fields;
  log.info(`${direction} ${messageName(message.code)}`, known);
}
