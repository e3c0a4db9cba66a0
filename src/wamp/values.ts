/**
 * JavaScript values: written to a sink, built from a reader's events, and as
 * payload. The router's own meta API and the dicts of messages are values. Payload
 * that is only passed on is never turned into values.
 */
import { ProtocolError } from "./error_uri.ts";
import type { Dict } from "./options.ts";
import { type ItemReader, Payload, type PayloadFormat } from "./payload.ts";
import { type DictKey, isExactInteger, type ValueSink } from "./value_sink.ts";

/** A sink that can take encoded values as they are. */
export interface ElementSink extends ValueSink {
  /**
   * Takes the one element of `payload` as the octets that it is. False, or no
   * such method: the sink must be told its values.
   */
  copy?(payload: Payload): boolean;
}

/**
 * Tells the JavaScript value `value` to `sink`; keys that are undefined are left
 * out. In the place of a value may be {@linkcode Payload} of one element, which
 * then stays what it is (SE-11).
 */
export function writeValue(value: unknown, sink: ElementSink): void {
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

function writeElement(element: Payload, sink: ElementSink): void {
  if (sink.copy?.(element) === true) return;
  element.format?.readPayload(element, sink);
}

/** Tells a dict of WAMP's own to `sink`. */
export function writeDict(
  dict: Readonly<Record<string, unknown>>,
  sink: ElementSink,
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

type Container = unknown[] | Record<string, unknown>;

interface Outer {
  readonly container: Container;
  readonly key: string;
}

/**
 * Builds JavaScript values from a reader's events: dicts become plain objects
 * with own keys, binary becomes `Uint8Array`, integers beyond ±2^53 bigint.
 */
export class ValueBuilder implements ValueSink {
  readonly hasTextKeys = true;
  /** The containers around the innermost one that is open. */
  readonly #outer: Outer[] = [];
  #container: Container | undefined = undefined;
  /** Of the next value, in a dict. */
  #key = "";
  #value: unknown = undefined;

  /** The last value told, whole; the builder is ready for another. */
  take(): unknown {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }

  /** Whether no list or dict is open. */
  get isWhole(): boolean {
    return this.#container === undefined;
  }

  /** Forgets a value that broke off in its middle. */
  reset(): void {
    this.#outer.length = 0;
    this.#container = undefined;
    this.#value = undefined;
  }

  integer(value: number | bigint): void {
    this.#put(value);
  }

  float(value: number): void {
    this.#put(value);
  }

  text(value: string): void {
    this.#put(value);
  }

  binary(value: Uint8Array): void {
    this.#put(value.slice());
  }

  boolean(value: boolean): void {
    this.#put(value);
  }

  nil(): void {
    this.#put(null);
  }

  beginList(_count: number): void {
    this.#begin([]);
  }

  endList(): void {
    this.#end();
  }

  beginDict(_count: number): void {
    this.#begin({});
  }

  key(key: DictKey): void {
    this.#key = String(key);
  }

  endDict(): void {
    this.#end();
  }

  #begin(container: Container): void {
    if (this.#container !== undefined) {
      this.#outer.push({ container: this.#container, key: this.#key });
    }
    this.#container = container;
  }

  #end(): void {
    const whole = this.#container;
    const outer = this.#outer.pop();
    this.#container = outer?.container;
    this.#key = outer?.key ?? "";
    this.#put(whole);
  }

  #put(value: unknown): void {
    const container = this.#container;
    if (container === undefined) this.#value = value;
    else if (Array.isArray(container)) container.push(value);
    // As an own key whatever its name, so that `__proto__` is one like others.
    else if (this.#key === "__proto__") {
      Object.defineProperty(container, this.#key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else container[this.#key] = value;
  }
}

/** `Arguments` and `ArgumentsKw`. */
export interface PayloadValues {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Payload that exists as values and is written when its receiver's format is known. */
class ValuesPayload extends Payload {
  readonly elements: readonly unknown[];

  constructor(elements: readonly unknown[]) {
    const count = elements.length as Payload["count"];
    super(VALUES_FORMAT, new Uint8Array(0), 0, 0, count);
    this.elements = elements;
  }

  override freshView(): Payload {
    return new ValuesPayload(this.elements);
  }

  override kept(): Payload {
    return this;
  }
}

const VALUES_FORMAT: PayloadFormat = {
  readPayload(payload: Payload, sink: ValueSink) {
    for (const element of elementsOf(payload)) writeValue(element, sink);
  },
  transcode: (payload: Payload) => new ValuesPayload(readElements(payload)),
  elements: (payload: Payload) =>
    elementsOf(payload).map((element) => new ValuesPayload([element])),
  openList: (list: Payload) => new ValuesReader(elementsOf(list)[0]),
};

/** Reads a list of values as the elements of a message. */
class ValuesReader implements ItemReader {
  readonly #items: readonly unknown[];
  #index = -1;

  constructor(list: unknown) {
    if (!Array.isArray(list)) throw new ProtocolError("Expected a list");
    this.#items = list;
  }

  next(): boolean {
    return ++this.#index < this.#items.length;
  }

  text(): string {
    const item = this.#items[this.#index];
    if (typeof item !== "string") throw new ProtocolError("Expected a string");
    return item;
  }

  payload(): Payload {
    const [args, kwargs] = this.#items.slice(this.#index + 1);
    return payloadOf(args as unknown[], kwargs as Dict);
  }
}

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
export function readValues(payload: Payload): PayloadValues {
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
