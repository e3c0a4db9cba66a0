/**
 * JSON of requests and answers, as WAMP has it: integers keep their digits, and
 * binary is text that begins with a NUL character.
 *
 * @module
 */

import { ByteWriter } from "../base/byte_writer.ts";
import { JSON_FORMAT } from "../serializer/json.ts";
import { skipJsonValue, skipSpace } from "../serializer/json_scan.ts";
import { readJsonValues } from "../serializer/json_value.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import { ValueBuilder, writeValue } from "../wamp/values.ts";

/** How deep lists and dicts may nest. */
const DEPTH_MAX = 64;

/**
 * The one value in `bytes`.
 *
 * @throws {Error} Where that is no JSON, no UTF-8, or nests too deep.
 */
export function readJson(bytes: Uint8Array): unknown {
  const length = bytes.length;
  const start = skipSpace(bytes, 0, length);
  const end = skipJsonValue(bytes, start, length, DEPTH_MAX);
  if (skipSpace(bytes, end, length) < length) {
    throw new ProtocolError("Something follows the value");
  }
  const builder = new ValueBuilder();
  readJsonValues(bytes, start, end, 1, "payload", builder);
  return builder.take();
}

const FIRST_BYTES = 256;

/** `value` as JSON, compact. */
export function writeJson(value: unknown): Uint8Array {
  const out = new ByteWriter(new Uint8Array(FIRST_BYTES));
  const writer = JSON_FORMAT.newWriter(true);
  writer.open(out);
  writeValue(value, writer);
  return out.toBytes();
}
