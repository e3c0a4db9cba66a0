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
  readonly elements: readonly unknown[];

  constructor(elements: readonly unknown[]) {
    const count = elements.length as Payload["count"];
    super(VALUES_FORMAT, new Uint8Array(0), 0, 0, count);
    this.elements = elements;
  }

  override apart(): Payload {
    return new ValuesPayload(this.elements);
  }

  override kept(): Payload {
    return this;
  }
}

const VALUES_FORMAT: PayloadFormat = {
  slot: VALUES_SLOT,
  readPayload(payload: Payload, sink: ValueSink) {
    for (const element of elementsOf(payload)) writeValue(element, sink);
  },
  transcode: (payload: Payload) => new ValuesPayload(readElements(payload)),
  elements: (payload: Payload) =>
    elementsOf(payload).map((element) => new ValuesPayload([element])),
  readPublication(list: Payload) {
    const [[topic, args, kwargs]] = elementsOf(list) as [
      [string, unknown[], Record<string, unknown>],
    ];
    return [topic, payloadOf(args, kwargs)];
  },
};

function elementsOf(payload: Payload): readonly unknown[] {
  return (payload as ValuesPayload).elements;
}

/** Payload that holds these values. */
export function payloadOf(
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): Payload {
  if (Object.keys(kwargs).length > 0) return new ValuesPayload([args, kwargs]);
  return new ValuesPayload(args.length > 0 ? [args] : []);
}

/**
 * `value` as a part of others, which is written only once in each format: for
 * what never changes.
 */
export function constant(value: unknown): Payload {
  return new ValuesPayload([value]);
}

/** The values that `payload` holds; binary is `Uint8Array`. */
export function readValues(payload: Payload): Values {
  const [args = [], kwargs = {}] = readElements(payload);
  return {
    args: args as unknown[],
    kwargs: kwargs as Record<string, unknown>,
  };
}

function readElements(payload: Payload): unknown[] {
  const found: unknown[] = [];
  if (payload.count > 0) {
    const builder = new ElementBuilder(found);
    payload.format?.readPayload(payload, builder);
  }
  return found;
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
