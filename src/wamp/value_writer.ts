import type { ValueSink } from "./value_sink.ts";
import { isExactInteger } from "./exact_integer.ts";

/** Tells the JavaScript value `value` to `sink`; keys that are undefined are left out. */
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
  writeDict(value as Record<string, unknown>, sink);
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
