/**
 * CBOR (checklist SC) as one of the formats.
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import { CborReader } from "./cbor_reader.ts";
import { readCborItems } from "./cbor_value.ts";
import { CborWriter } from "./cbor_writer.ts";
import type { Format } from "./format_serializer.ts";

/** The CBOR format. */
export const CBOR_FORMAT: Format = {
  name: "cbor",
  slot: 2,
  newReader: (owner, maxDepth) => new CborReader(owner, maxDepth),
  newWriter: () => new CborWriter(),
  readPayload,
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
