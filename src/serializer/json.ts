/**
 * JSON (checklist SJ) as one of the formats.
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import type { Format } from "./format_serializer.ts";
import { JsonReader } from "./json_reader.ts";
import { skipJsonValue, skipSpace } from "./json_scan.ts";
import { readJsonValues } from "./json_value.ts";
import { JsonWriter } from "./json_writer.ts";
import { Slot } from "./slots.ts";

/** The JSON format. */
export const JSON_FORMAT: Format = {
  name: "json",
  slot: Slot.JSON,
  newReader: (owner, maxDepth) => new JsonReader(owner, maxDepth),
  newWriter: (owner) => new JsonWriter(owner),
  readPayload,
  divide,
};

function readPayload(payload: Payload, sink: ValueSink): void {
  readJsonValues(
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
  const argsEnd = skipJsonValue(bytes, start, end, Infinity);
  const comma = skipSpace(bytes, argsEnd, end);
  return [argsEnd, skipSpace(bytes, comma + 1, end)];
}
