/**
 * Whether something is in a list that a client sent.
 *
 * No `Set` of numbers: how V8 hashes them is known, so that a client could choose
 * 26,000 of them, which are 128 KiB, that all share one bucket; to make a set of
 * those takes 0.7 s (`bench/audience_bench.ts`). Strings it hashes with a secret.
 */

/** So often a list is searched through before it is worth an index. */
const SEARCHES_MAX = 4;

/** A list that is asked what is in it, once or for each of many listeners. */
export class Listed<Item extends number | string> {
  readonly #items: readonly Item[];
  #searches = 0;
  #index: { has(item: Item): boolean } | undefined = undefined;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  has(item: Item): boolean {
    if (this.#index !== undefined) return this.#index.has(item);
    if (this.#searches < SEARCHES_MAX) {
      this.#searches++;
      return this.#items.includes(item);
    }
    this.#index = indexOf(this.#items);
    return this.#index.has(item);
  }
}

function indexOf<Item extends number | string>(
  items: readonly Item[],
): { has(item: Item): boolean } {
  return areNumbers(items)
    ? new SortedNumbers(items) as { has(item: Item): boolean }
    : new Set(items);
}

/** Numbers that are found by halving. */
class SortedNumbers {
  readonly #numbers: Float64Array;

  constructor(numbers: readonly number[]) {
    this.#numbers = Float64Array.from(numbers).sort();
  }

  has(number: number): boolean {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle] < number) low = middle + 1;
      else high = middle;
    }
    return this.#numbers[low] === number;
  }
}

function areNumbers(
  items: readonly (number | string)[],
): items is readonly number[] {
  return typeof items[0] === "number";
}
