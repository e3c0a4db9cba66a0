/**
 * JSON (checklist SJ).
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import { Format } from "./format.ts";
import { JsonReader } from "./json_reader.ts";
import { skipJsonValue, skipSpace } from "./json_scan.ts";
import { readJsonValues } from "./json_value.ts";
import { JsonWriter } from "./json_writer.ts";

class JsonFormat extends Format {
  readonly handshakeNumber = 1;

  newReader(maxDepth: number): JsonReader {
    return new JsonReader(this, maxDepth);
  }

  newWriter(transcodes: boolean): JsonWriter {
    return new JsonWriter(this, transcodes);
  }

  readPayload(payload: Payload, sink: ValueSink): void {
    const { bytes, start, end, count } = payload;
    readJsonValues(bytes, start, end, count, "payload", sink);
  }

  protected divide(
    { bytes, start, end }: Payload,
  ): [argsEnd: number, keywordsStart: number] {
    const argsEnd = skipJsonValue(bytes, start, end, Infinity);
    const comma = skipSpace(bytes, argsEnd, end);
    return [argsEnd, skipSpace(bytes, comma + 1, end)];
  }
}

/** The JSON format. */
export const JSON_FORMAT = new JsonFormat();
