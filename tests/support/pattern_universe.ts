/**
 * All URIs and patterns over a small alphabet, and a matcher that is too simple
 * to be wrong: what index and authorization are compared with.
 */
import type { MatchPolicy } from "../../src/wamp/uri.ts";

/** A pattern as the router's parts take it. */
export interface SmallPattern {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** With one that others begin with, so that prefixes end within components. */
const COMPONENTS = ["a", "b", "ab", "aa"];

/** All URIs of up to three components, and of four so that there are longer ones. */
export const UNIVERSE: readonly string[] = [1, 2, 3, 4].flatMap((size) =>
  joinedOf(COMPONENTS, size)
);

/** All patterns of up to three components. */
export const PATTERNS: readonly SmallPattern[] = [
  ...[1, 2].flatMap((size) => joinedOf(COMPONENTS, size))
    .map((uri): SmallPattern => ({ uri, match: "exact" })),
  ...prefixes().map((uri): SmallPattern => ({ uri, match: "prefix" })),
  ...[1, 2, 3].flatMap((size) => joinedOf(["", "a", "b", "ab"], size))
    .map((uri): SmallPattern => ({ uri, match: "wildcard" })),
];

/** Whether `uri` is matched, by a regular expression. */
export function naivelyMatches(
  { uri: pattern, match }: SmallPattern,
  uri: string,
): boolean {
  if (match === "exact") return uri === pattern;
  if (match === "prefix") return new RegExp(`^${escaped(pattern)}`).test(uri);
  const parts = pattern.split(".").map((part) =>
    part === "" ? "[^.]+" : escaped(part)
  );
  return new RegExp(`^${parts.join("\\.")}$`).test(uri);
}

function escaped(text: string): string {
  return text.replaceAll(".", "\\.");
}

/** Every way to join `size` of `components` by dots. */
function joinedOf(components: readonly string[], size: number): string[] {
  if (size === 1) return [...components];
  return joinedOf(components, size - 1).flatMap((head) =>
    components.map((last) => `${head}.${last}`)
  );
}

/** Prefixes that begin some URI of the universe; only the last component may be empty. */
function prefixes(): string[] {
  const ends = ["", ...COMPONENTS];
  return [
    ...ends,
    ...COMPONENTS.flatMap((first) => ends.map((last) => `${first}.${last}`)),
    ...["a.b.", "a.b.a", "ab.aa.", "aa.a.ab"],
  ];
}
