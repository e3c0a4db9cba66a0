/** What stands in a {@linkcode RecencyList}: it knows its neighbours. */
export interface RecencyNode<Node> {
  older: Node | undefined;
  newer: Node | undefined;
}

/**
 * A list from oldest to newest, in which a node can be moved to the end. Not a
 * `Map` out of which one takes a key to put it in again: places of keys that are
 * gone stay in it until it grows, and finding the same key again walks over all
 * of them.
 */
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
