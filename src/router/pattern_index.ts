/**
 * Finds what is stored under exact, prefix and wildcard patterns.
 *
 * Exact is one Map look-up. Prefix looks up the URI's own prefixes, but only of
 * lengths that some pattern has. Wildcard walks a trie of components. The cost
 * grows with the URI's length and the matches, not with the patterns stored.
 */
import type { MatchPolicy } from "../wamp/uri.ts";

/** Something that is stored under a pattern. */
export interface Patterned {
  readonly uri: string;
  readonly match: MatchPolicy;
}

interface TrieNode<Value> {
  value: Value | undefined;
  /** By component; the empty one matches any (PM-04). */
  readonly children: Map<string, TrieNode<Value>>;
}

/** One value for each (uri, match). */
export class PatternIndex<Value extends Patterned> {
  readonly #exact = new Map<string, Value>();
  readonly #prefix = new Map<string, Value>();
  readonly #wildcard = new Map<string, Value>();
  /** How many prefix patterns have each length, and the lengths, longest first. */
  readonly #prefixCounts = new Map<number, number>();
  #prefixLengths: number[] = [];
  readonly #trie: TrieNode<Value> = { value: undefined, children: new Map() };

  /** How many values are stored. */
  get size(): number {
    return this.#exact.size + this.#prefix.size + this.#wildcard.size;
  }

  /** The value under exactly this text and policy. */
  get(uri: string, match: MatchPolicy): Value | undefined {
    return this.#tableOf(match).get(uri);
  }

  /** Stores `value`, whose place must be free. */
  add(value: Value): void {
    const { uri, match } = value;
    this.#tableOf(match).set(uri, value);
    if (match === "prefix") this.#countPrefix(uri.length, 1);
    else if (match === "wildcard") this.#trieNode(uri).value = value;
  }

  /** Takes `value`, which must be stored, out. */
  remove(value: Value): void {
    const { uri, match } = value;
    this.#tableOf(match).delete(uri);
    if (match === "prefix") this.#countPrefix(uri.length, -1);
    else if (match === "wildcard") pruneTrie(this.#trie, uri.split("."), 0);
  }

  /** The value under exactly `uri`: the hot path's only look-up as a rule. */
  exact(uri: string): Value | undefined {
    return this.#exact.get(uri);
  }

  /** Whether any prefix or wildcard pattern is stored. */
  get hasPatterns(): boolean {
    return this.#prefix.size > 0 || this.#wildcard.size > 0;
  }

  /** Adds all prefix and wildcard values that match `uri` to `found`. */
  collectPatterns(uri: string, found: Value[]): void {
    for (const length of this.#prefixLengths) {
      if (length > uri.length) continue;
      const value = this.#prefix.get(uri.slice(0, length));
      if (value !== undefined) found.push(value);
    }
    if (this.#wildcard.size > 0) {
      collectWildcards(this.#trie, uri.split("."), 0, found);
    }
  }

  /** The one value that a call to `uri` goes to (PB-02 to PB-04). */
  best(uri: string): Value | undefined {
    const exact = this.#exact.get(uri);
    if (exact !== undefined || !this.hasPatterns) return exact;
    for (const length of this.#prefixLengths) {
      if (length > uri.length) continue;
      const value = this.#prefix.get(uri.slice(0, length));
      if (value !== undefined) return value;
    }
    if (this.#wildcard.size === 0) return undefined;
    return firstWildcard(this.#trie, uri.split("."), 0);
  }

  #tableOf(match: MatchPolicy): Map<string, Value> {
    if (match === "exact") return this.#exact;
    return match === "prefix" ? this.#prefix : this.#wildcard;
  }

  #countPrefix(length: number, change: number): void {
    const count = (this.#prefixCounts.get(length) ?? 0) + change;
    if (count === 0) this.#prefixCounts.delete(length);
    else this.#prefixCounts.set(length, count);
    if (count === 0 || (count === 1 && change === 1)) {
      this.#prefixLengths = [...this.#prefixCounts.keys()]
        .sort((a, b) => b - a);
    }
  }

  #trieNode(uri: string): TrieNode<Value> {
    let node = this.#trie;
    for (const component of uri.split(".")) {
      let child = node.children.get(component);
      if (child === undefined) {
        child = { value: undefined, children: new Map() };
        node.children.set(component, child);
      }
      node = child;
    }
    return node;
  }
}

function collectWildcards<Value>(
  node: TrieNode<Value>,
  components: string[],
  depth: number,
  found: Value[],
): void {
  if (depth === components.length) {
    if (node.value !== undefined) found.push(node.value);
    return;
  }
  const literal = node.children.get(components[depth]);
  if (literal !== undefined) {
    collectWildcards(literal, components, depth + 1, found);
  }
  const any = node.children.get("");
  if (any !== undefined) collectWildcards(any, components, depth + 1, found);
}

/** Literal before wildcard at the first place where patterns differ (PB-04). */
function firstWildcard<Value>(
  node: TrieNode<Value>,
  components: string[],
  depth: number,
): Value | undefined {
  if (depth === components.length) return node.value;
  for (const component of [components[depth], ""]) {
    const child = node.children.get(component);
    if (child === undefined) continue;
    const value = firstWildcard(child, components, depth + 1);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Takes the value at the end of `components` out, and nodes that lead nowhere. */
function pruneTrie<Value>(
  node: TrieNode<Value>,
  components: string[],
  depth: number,
): void {
  if (depth === components.length) {
    node.value = undefined;
    return;
  }
  const child = node.children.get(components[depth]);
  if (child === undefined) return;
  pruneTrie(child, components, depth + 1);
  if (child.value === undefined && child.children.size === 0) {
    node.children.delete(components[depth]);
  }
}
