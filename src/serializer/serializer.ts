/**
 * WAMP's serializers: messages ↔ bytes. The messages' layout is in
 * `message_layout.ts`; a format says how their elements look in bytes.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { ClientMessage, RouterMessage } from "../wamp/message.ts";
import { NO_PAYLOAD } from "../wamp/payload.ts";
import { CBOR_FORMAT } from "./cbor.ts";
import type { ElementReader } from "./element_reader.ts";
import type { ElementWriter } from "./element_writer.ts";
import type { Format } from "./format.ts";
import { JSON_FORMAT } from "./json.ts";
import { readMessage, writeMessage } from "./message_layout.ts";
import { MSGPACK_FORMAT } from "./msgpack.ts";

/** All formats, by the names that serializers have in the config. */
export const FORMATS = {
  json: JSON_FORMAT,
  msgpack: MSGPACK_FORMAT,
  cbor: CBOR_FORMAT,
} as const satisfies Record<string, Format>;

/** One of these names. */
export type SerializerName = keyof typeof FORMATS;

/** One serializer; it serves many connections in turn. */
export class Serializer {
  readonly name: SerializerName;
  readonly format: Format;
  readonly #reader: ElementReader;
  readonly #writer: ElementWriter;

  /** @param maxDepth How deep lists and dicts may nest in a message (SE-08). */
  constructor(name: SerializerName, maxDepth: number) {
    this.name = name;
    this.format = FORMATS[name];
    this.#reader = this.format.newReader(maxDepth);
    this.#writer = this.format.newWriter(true);
  }

  /**
   * Reads the message that `bytes[start, end)` holds. Payload of the result is
   * a view of `bytes`.
   *
   * @throws {ProtocolError} On anything that is not one whole message.
   */
  decode(bytes: Uint8Array, start: number, end: number): ClientMessage {
    this.#reader.open(bytes, start, end);
    return readMessage(this.#reader);
  }

  /**
   * Appends `message` to `out`.
   *
   * @throws {UnsupportedValueError} Where the payload comes in another format
   * and this one has no form for a value in it.
   */
  encode(message: RouterMessage, out: ByteWriter): void {
    const payload = "payload" in message
      ? message.payload.in(this.format)
      : NO_PAYLOAD;
    this.#writer.open(out);
    writeMessage(message, payload, this.#writer);
  }
}
