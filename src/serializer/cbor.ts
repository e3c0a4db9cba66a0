/**
 * CBOR (checklist SC) as one of the formats.
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import { CborReader } from "./cbor_reader.ts";
import { skipCborItem } from "./cbor_scan.ts";
import { readCborItems } from "./cbor_value.ts";
import { CborWriter } from "./cbor_writer.ts";
import { Slot } from "./slots.ts";
import type { Format } from "./format_serializer.ts";

/** The CBOR format. */
export const CBOR_FORMAT: Format = {
  name: "cbor",
  slot: Slot.CBOR,
  newReader: (owner, maxDepth) => new CborReader(owner, maxDepth),
  newWriter: (owner) => new CborWriter(owner),
  readPayload,
  divide,
};

function readPayload(payload: Payload, sink: ValueSink): void {
  readCborItems(
    payload.bytes,
    payload.start,
    payload.end,
    payload.count,
    "payload",
    sink,
  );
}

function divide(payload: Payload): [argsEnd: number, keywordsStart: number] {
  const { bytes, start, end } = payload;
  const argsEnd = skipCborItem(bytes, start, end, Infinity);
  return [argsEnd, argsEnd];
}
