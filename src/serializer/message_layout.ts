/**
 * The layout of messages (checklist §4.1), for every format: the number of
 * elements and their types are fixed by the message type (MF-02), and anything
 * else is a protocol violation.
 *
 * Most messages are rows of one table, which reads and writes them. Those that
 * carry payload are read and written by the thousand, and have code of their own.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { ID_MAX } from "../wamp/id.ts";
import type { ClientMessage, RouterMessage } from "../wamp/message.ts";
import { MessageCode, messageName } from "../wamp/message_code.ts";
import { HELLO_DETAILS } from "../wamp/features.ts";
import { type KnownKeys, NO_KNOWN_KEYS } from "../wamp/known_keys.ts";
import * as options from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import { writeDict, writeValue } from "../wamp/values.ts";
import type { ElementReader } from "./element_reader.ts";
import type { ElementWriter } from "./element_writer.ts";

/** Reads the message that `reader` was opened with. */
export function readMessage(reader: ElementReader): ClientMessage {
  const code = integer(reader);
  switch (code) {
    case MessageCode.PUBLISH: {
      const request = id(reader);
      const dict = knownDict(
        reader,
        options.PUBLISH_OPTIONS,
        "PUBLISH.Options",
      );
      const topic = text(reader);
      const payload = reader.payload();
      return { code, request, options: dict, topic, payload };
    }
    case MessageCode.CALL: {
      const request = id(reader);
      const dict = knownDict(reader, options.CALL_OPTIONS, "CALL.Options");
      const procedure = text(reader);
      const payload = reader.payload();
      return { code, request, options: dict, procedure, payload };
    }
    case MessageCode.YIELD: {
      // 0 is not an ID, but a number never issued: the dealer refuses it (PV-08).
      const request = integer(reader);
      const dict = knownDict(reader, options.YIELD_OPTIONS, "YIELD.Options");
      const payload = reader.payload();
      return { code, request, options: dict, payload };
    }
    case MessageCode.ERROR:
      return readError(reader);
    default:
      return readByTable(code, reader);
  }
}

function readError(reader: ElementReader): ClientMessage {
  const requestType = integer(reader);
  if (requestType !== MessageCode.INVOCATION) {
    throw new ProtocolError(
      `ERROR answers message type ${requestType}; a client may answer only INVOCATION (68)`,
    );
  }
  const request = integer(reader);
  const details = knownDict(reader, options.ERROR_DETAILS, "ERROR.Details");
  const error = text(reader);
  const payload = reader.payload();
  return {
    code: MessageCode.ERROR,
    requestType,
    request,
    details,
    error,
    payload,
    text: undefined,
  };
}

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
    default:
      return writeByTable(message, writer);
  }
  writer.endList();
}

type Kind =
  | "id"
  | "integer"
  | "text"
  | "text or null"
  | "dict"
  | "optional dict"
  | "unused dict"
  | "unused payload";

/** One element of a message; what is unused is read, and never written. */
interface Element<Name = string> {
  readonly kind: Kind;
  /** The message's property; empty: it has none. */
  readonly name: Name | "";
  /** Of a dict. */
  readonly known: KnownKeys;
}

function element<Name>(
  kind: Kind,
  name: Name | "" = "",
  known: KnownKeys = NO_KNOWN_KEYS,
): Element<Name> {
  return { kind, name, known };
}

const UNUSED_DICT = element<never>("unused dict");
const UNUSED_PAYLOAD = element<never>("unused payload");

/** Messages that the table reads or writes. */
type TableMessage = Exclude<
  ClientMessage | RouterMessage,
  { readonly payload: Payload }
>;

