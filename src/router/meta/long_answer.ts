/**
 * Answers that list what may be many: the lists are made and written in pieces
 * (`long_work.ts`), which would otherwise take longer than to find out whom to ask.
 */
import { ByteWriter } from "../../base/byte_writer.ts";
import { Payload, type PayloadFormat } from "../../wamp/payload.ts";
import type { ValueSink } from "../../wamp/value_sink.ts";
import { isDict } from "../../wamp/options.ts";
import { writeValue } from "../../wamp/values.ts";
import type { LongWork } from "../long_work.ts";

/** So many items make a step. */
const PIECE = 256;

/** Calls `take` for each of `items`, with breaks. */
export function* forEach<Item>(
  items: Iterable<Item>,
  take: (item: Item) => void,
): LongWork {
  let count = 0;
  for (const item of items) {
    take(item);
    if (++count % PIECE === 0) yield 0;
  }
}

/**
 * `args` as `Arguments` in `format`.
 *
 * @param maxBytes Where they are longer, something longer than that comes of it.
 */
export function* writeArguments(
  args: readonly unknown[],
  format: PayloadFormat,
  maxBytes: number,
): LongWork<Payload | undefined> {
  const out = new ByteWriter(new Uint8Array(PIECE));
  const sink = format.openWriter?.(out);
  if (sink === undefined) return undefined;
  for (const _ of write(args, sink)) {
    if (out.length > maxBytes) break;
    yield 0;
  }
  return new Payload(format, out.bytes, 0, out.length, 1);
}

function* write(value: unknown, sink: ValueSink): LongWork {
  if (Array.isArray(value)) {
    sink.beginList(value.length);
    for (let at = 0; at < value.length; at++) {
      if (typeof value[at] === "number") sink.integer(value[at]);
      else yield* write(value[at], sink);
      if (at % PIECE === PIECE - 1) yield 0;
    }
    sink.endList();
  } else if (isDict(value) && !(value instanceof Payload)) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined);
    sink.beginDict(entries.length);
    for (const [key, item] of entries) {
      sink.key(key);
      yield* write(item, sink);
    }
    sink.endDict();
  } else writeValue(value, sink);
}
