/**
 * A bounded map that forgets the longest unused.
 *
 * Not a `Map` out of which a key is taken to be put in again: places of keys that
 * are gone stay in it until it grows, and finding the same key again walks over
 * all of them.
 */
import { RecencyList, type RecencyNode } from "./recency_list.ts";

interface Entry<Value> extends RecencyNode<Entry<Value>> {
  readonly key: string;
  value: Value;
}

/** Values by key, of which there are no more than a number. */
export class RecentMap<Value> {
  readonly #sizeMax: number;
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #byUse = new RecencyList<Entry<Value>>();

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of `key`, without using it. */
  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** The value of `key`, which is now the last that was used. */
  use(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#byUse.remove(entry);
    this.#byUse.add(entry);
    return entry.value;
  }

  /** Gives `key` a value, which counts as use; makes room for it. */
  set(key: string, value: Value): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { key, value, older: undefined, newer: undefined };
      this.#entries.set(key, entry);
    } else this.#byUse.remove(entry);
    entry.value = value;
    this.#byUse.add(entry);
    const { oldest } = this.#byUse;
    if (this.#entries.size > this.#sizeMax && oldest !== undefined) {
      this.delete(oldest.key);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#byUse.remove(entry);
  }

  /** All keys, the longest unused first. */
  *keys(): Iterable<string> {
    let entry = this.#byUse.oldest;
    while (entry !== undefined) {
      const { newer } = entry;
      yield entry.key;
      entry = newer;
    }
  }
}
