/**
 * What a format is: how messages' elements and payload look in bytes. A new one
 * is a subclass, with its reader and writer, and a line in `serializer.ts`.
 */
import { ByteWriter } from "../base/byte_writer.ts";
import {
  type ItemReader,
  Payload,
  type PayloadFormat,
} from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import type { ElementReader } from "./element_reader.ts";
import type { ElementWriter } from "./element_writer.ts";

/** One of the formats. There is one object of each. */
export abstract class Format implements PayloadFormat {
  /** The serializer's number in the RawSocket handshake (RS-05). */
  abstract readonly handshakeNumber: number;

  /** A reader whose lists and dicts may nest `maxDepth` deep (SE-08). */
  abstract newReader(maxDepth: number): ElementReader;

  /** @param transcodes Whether it may copy payload that is in another format. */
  abstract newWriter(transcodes: boolean): ElementWriter;

  abstract readPayload(payload: Payload, sink: ValueSink): void;

  /**
   * Where the first of the two elements of `payload` ends, and where the second
   * begins.
   */
  protected abstract divide(
    payload: Payload,
  ): [argsEnd: number, keywordsStart: number];

  transcode(payload: Payload): Payload {
    const size = payload.end - payload.start;
    const out = new ByteWriter(new Uint8Array(size + (size >> 2) + 16));
    payload.format?.readPayload(payload, this.openWriter(out));
    return new Payload(this, out.bytes, 0, out.length, payload.count);
  }

  openWriter(out: ByteWriter): ElementWriter {
    const writer = this.newWriter(false);
    writer.open(out);
    return writer;
  }

  elements(payload: Payload): readonly Payload[] {
    const { bytes, start, end, count } = payload;
    if (count === 0) return [];
    if (count === 1) return [new Payload(this, bytes, start, end, 1)];
    const [argsEnd, keywordsStart] = this.divide(payload);
    return [
      new Payload(this, bytes, start, argsEnd, 1),
      new Payload(this, bytes, keywordsStart, end, 1),
    ];
  }

  openList({ bytes, start, end }: Payload): ItemReader {
    // Its depth was checked when the message was read.
    const reader = this.newReader(Infinity);
    reader.open(bytes, start, end);
    return reader;
  }
}
