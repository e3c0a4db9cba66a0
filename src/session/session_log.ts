/**
 * What the log says of sessions: each message on a transport with `debug`, by
 * type, ids and URIs, never payloads, options, signatures or other secrets; and
 * refused logins, with reasons that the client is not told (AU-10).
 */
import type { LogFields, Logger } from "../base/log.ts";
import type { ClientMessage, Hello, RouterMessage } from "../wamp/message.ts";
import { messageName } from "../wamp/message_code.ts";
import type { Refused } from "../auth/login_method.ts";

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

/** Longer names are cut: clients choose them. */
const NAME_CHARACTERS_MAX = 200;

/**
 * The fields of a refused login's line: who asked for what, and why it was refused.
 *
 * @param authmethod The one that was begun with; undefined: none.
 */
export function refusalFields(
  { realm, details }: Hello,
  { reason, message, detail }: Refused,
  authmethod: string | undefined,
): LogFields {
  const { authid } = details;
  return {
    reason,
    ...(realm !== null && { realm: cut(realm) }),
    ...(typeof authid === "string" && { authid: cut(authid) }),
    ...(authmethod !== undefined && { authmethod }),
    detail: detail ?? message,
  };
}

function cut(name: string): string {
  return name.length <= NAME_CHARACTERS_MAX
    ? name
    : `${name.slice(0, NAME_CHARACTERS_MAX)}… (${name.length} characters)`;
}
