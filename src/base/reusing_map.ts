/**
 * A map in which keys come and go, and the same ones come again: a key that goes
 * leaves its place, which it finds again when it comes back. In a `Map` it would
 * get another place each time, and finding it would walk over all those that it
 * had, until the map grows.
 *
 * Where too many places are empty, what is left moves to other ones, some with
 * each key that comes or goes: to move a million at once takes longer than others
 * are to wait.
 */
import { textKey } from "./text_key.ts";

/** So many places may be empty, whatever the size. */
const SPARE_MIN = 64;
/** So many places are cleaned with each key that comes or goes. */
const CLEANED_MAX = 4;

/** Values by key, whoever chose it; none is undefined. */
export class ReusingMap<Value> {
  #places = new Map<string, Value | undefined>();
  #spare = 0;
  #size = 0;
  /** What is being moved out of; undefined: nothing is. */
  #former: Map<string, Value | undefined> | undefined = undefined;
  #moving: Iterator<[string, Value | undefined]> | undefined = undefined;

  /** How many keys have a value. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    const place = textKey(key);
    const value = this.#places.get(place);
    return value === undefined && this.#former !== undefined
      ? this.#former.get(place)
      : value;
  }

  /** Gives `key`, which has no value, one. */
  add(key: string, value: Value): void {
    const place = textKey(key);
    if (this.#places.has(place)) this.#spare--;
    this.#places.set(place, value);
    this.#size++;
    if (this.#former !== undefined) this.#move(this.#former);
  }

  /** Takes the value of `key`, which has one, away. */
  remove(key: string): void {
    const place = textKey(key);
    this.#size--;
    const former = this.#former;
    if (former?.get(place) !== undefined) former.set(place, undefined);
    else {
      this.#places.set(place, undefined);
      this.#spare++;
    }
    if (former !== undefined) this.#move(former);
    else if (this.#spare > SPARE_MIN && this.#spare > this.#size) this.#clean();
  }

  #clean(): void {
    const former = this.#places;
    this.#former = former;
    this.#moving = former.entries();
    this.#places = new Map();
    this.#spare = 0;
    this.#move(former);
  }

  #move(former: Map<string, Value | undefined>): void {
    for (let moved = 0; moved < CLEANED_MAX; moved++) {
      const { value: entry, done } = this.#moving?.next() ?? { done: true };
      if (done === true) {
        this.#former = this.#moving = undefined;
        return;
      }
      const [place, value] = entry;
      if (value === undefined) continue;
      this.#places.set(place, value);
      former.set(place, undefined);
    }
  }
}
