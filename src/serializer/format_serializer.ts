import { ByteWriter } from "../base/byte_writer.ts";
import type { ClientMessage, RouterMessage } from "../wamp/message.ts";
import { NO_PAYLOAD, Payload, type PayloadFormat } from "../wamp/payload.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import { readMessage } from "./message_reader.ts";
import { writeMessage } from "./message_writer.ts";
import type {
  ElementReader,
  ElementWriter,
  Serializer,
  SerializerName,
} from "./serializer.ts";

/** What a format contributes to a serializer. */
export interface Format {
  readonly name: SerializerName;
  /** The format's place in {@linkcode Payload}'s cache of transcodings. */
  readonly slot: number;
  /**
   * A reader whose lists and dicts may nest `maxDepth` deep (SE-08).
   *
   * @param owner What the payload it reads belongs to.
   */
  newReader(owner: Serializer, maxDepth: number): ElementReader;
  /** @param owner Whose payload it copies; undefined: only what is in the format already. */
  newWriter(owner?: PayloadFormat): ElementWriter;
  /** Tells the elements of `payload`, which is in this format, to `sink`. */
  readPayload(payload: Payload, sink: ValueSink): void;
  /**
   * Where the first of the two elements of `payload` ends, and where the second
   * begins.
   */
  divide(payload: Payload): [argsEnd: number, keywordsStart: number];
}

/** A serializer out of a format and the messages' common layout. */
export class FormatSerializer implements Serializer {
  readonly name: SerializerName;
  readonly slot: number;
  readonly #format: Format;
  readonly #reader: ElementReader;
  readonly #writer: ElementWriter;

  constructor(format: Format, maxDepth: number) {
    this.name = format.name;
    this.slot = format.slot;
    this.#format = format;
    this.#reader = format.newReader(this, maxDepth);
    this.#writer = format.newWriter(this);
  }

  decode(bytes: Uint8Array, start: number, end: number): ClientMessage {
    this.#reader.open(bytes, start, end);
    return readMessage(this.#reader);
  }

  encode(message: RouterMessage, out: ByteWriter): void {
    const payload = "payload" in message
      ? message.payload.in(this)
      : NO_PAYLOAD;
    this.#writer.open(out);
    writeMessage(message, payload, this.#writer);
  }

  readPayload(payload: Payload, sink: ValueSink): void {
    this.#format.readPayload(payload, sink);
  }

  transcode(payload: Payload): Payload {
    const size = payload.end - payload.start;
    const out = new ByteWriter(new Uint8Array(size + (size >> 2) + 16));
    const writer = this.#format.newWriter();
    writer.open(out);
    payload.format?.readPayload(payload, writer);
    return new Payload(this, out.bytes, 0, out.length, payload.count);
  }

  elements(payload: Payload): readonly Payload[] {
    const { bytes, start, end, count } = payload;
    if (count === 0) return [];
    if (count === 1) return [new Payload(this, bytes, start, end, 1)];
    const [argsEnd, keywordsStart] = this.#format.divide(payload);
    return [
      new Payload(this, bytes, start, argsEnd, 1),
      new Payload(this, bytes, keywordsStart, end, 1),
    ];
  }

  readPublication(list: Payload): [topic: string, payload: Payload] {
    const reader = this.#reader;
    reader.open(list.bytes, list.start, list.end);
    if (!reader.next()) throw new ProtocolError("A topic is due");
    return [reader.text(), reader.payload()];
  }
}
