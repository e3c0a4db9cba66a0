/**
 * JSON (checklist SJ) as one of the formats.
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import type { Format } from "./format_serializer.ts";
import { JsonReader } from "./json_reader.ts";
import { readJsonValues } from "./json_value.ts";
import { JsonWriter } from "./json_writer.ts";

/** The JSON format. */
export const JSON_FORMAT: Format = {
  name: "json",
  slot: 0,
  newReader: (owner, maxDepth) => new JsonReader(owner, maxDepth),
  newWriter: () => new JsonWriter(),
  readPayload,
};

function readPayload(payload: Payload, sink: ValueSink): void {
  readJsonValues(
    payload.bytes,
    payload.start,
    payload.end,
    payload.count,
    sink,
  );
}
