/**
 * Which values match a URI: values stored under exact, prefix and wildcard
 * patterns.
 *
 * Exact is one Map look-up; prefix and wildcard are walks through a tree. To
 * store a pattern costs its length, in time and in memory. To look a URI up
 * costs its length and, where wildcard patterns overlap, the places where both
 * a component and its wildcard lead on.
 */
import { ReusingMap } from "../base/reusing_map.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { type RadixNode, RadixTree } from "./radix_tree.ts";

/** Something that is stored under a pattern. */
export interface Patterned {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** One value for each (uri, match). */
export class PatternIndex<Value extends Patterned> {
  readonly #exact = new ReusingMap<Value>();
  readonly #prefix = new ReusingMap<Value>();
  readonly #wildcard = new ReusingMap<Value>();
  readonly #prefixTree = new RadixTree<Value>(characterEnd);
  readonly #wildcardTree = new RadixTree<Value>(componentEnd);

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
    this.#tableOf(match).add(uri, value);
    if (match === "prefix") this.#prefixTree.add(uri, value);
    else if (match === "wildcard") this.#wildcardTree.add(dotted(uri), value);
  }

  /** Takes `value`, which must be stored, out. */
  remove(value: Value): void {
    const { uri, match } = value;
    this.#tableOf(match).remove(uri);
    if (match === "prefix") this.#prefixTree.remove(uri);
    else if (match === "wildcard") this.#wildcardTree.remove(dotted(uri));
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
    if (this.#prefix.size > 0) {
      collectPrefixes(this.#prefixTree.root, uri, found);
    }
    if (this.#wildcard.size > 0) {
      collectWildcards(this.#wildcardTree.root, dotted(uri), 0, found);
    }
  }

  /** The one value that a call to `uri` goes to (PB-02 to PB-04). */
  best(uri: string): Value | undefined {
    const exact = this.#exact.get(uri);
    if (exact !== undefined || !this.hasPatterns) return exact;
    return this.#longestPrefix(uri) ?? this.#firstWildcard(uri);
  }

  /** The one value that decides about `uri` where values are rules (AZ-06). */
  mostSpecific(uri: string): Value | undefined {
    const exact = this.#exact.get(uri);
    if (exact !== undefined || !this.hasPatterns) return exact;
    return this.#firstWildcard(uri) ?? this.#longestPrefix(uri);
  }

  #longestPrefix(uri: string): Value | undefined {
    const prefixes: Value[] = [];
    collectPrefixes(this.#prefixTree.root, uri, prefixes);
    return prefixes.at(-1);
  }

  #firstWildcard(uri: string): Value | undefined {
    if (this.#wildcard.size === 0) return undefined;
    return firstWildcard(this.#wildcardTree.root, dotted(uri), 0);
  }

  #tableOf(match: MatchPolicy): ReusingMap<Value> {
    if (match === "exact") return this.#exact;
    return match === "prefix" ? this.#prefix : this.#wildcard;
  }
}

/** In the wildcard tree each component has a dot behind it, the last one too. */
function dotted(uri: string): string {
  return uri + ".";
}

function characterEnd(_text: string, start: number): number {
  return start + 1;
}

function componentEnd(text: string, start: number): number {
  return text.indexOf(".", start) + 1;
}

/** Shortest first. */
function collectPrefixes<Value>(
  root: RadixNode<Value>,
  uri: string,
  found: Value[],
): void {
  let node: RadixNode<Value> | undefined = root;
  let at = 0;
  while (node !== undefined && uri.startsWith(node.label, at)) {
    at += node.label.length;
    if (node.value !== undefined) found.push(node.value);
    node = node.children?.get(uri.slice(at, at + 1));
  }
}

function collectWildcards<Value>(
  node: RadixNode<Value>,
  uri: string,
  at: number,
  found: Value[],
): void {
  const end = behindLabel(node.label, uri, at);
  if (end < 0) return;
  if (end === uri.length) {
    if (node.value !== undefined) found.push(node.value);
    return;
  }
  const literal = node.children?.get(uri.slice(end, componentEnd(uri, end)));
  if (literal !== undefined) collectWildcards(literal, uri, end, found);
  const any = node.children?.get(".");
  if (any !== undefined) collectWildcards(any, uri, end, found);
}

/** Literal before wildcard at the first place where patterns differ (PB-04). */
function firstWildcard<Value>(
  node: RadixNode<Value>,
  uri: string,
  at: number,
): Value | undefined {
  const end = behindLabel(node.label, uri, at);
  if (end < 0) return undefined;
  if (end === uri.length) return node.value;
  const literal = node.children?.get(uri.slice(end, componentEnd(uri, end)));
  const found = literal && firstWildcard(literal, uri, end);
  if (found !== undefined) return found;
  const any = node.children?.get(".");
  return any && firstWildcard(any, uri, end);
}

/**
 * Where `uri` goes on behind the components of `label`, of which the empty ones
 * match any (PM-04); -1 where it does not match.
 */
function behindLabel(label: string, uri: string, at: number): number {
  let start = 0;
  while (start < label.length) {
    const end = componentEnd(label, start);
    const uriEnd = componentEnd(uri, at);
    // At its end `uri` has no dot any more.
    if (uriEnd === 0) return -1;
    const isWildcard = end - start === 1;
    if (!isWildcard && uri.slice(at, uriEnd) !== label.slice(start, end)) {
      return -1;
    }
    start = end;
    at = uriEnd;
  }
  return at;
}
