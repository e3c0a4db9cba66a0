import { isExactInteger, type ValueSink } from "./value_sink.ts";
import { Payload } from "./payload.ts";

/**
 * Tells the JavaScript value `value` to `sink`; keys that are undefined are left
 * out. In the place of a value may be {@linkcode Payload} of one element, which
 * then stays what it is (SE-11).
 */
export function writeValue(value: unknown, sink: ValueSink): void {
  switch (typeof value) {
    case "string":
      return sink.text(value);
    case "boolean":
      return sink.boolean(value);
    case "bigint":
      return sink.integer(value);
    case "number":
      // An integral float beyond ±2^53 need not be an integer at all.
      if (isExactInteger(value)) return sink.integer(value);
      return sink.float(value);
  }
  if (value === null || value === undefined) return sink.nil();
  if (value instanceof Uint8Array) return sink.binary(value);
  if (Array.isArray(value)) {
    sink.beginList(value.length);
    for (const item of value) writeValue(item, sink);
    return sink.endList();
  }
  if (value instanceof Payload) return writeElement(value, sink);
  writeDict(value as Record<string, unknown>, sink);
}

function writeElement(element: Payload, sink: ValueSink): void {
  if (sink.copy?.(element) === true) return;
  element.format?.readPayload(element, sink);
}

/** Tells a dict of WAMP's own to `sink`. */
export function writeDict(
  dict: Readonly<Record<string, unknown>>,
  sink: ValueSink,
): void {
  let count = 0;
  for (const key in dict) if (dict[key] !== undefined) count++;
  sink.beginDict(count);
  for (const key in dict) {
    if (dict[key] !== undefined) {
      sink.key(key);
      writeValue(dict[key], sink);
    }
  }
  sink.endDict();
}
