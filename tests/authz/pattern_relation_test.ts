import { assertEquals } from "@std/assert";
import {
  covers,
  overlaps,
  type Pattern,
} from "../../src/authz/pattern_relation.ts";
import {
  naivelyMatches,
  PATTERNS,
  UNIVERSE,
} from "../support/pattern_universe.ts";

/** Which URIs of the universe each pattern matches. */
const MATCHED = PATTERNS.map((pattern) =>
  UNIVERSE.map((uri) => naivelyMatches(pattern, uri))
);

/** Compares `relation` with `expected` for every pair of patterns. */
function compareAllPairs(
  relation: (a: Pattern, b: Pattern) => boolean,
  expected: (a: readonly boolean[], b: readonly boolean[]) => boolean,
): void {
  for (const [i, a] of PATTERNS.entries()) {
    for (const [j, b] of PATTERNS.entries()) {
      const actual = relation(a, b);
      if (actual !== expected(MATCHED[i], MATCHED[j])) {
        throw new Error(
          `${actual} for ${Deno.inspect(a)} and ${Deno.inspect(b)}`,
        );
      }
    }
  }
}

Deno.test("covers() is whether all that the inner pattern matches is matched by the outer", () => {
  compareAllPairs(
    covers,
    (outer, inner) => inner.every((matched, i) => !matched || outer[i]),
  );
});

Deno.test("overlaps() is whether some URI is matched by both patterns", () => {
  compareAllPairs(overlaps, (a, b) => a.some((matched, i) => matched && b[i]));
});

/** Beyond what the universe has room for. */
const SPECIAL: [outer: Pattern, inner: Pattern, covered: boolean][] = [
  // A prefix within a component.
  [
    { uri: "com.myapp.emerg", match: "prefix" },
    { uri: "com.myapp.emergency", match: "prefix" },
    true,
  ],
  [
    { uri: "com.myapp.emergency", match: "prefix" },
    { uri: "com.myapp.emerg", match: "prefix" },
    false,
  ],
  // A wildcard without an empty component is one URI.
  [
    { uri: "com.a", match: "exact" },
    { uri: "com.a", match: "wildcard" },
    true,
  ],
  // No wildcard covers a prefix: URIs of any number of components match.
  [
    { uri: "", match: "wildcard" },
    { uri: "com", match: "prefix" },
    false,
  ],
  [
    { uri: "com..", match: "wildcard" },
    { uri: "com.a.", match: "prefix" },
    false,
  ],
];

Deno.test("covers() of prefixes within components, of wildcards and of single URIs", () => {
  for (const [outer, inner, covered] of SPECIAL) {
    const pair = Deno.inspect([outer, inner]);
    assertEquals(covers(outer, inner), covered, pair);
  }
});
