/**
 * What was used last, and what longest ago: a list and a bounded map.
 *
 * Not a `Map` out of which a key is taken to be put in again: places of deleted
 * keys stay in it until it grows, and finding the same key again walks over all
 * of them.
 */
import { textKey } from "./text_key.ts";

/** A node of a {@linkcode RecencyList}: it knows its neighbours. */
export interface RecencyNode<Node> {
  older: Node | undefined;
  newer: Node | undefined;
}

/** A list from oldest to newest, in which a node can be moved to the end. */
export class RecencyList<Node extends RecencyNode<Node>> {
  #oldest: Node | undefined = undefined;
  #newest: Node | undefined = undefined;

  get oldest(): Node | undefined {
    return this.#oldest;
  }

  /** Puts `node`, which is in no list, at the end. */
  add(node: Node): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  /** Takes `node` out. */
  remove(node: Node): void {
    if (node.older === undefined) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
    node.older = node.newer = undefined;
  }
}

interface Entry<Value> extends RecencyNode<Entry<Value>> {
  readonly key: string;
  value: Value;
}

/** A bounded map, of keys whoever chose them, that forgets the longest unused one. */
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
    return this.#entries.get(textKey(key))?.value;
  }

  /** The value of `key`, which is now the last that was used. */
  use(key: string): Value | undefined {
    const entry = this.#entries.get(textKey(key));
    if (entry === undefined) return undefined;
    this.#byUse.remove(entry);
    this.#byUse.add(entry);
    return entry.value;
  }

  /** Gives `key` a value, which counts as use; makes room for it. */
  set(key: string, value: Value): void {
    const place = textKey(key);
    let entry = this.#entries.get(place);
    if (entry === undefined) {
      entry = { key, value, older: undefined, newer: undefined };
      this.#entries.set(place, entry);
    } else this.#byUse.remove(entry);
    entry.value = value;
    this.#byUse.add(entry);
    const { oldest } = this.#byUse;
    if (this.#entries.size > this.#sizeMax && oldest !== undefined) {
      this.delete(oldest.key);
    }
  }

  delete(key: string): void {
    const place = textKey(key);
    const entry = this.#entries.get(place);
    if (entry === undefined) return;
    this.#entries.delete(place);
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
