import type { RouterMessage } from "../../src/wamp/message.ts";
import { MessageCode, messageName } from "../../src/wamp/message_code.ts";
import type { TestPeer } from "../support/test_realm.ts";

/** What matters of a message to do with calls, in one line. */
export function brief(message: RouterMessage): string {
  const name = messageName(message.code);
  switch (message.code) {
    case MessageCode.INVOCATION: {
      const details = JSON.stringify(message.details);
      return `${name} ${message.request}${
        details === "{}" ? "" : ` ${details}`
      }`;
    }
    case MessageCode.INTERRUPT:
      return `${name} ${message.request} ${message.options["mode"]}`;
    case MessageCode.ERROR:
      return `${name} ${message.request} ${message.error}`;
    case MessageCode.RESULT:
      return `${name} ${message.request}${
        message.details["progress"] === true ? " progress" : ""
      }`;
    case MessageCode.UNREGISTERED:
      return message.details === undefined
        ? `${name} ${message.request}`
        : `${name} ${JSON.stringify(message.details)}`;
    default:
      return name;
  }
}

/** What `peer` was sent since this was asked before. */
export function briefs(peer: TestPeer): string[] {
  return peer.take().map(brief);
}
