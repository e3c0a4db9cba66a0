/**
 * CBOR (checklist SC).
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import { CborReader } from "./cbor_reader.ts";
import { skipCborItem } from "./cbor_scan.ts";
import { CborWriter } from "./cbor_writer.ts";
import { Format } from "./format.ts";

class CborFormat extends Format {
  readonly handshakeNumber = 3;

  newReader(maxDepth: number): CborReader {
    return new CborReader(this, maxDepth);
  }

  newWriter(transcodes: boolean): CborWriter {
    return new CborWriter(this, transcodes);
  }

  readPayload(payload: Payload, sink: ValueSink): void {
    this.newReader(Infinity).tell(payload, sink);
  }

  protected divide(
    { bytes, start, end }: Payload,
  ): [argsEnd: number, keywordsStart: number] {
    const argsEnd = skipCborItem(bytes, start, end, Infinity);
    return [argsEnd, argsEnd];
  }
}

/** The CBOR format. */
export const CBOR_FORMAT = new CborFormat();
