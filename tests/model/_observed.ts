/**
 * Messages in the form that model and router are compared in: a line of text,
 * without what only one of them can know (random publication IDs, words for
 * people).
 */
import type { RouterMessage } from "../../src/wamp/message.ts";
import { MessageCode, messageName } from "../../src/wamp/message_code.ts";
import type { Payload } from "../../src/wamp/payload.ts";
import { readValues } from "../../src/wamp/values.ts";

/** One message as the router sent it. */
export function observed(message: RouterMessage): string {
  const name = messageName(message.code);
  switch (message.code) {
    case MessageCode.EVENT:
      return line(name, message.subscription, message.details, tag(message));
    case MessageCode.INVOCATION:
      return line(
        name,
        message.request,
        message.registration,
        message.details,
        tag(message),
      );
    case MessageCode.RESULT:
      return line(name, message.request, message.details, tag(message));
    case MessageCode.ERROR:
      return line(
        name,
        message.requestType,
        message.request,
        message.error,
        tag(message),
      );
    case MessageCode.INTERRUPT:
      return line(name, message.request, message.options);
    case MessageCode.SUBSCRIBED:
      return line(name, message.request, message.subscription);
    case MessageCode.REGISTERED:
      return line(name, message.request, message.registration);
    case MessageCode.UNSUBSCRIBED:
    case MessageCode.UNREGISTERED:
      return line(name, message.request, message.details ?? {});
    case MessageCode.PUBLISHED:
      return line(name, message.request);
    default:
      return line(name);
  }
}

/** A line as {@linkcode observed} writes it. */
export function line(name: string, ...parts: unknown[]): string {
  return [name, ...parts.map((part) => JSON.stringify(part, sorted))].join(" ");
}

/** The number that each payload of a run carries; undefined: none. */
function tag({ payload }: { readonly payload: Payload }): unknown {
  return readValues(payload).args[0] ?? null;
}

/** Dicts with their keys in one order. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
  );
}
