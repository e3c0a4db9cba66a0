/**
 * The layout of the messages that the router sends (checklist §4.1), for every
 * format.
 */
import type { RouterMessage } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import type { ElementWriter } from "./serializer.ts";
import { writeDict } from "../wamp/values.ts";

/**
 * Writes `message` to `writer`, which was opened.
 *
 * @param payload The message's payload in the writer's format.
 */
export function writeMessage(
  message: RouterMessage,
  payload: Payload,
  writer: ElementWriter,
): void {
  switch (message.code) {
    case MessageCode.EVENT:
      writer.beginList(4 + payload.count);
      writer.integer(MessageCode.EVENT);
      writer.integer(message.subscription);
      writer.integer(message.publication);
      dict(writer, message.details);
      writer.payload(payload);
      break;
    case MessageCode.INVOCATION:
      writer.beginList(4 + payload.count);
      writer.integer(MessageCode.INVOCATION);
      writer.integer(message.request);
      writer.integer(message.registration);
      dict(writer, message.details);
      writer.payload(payload);
      break;
    case MessageCode.RESULT:
      writer.beginList(3 + payload.count);
      writer.integer(MessageCode.RESULT);
      writer.integer(message.request);
      dict(writer, message.details);
      writer.payload(payload);
      break;
    case MessageCode.ERROR: {
      const text = message.text;
      writer.beginList(text === undefined ? 5 + payload.count : 6);
      writer.integer(MessageCode.ERROR);
      writer.integer(message.requestType);
      writer.integer(message.request);
      dict(writer, message.details);
      writer.text(message.error);
      if (text === undefined) writer.payload(payload);
      else {
        writer.beginList(1);
        writer.text(text);
        writer.endList();
      }
      break;
    }
    case MessageCode.PUBLISHED:
      writeAnswer(writer, message.code, message.request, message.publication);
      break;
    case MessageCode.SUBSCRIBED:
      writeAnswer(writer, message.code, message.request, message.subscription);
      break;
    case MessageCode.REGISTERED:
      writeAnswer(writer, message.code, message.request, message.registration);
      break;
    case MessageCode.UNSUBSCRIBED:
    case MessageCode.UNREGISTERED:
      writer.beginList(message.details === undefined ? 2 : 3);
      writer.integer(message.code);
      writer.integer(message.request);
      if (message.details !== undefined) dict(writer, message.details);
      break;
    case MessageCode.INTERRUPT:
      writer.beginList(3);
      writer.integer(message.code);
      writer.integer(message.request);
      dict(writer, message.options);
      break;
    case MessageCode.WELCOME:
      writer.beginList(3);
      writer.integer(message.code);
      writer.integer(message.session);
      dict(writer, message.details);
      break;
    case MessageCode.CHALLENGE:
      writer.beginList(3);
      writer.integer(message.code);
      writer.text(message.method);
      dict(writer, message.extra);
      break;
    case MessageCode.ABORT:
    case MessageCode.GOODBYE:
      writer.beginList(3);
      writer.integer(message.code);
      dict(writer, message.details);
      writer.text(message.reason);
      break;
  }
  writer.endList();
}

function writeAnswer(
  writer: ElementWriter,
  code: number,
  request: number,
  id: number,
): void {
  writer.beginList(3);
  writer.integer(code);
  writer.integer(request);
  writer.integer(id);
}

function dict(writer: ElementWriter, value: Dict): void {
  if (value === EMPTY_DICT) {
    writer.beginDict(0);
    writer.endDict();
  } else writeDict(value, writer);
}
