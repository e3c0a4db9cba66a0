/**
 * A map in which keys come and go, and the same ones come again: a key that goes
 * leaves its place, which it finds again when it comes back. In a `Map` it would
 * get another place each time, and finding it would walk over all those that it
 * had, until the map grows.
 */

import { textKey } from "./text_key.ts";

/** So many places may be empty, whatever the size. */
const SPARE_MIN = 64;

/** Values by key, whoever chose it; none is undefined. */
export class ReusingMap<Value> {
  #places = new Map<string, Value | undefined>();
  #spare = 0;

  /** How many keys have a value. */
  get size(): number {
    return this.#places.size - this.#spare;
  }

  get(key: string): Value | undefined {
    return this.#places.get(textKey(key));
  }

  /** Gives `key`, which has no value, one. */
  add(key: string, value: Value): void {
    const place = textKey(key);
    if (this.#places.has(place)) this.#spare--;
    this.#places.set(place, value);
  }

  /** Takes the value of `key`, which has one, away. */
  remove(key: string): void {
    this.#places.set(textKey(key), undefined);
    this.#spare++;
    if (this.#spare > SPARE_MIN && this.#spare > this.size) this.#clean();
  }

  #clean(): void {
    const kept = new Map<string, Value | undefined>();
    for (const [place, value] of this.#places) {
      if (value !== undefined) kept.set(place, value);
    }
    this.#places = kept;
    this.#spare = 0;
  }
}
