import type { DictKey, ValueSink } from "./value_sink.ts";

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
