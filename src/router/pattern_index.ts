/**
 * Which values match a URI: values stored under exact, prefix and wildcard
 * patterns.
 *
 * Exact is one Map look-up; prefix and wildcard are walks through a tree. To
 * store a pattern costs its length, in time and in memory. To look a URI up
 * costs its length and, where wildcard patterns overlap, the places where both
 * a component and its wildcard lead on: `pattern_shapes.ts` bounds these.
 */
import { ReusingMap } from "../base/reusing_map.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { type RadixNode, RadixTree } from "./radix_tree.ts";

const DOT = 0x2e;

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

  /**
   * Adds all prefix and wildcard values that match `uri` to `found`.
   *
   * @returns At how many places it looked for wildcard values.
   */
  collectPatterns(uri: string, found: Value[]): number {
    if (this.#prefix.size > 0) {
      collectPrefixes(this.#prefixTree.root, uri, found);
    }
    if (this.#wildcard.size === 0) return 0;
    const parts = componentsOf(uri);
    return collectWildcards(this.#wildcardTree.root, parts, 0, found);
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
    return firstWildcard(this.#wildcardTree.root, componentsOf(uri), 0);
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

/** The components of `uri`, each with a dot behind it, as in the wildcard tree. */
function componentsOf(uri: string): readonly string[] {
  const parts: string[] = [];
  const text = dotted(uri);
  for (let start = 0; start < text.length;) {
    const end = componentEnd(text, start);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

/** @returns At how many nodes it looked. */
function collectWildcards<Value>(
  node: RadixNode<Value>,
  parts: readonly string[],
  at: number,
  found: Value[],
): number {
  const end = behindLabel(node.label, parts, at);
  if (end < 0) return 1;
  if (end === parts.length) {
    if (node.value !== undefined) found.push(node.value);
    return 1;
  }
  let looks = 1;
  const literal = node.children?.get(parts[end]);
  if (literal !== undefined) {
    looks += collectWildcards(literal, parts, end, found);
  }
  const any = node.children?.get(".");
  if (any !== undefined) looks += collectWildcards(any, parts, end, found);
  return looks;
}

/** Literal before wildcard at the first place where patterns differ (PB-04). */
function firstWildcard<Value>(
  node: RadixNode<Value>,
  parts: readonly string[],
  at: number,
): Value | undefined {
  const end = behindLabel(node.label, parts, at);
  if (end < 0) return undefined;
  if (end === parts.length) return node.value;
  const literal = node.children?.get(parts[end]);
  const found = literal && firstWildcard(literal, parts, end);
  if (found !== undefined) return found;
  const any = node.children?.get(".");
  return any && firstWildcard(any, parts, end);
}

/**
 * Which of `parts` is behind the components of `label`, of which the empty ones
 * match any (PM-04); -1 where they do not match.
 */
function behindLabel(
  label: string,
  parts: readonly string[],
  at: number,
): number {
  let start = 0;
  while (start < label.length) {
    if (at === parts.length) return -1;
    if (label.charCodeAt(start) === DOT) start++;
    else if (label.startsWith(parts[at], start)) start += parts[at].length;
    else return -1;
    at++;
  }
  return at;
}
