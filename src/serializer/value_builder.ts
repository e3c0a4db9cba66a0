import type { DictKey, ValueSink } from "../wamp/value_sink.ts";

interface OpenContainer {
  readonly values: unknown[] | Record<string, unknown>;
  /** Of the next value, in a dict. */
  key: string;
}

/**
 * Builds JavaScript values from a reader's events: dicts become plain objects
 * with own keys, binary becomes `Uint8Array`, integers beyond ±2^53 bigint.
 */
export class ValueBuilder implements ValueSink {
  readonly #open: OpenContainer[] = [];
  #value: unknown = undefined;

  /** The last value told, whole; the builder is ready for another. */
  take(): unknown {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }

  /** Forgets a value that broke off in its middle. */
  reset(): void {
    this.#open.length = 0;
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
    this.#open.push({ values: [], key: "" });
  }

  endList(): void {
    this.#put(this.#open.pop()?.values);
  }

  beginDict(_count: number): void {
    this.#open.push({ values: {}, key: "" });
  }

  key(key: DictKey): void {
    const top = this.#open.at(-1);
    if (top !== undefined) top.key = String(key);
  }

  endDict(): void {
    this.#put(this.#open.pop()?.values);
  }

  #put(value: unknown): void {
    const top = this.#open.at(-1);
    if (top === undefined) this.#value = value;
    else if (Array.isArray(top.values)) top.values.push(value);
    // As an own key whatever its name, so that `__proto__` is one like others.
    else if (top.key === "__proto__") {
      Object.defineProperty(top.values, top.key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else top.values[top.key] = value;
  }
}
