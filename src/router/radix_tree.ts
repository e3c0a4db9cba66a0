/**
 * Values under texts that share beginnings: a tree whose edges hold as many
 * units of text as nobody else branches off from. So it holds about as much as
 * the texts themselves, however long and many they are, and to store, to find
 * and to remove a text costs its length.
 */

/** Where the unit of `text` that begins at `start` ends. */
export type UnitEnd = (text: string, start: number) => number;

/** A place in the tree: a text's end, a branching, or both. */
export interface RadixNode<Value> {
  /** What the text from the node above to this one is. */
  readonly label: string;
  /** Of the text that ends here. */
  readonly value: Value | undefined;
  /** By the first unit of their labels; a leaf has none. */
  readonly children: ReadonlyMap<string, RadixNode<Value>> | undefined;
}

interface MutableNode<Value> extends RadixNode<Value> {
  label: string;
  value: Value | undefined;
  children: Map<string, MutableNode<Value>> | undefined;
}

/** Texts as sequences of units, which are characters or components. */
export class RadixTree<Value> {
  readonly #unitEnd: UnitEnd;
  readonly #root: MutableNode<Value> = leaf<Value>("", undefined);

  constructor(unitEnd: UnitEnd) {
    this.#unitEnd = unitEnd;
  }

  /** Where walks begin: its label is empty. */
  get root(): RadixNode<Value> {
    return this.#root;
  }

  /** Stores `value` under `text`, which must be free. */
  add(text: string, value: Value): void {
    let node = this.#root;
    let at = 0;
    while (at < text.length) {
      const children = node.children ??= new Map();
      const key = this.#unitAt(text, at);
      const child = children.get(key);
      if (child === undefined) {
        children.set(key, leaf(text.slice(at), value));
        return;
      }
      const common = this.#commonLength(child.label, text, at);
      node = common === child.label.length
        ? child
        : this.#split(children, key, child, common);
      at += common;
    }
    node.value = value;
  }

  /** Takes the value under `text`, which must be stored, out. */
  remove(text: string): void {
    let above = this.#root;
    let node = this.#root;
    let at = 0;
    while (at < text.length) {
      const child = node.children?.get(this.#unitAt(text, at));
      if (child === undefined) return;
      above = node;
      node = child;
      at += child.label.length;
    }
    node.value = undefined;
    if (node === this.#root) return;
    if (node.children === undefined) this.#removeLeaf(above, node);
    else this.#join(node);
  }

  /** Puts a node between, which holds the first `length` of `child`'s label. */
  #split(
    children: Map<string, MutableNode<Value>>,
    key: string,
    child: MutableNode<Value>,
    length: number,
  ): MutableNode<Value> {
    const upper = leaf<Value>(child.label.slice(0, length), undefined);
    child.label = child.label.slice(length);
    upper.children = new Map([[this.#unitAt(child.label, 0), child]]);
    children.set(key, upper);
    return upper;
  }

  #removeLeaf(above: MutableNode<Value>, node: MutableNode<Value>): void {
    above.children?.delete(this.#unitAt(node.label, 0));
    if (above.children?.size === 0) above.children = undefined;
    else if (above !== this.#root) this.#join(above);
  }

  /** Makes one node of `node` and its only child, if it is no text's end. */
  #join(node: MutableNode<Value>): void {
    if (node.value !== undefined || node.children?.size !== 1) return;
    const [child] = node.children.values();
    node.label += child.label;
    node.value = child.value;
    node.children = child.children;
  }

  #unitAt(text: string, start: number): string {
    return text.slice(start, this.#unitEnd(text, start));
  }

  /** How much of `label`, in whole units, `text` has from `at` on. */
  #commonLength(label: string, text: string, at: number): number {
    let length = 0;
    while (length < label.length && at + length < text.length) {
      const end = this.#unitEnd(label, length);
      if (!text.startsWith(label.slice(length, end), at + length)) break;
      length = end;
    }
    return length;
  }
}

function leaf<Value>(
  label: string,
  value: Value | undefined,
): MutableNode<Value> {
  return { label, value, children: undefined };
}
