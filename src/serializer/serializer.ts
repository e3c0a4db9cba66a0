/**
 * What a serializer is made of. The messages' layout is written down once, in
 * `message_reader.ts` and `message_writer.ts`; a format contributes only how
 * integers, strings, lists and dicts look in octets.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { ClientMessage, RouterMessage } from "../wamp/message.ts";
import type { Dict } from "../wamp/options.ts";
import type { Payload, PayloadFormat } from "../wamp/payload.ts";
import type { ElementSink } from "../wamp/values.ts";

/** The serializers' names, as in the config. */
export type SerializerName = "json" | "msgpack" | "cbor";

/** One WAMP serializer: messages ↔ octets, and payload from other formats. */
export interface Serializer extends PayloadFormat {
  readonly name: SerializerName;
  /**
   * Reads the message that `bytes[start, end)` holds. Payload of the result is
   * a view of `bytes`.
   *
   * @throws {ProtocolError} On anything that is not one whole message.
   */
  decode(bytes: Uint8Array, start: number, end: number): ClientMessage;
  /**
   * Appends `message` to `out`.
   *
   * @throws {UnsupportedValueError} Where the payload comes in another format
   * and this one has no form for a value in it.
   */
  encode(message: RouterMessage, out: ByteWriter): void;
}

/**
 * Reads one message's elements in order. All methods throw
 * {@linkcode ProtocolError} on octets that are not what is asked for.
 */
export interface ElementReader {
  /** Begins with the message in `bytes[start, end)`, which must be one list. */
  open(bytes: Uint8Array, start: number, end: number): void;
  /** Moves to the next element; false where the list ends. */
  next(): boolean;
  /** The element, an integer in [0, 2^53] (SE-13, A-11). */
  integer(): number;
  /** The element, a string. */
  text(): string;
  /** The element, a string or null. */
  textOrNull(): string | null;
  /** The element, a dict with string keys (SE-04). */
  dict(): Dict;
  /** All further elements, at most `Arguments` and `ArgumentsKw` (MF-12). */
  payload(): Payload;
  /** Ends: no element and no octet may be left (SE-07, MF-02). */
  close(): void;
}

/** Writes one message's elements in order. */
export interface ElementWriter extends ElementSink {
  /** Begins to write at the end of `out`. */
  open(out: ByteWriter): void;
  /** Appends the elements of `payload`, which is in this writer's format. */
  payload(payload: Payload): void;
}
