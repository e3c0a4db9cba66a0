/**
 * A map in which keys come and go, and the same ones come again: a key that goes
 * leaves its place, which it finds again when it comes back. In a `Map` it would
 * get another place each time, and finding it would walk over all those that it
 * had, until the map grows.
 */

/** So many places may be empty, whatever the size. */
const SPARE_MIN = 64;

/** Values by key; none is undefined. */
export class ReusingMap<Value> {
  #places = new Map<string, Value | undefined>();
  #spare = 0;

  /** How many keys have a value. */
  get size(): number {
    return this.#places.size - this.#spare;
  }

  get(key: string): Value | undefined {
    return this.#places.get(key);
  }

  /** Gives `key`, which has no value, one. */
  add(key: string, value: Value): void {
    if (this.#places.has(key)) this.#spare--;
    this.#places.set(key, value);
  }

  /** Takes the value of `key`, which has one, away. */
  remove(key: string): void {
    this.#places.set(key, undefined);
    this.#spare++;
    if (this.#spare > SPARE_MIN && this.#spare > this.size) this.#clean();
  }

  #clean(): void {
    const kept = new Map<string, Value | undefined>();
    for (const [key, value] of this.#places) {
      if (value !== undefined) kept.set(key, value);
    }
    this.#places = kept;
    this.#spare = 0;
  }
}