/** Each message's elements behind its code. */
const TABLE: {
  readonly [Message in TableMessage as Message["code"]]: readonly Element<
    Exclude<keyof Message, "code">
  >[];
} = {
  [MessageCode.HELLO]: [
    element("text or null", "realm"),
    element("dict", "details", HELLO_DETAILS),
  ],
  [MessageCode.WELCOME]: [element("id", "session"), element("dict", "details")],
  [MessageCode.ABORT]: [
    element("dict", "details"),
    element("text", "reason"),
    UNUSED_PAYLOAD,
  ],
  [MessageCode.CHALLENGE]: [
    element("text", "method"),
    element("dict", "extra"),
  ],
  [MessageCode.AUTHENTICATE]: [
    element("text", "signature"),
    element("dict", "extra", options.AUTHENTICATE_EXTRA),
  ],
  [MessageCode.GOODBYE]: [
    element("dict", "details"),
    element("text", "reason"),
  ],
  [MessageCode.PUBLISHED]: [
    element("id", "request"),
    element("id", "publication"),
  ],
  [MessageCode.SUBSCRIBE]: [
    element("id", "request"),
    element("dict", "options", options.SUBSCRIBE_OPTIONS),
    element("text", "topic"),
  ],
  [MessageCode.SUBSCRIBED]: [
    element("id", "request"),
    element("id", "subscription"),
  ],
  // Autobahn sends Options with UNSUBSCRIBE and UNREGISTER (MF-03).
  [MessageCode.UNSUBSCRIBE]: [
    element("id", "request"),
    element("id", "subscription"),
    UNUSED_DICT,
  ],
  // The request of a revocation is 0.
  [MessageCode.UNSUBSCRIBED]: [
    element("integer", "request"),
    element("optional dict", "details"),
  ],
  [MessageCode.CANCEL]: [
    element("id", "request"),
    element("dict", "options", options.CANCEL_OPTIONS),
  ],
  [MessageCode.REGISTER]: [
    element("id", "request"),
    element("dict", "options", options.REGISTER_OPTIONS),
    element("text", "procedure"),
  ],
  [MessageCode.REGISTERED]: [
    element("id", "request"),
    element("id", "registration"),
  ],
  [MessageCode.UNREGISTER]: [
    element("id", "request"),
    element("id", "registration"),
    UNUSED_DICT,
  ],
  [MessageCode.UNREGISTERED]: [
    element("integer", "request"),
    element("optional dict", "details"),
  ],
  [MessageCode.INTERRUPT]: [
    element("id", "request"),
    element("dict", "options"),
  ],
};

/** What the table has that a client may send. */
const CLIENT_CODES: ReadonlySet<number> = new Set<ClientMessage["code"]>([
  MessageCode.HELLO,
  MessageCode.ABORT,
  MessageCode.AUTHENTICATE,
  MessageCode.GOODBYE,
  MessageCode.SUBSCRIBE,
  MessageCode.UNSUBSCRIBE,
  MessageCode.CANCEL,
  MessageCode.REGISTER,
  MessageCode.UNREGISTER,
]);

function readByTable(code: number, reader: ElementReader): ClientMessage {
  if (!CLIENT_CODES.has(code)) {
    throw new ProtocolError(`A client cannot send ${messageName(code)}`);
  }
  const message: Record<string, unknown> = { code };
  for (const element of elementsOf(code)) {
    const value = readElement(element, code, reader);
    if (element.name !== "") message[element.name] = value;
  }
  reader.close();
  return message as unknown as ClientMessage;
}

function readElement(
  { kind, name, known }: Element,
  code: number,
  reader: ElementReader,
): unknown {
  switch (kind) {
    case "id":
      return id(reader);
    case "integer":
      return integer(reader);
    case "text":
      return text(reader);
    case "text or null":
      begin(reader);
      return reader.textOrNull();
    case "dict":
      return knownDict(reader, known, `${messageName(code)}.${titled(name)}`);
    case "optional dict":
    case "unused dict":
      return reader.next() ? reader.dict(known, name) : undefined;
    case "unused payload":
      return reader.payload();
  }
}

function writeByTable(message: TableMessage, writer: ElementWriter): void {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const elements = elementsOf(message.code);
  let count = 1;
  for (const { name } of elements) if (values[name] !== undefined) count++;
  writer.beginList(count);
  writer.integer(message.code);
  for (const { name } of elements) {
    if (values[name] !== undefined) writeValue(values[name], writer);
  }
  writer.endList();
}

function elementsOf(code: number): readonly Element[] {
  return TABLE[code as keyof typeof TABLE];
}

/** As the specification writes it: `Options`. */
function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function begin(reader: ElementReader): void {
  if (!reader.next()) {
    throw new ProtocolError("The message has too few elements");
  }
}

function integer(reader: ElementReader): number {
  begin(reader);
  return reader.integer();
}

function id(reader: ElementReader): number {
  const value = integer(reader);
  if (value < 1 || value > ID_MAX) {
    throw new ProtocolError(`${value} is not an ID: IDs are in [1, 2^53]`);
  }
  return value;
}

function text(reader: ElementReader): string {
  begin(reader);
  return reader.text();
}

function knownDict(
  reader: ElementReader,
  known: KnownKeys,
  where: string,
): options.Dict {
  begin(reader);
  return reader.dict(known, where);
}

function dict(writer: ElementWriter, value: options.Dict): void {
  if (value === options.EMPTY_DICT) {
    writer.beginDict(0);
    writer.endDict();
  } else writeDict(value, writer);
}
