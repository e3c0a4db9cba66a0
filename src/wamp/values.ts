/**
 * Payload as JavaScript values: what the router itself says and is told, in its
 * meta API. Payload that is only passed on is never turned into values.
 */
import { Payload, type PayloadFormat } from "./payload.ts";
import { ValueBuilder } from "./value_builder.ts";
import type { ValueSink } from "./value_sink.ts";
import { writeValue } from "./value_writer.ts";

/** `Arguments` and `ArgumentsKw`. */
export interface Values {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** The place of values among formats; see {@linkcode PayloadFormat.slot}. */
const VALUES_SLOT = 3;

/** Payload that exists as values and is written when its receiver's format is known. */
class ValuesPayload extends Payload {
  readonly values: Values;

  constructor(values: Values) {
    const count = Object.keys(values.kwargs).length > 0
      ? 2
      : values.args.length > 0
      ? 1
      : 0;
    super(VALUES_FORMAT, new Uint8Array(0), 0, 0, count);
    this.values = values;
  }

  override apart(): Payload {
    return new ValuesPayload(this.values);
  }

  override kept(): Payload {
    return this;
  }
}

const VALUES_FORMAT: PayloadFormat = {
  slot: VALUES_SLOT,
  readPayload(payload: Payload, sink: ValueSink) {
    const { args, kwargs } = (payload as ValuesPayload).values;
    if (payload.count > 0) writeValue(args, sink);
    if (payload.count > 1) writeValue(kwargs, sink);
  },
  transcode(payload: Payload) {
    const values = readValues(payload);
    return new ValuesPayload(values);
  },
};

/** Payload that holds these values. */
export function payloadOf(
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): Payload {
  return new ValuesPayload({ args, kwargs });
}

/** The values that `payload` holds; binary is `Uint8Array`. */
export function readValues(payload: Payload): Values {
  const found: unknown[] = [];
  if (payload.count > 0) {
    const builder = new ElementBuilder(found);
    payload.format?.readPayload(payload, builder);
  }
  return {
    args: (found[0] ?? []) as unknown[],
    kwargs: (found[1] ?? {}) as Record<string, unknown>,
  };
}

/** Collects the elements of a payload, of which there are up to two. */
class ElementBuilder extends ValueBuilder {
  readonly #found: unknown[];

  constructor(found: unknown[]) {
    super();
    this.#found = found;
  }

  override endList(): void {
    super.endList();
    this.#collect();
  }

  override endDict(): void {
    super.endDict();
    this.#collect();
  }

  #collect(): void {
    if (this.isWhole) this.#found.push(this.take());
  }
}
