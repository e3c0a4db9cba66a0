import { assertEquals } from "@std/assert";
import { assertOnceLess, timesAsLong } from "../support/growth.ts";
import { PatternIndex } from "../../src/router/pattern_index.ts";
import {
  naivelyMatches,
  PATTERNS,
  type SmallPattern,
  UNIVERSE,
} from "../support/pattern_universe.ts";
import { withSeed } from "../support/seed.ts";

/** PB-02 to PB-04 as they are written, over a plain list. */
function naiveBest(
  stored: Iterable<SmallPattern>,
  uri: string,
): SmallPattern | undefined {
  const matching = [...stored].filter((one) => naivelyMatches(one, uri));
  const exact = matching.find(({ match }) => match === "exact");
  if (exact !== undefined) return exact;
  const prefixes = matching.filter(({ match }) => match === "prefix");
  if (prefixes.length > 0) {
    return prefixes.sort((a, b) => b.uri.length - a.uri.length)[0];
  }
  return matching.sort((a, b) => {
    const left = a.uri.split(".");
    const right = b.uri.split(".");
    const place = left.findIndex((part, i) => part !== right[i]);
    return left[place] === "" ? 1 : -1;
  })[0];
}

function asText(patterns: Iterable<SmallPattern>): string[] {
  return [...patterns].map(({ match, uri }) => `${match} ${uri}`).sort();
}

/** Compares all that `index` finds for `uri` with a walk over `stored`. */
function compare(
  index: PatternIndex<SmallPattern>,
  stored: ReadonlySet<SmallPattern>,
  uri: string,
): void {
  const matching = [...stored].filter((one) => naivelyMatches(one, uri));
  const exact = matching.find(({ match }) => match === "exact");
  assertEquals(index.exact(uri), exact, `exact("${uri}")`);
  const found: SmallPattern[] = [];
  index.collectPatterns(uri, found);
  assertEquals(
    asText(found),
    asText(matching.filter(({ match }) => match !== "exact")),
    `collectPatterns("${uri}")`,
  );
  assertEquals(index.best(uri), naiveBest(stored, uri), `best("${uri}")`);
}

Deno.test("PM-02 PM-03 PM-04 PM-05 PB-02 PB-03 PB-04: the index finds what a walk over all patterns finds, while patterns come and go", () => {
  withSeed((random) => {
    for (let round = 0; round < 20; round++) {
      const index = new PatternIndex<SmallPattern>();
      const stored = new Set<SmallPattern>();
      for (let step = 0; step < 60; step++) {
        const pattern = random.pick(PATTERNS);
        const known = index.get(pattern.uri, pattern.match);
        assertEquals(known, stored.has(pattern) ? pattern : undefined);
        if (known === undefined) index.add(pattern);
        else index.remove(pattern);
        if (known === undefined) stored.add(pattern);
        else stored.delete(pattern);
        assertEquals(index.size, stored.size);
        assertEquals(
          index.hasPatterns,
          [...stored].some(({ match }) => match !== "exact"),
        );
        for (let i = 0; i < 6; i++) {
          compare(index, stored, random.pick(UNIVERSE));
        }
      }
      for (const pattern of stored) index.remove(pattern);
      assertEquals([index.size, index.hasPatterns], [0, false]);
      for (const uri of UNIVERSE.slice(0, 50)) compare(index, new Set(), uri);
    }
  });
});

Deno.test("all patterns at once: every URI of the universe finds its own", () => {
  const index = new PatternIndex<SmallPattern>();
  for (const pattern of PATTERNS) index.add(pattern);
  const stored = new Set(PATTERNS);
  for (const uri of UNIVERSE) compare(index, stored, uri);
});

Deno.test("PB-05: the specification's example set", () => {
  const rows: [SmallPattern["match"], string][] = [
    ["exact", "a1.b2.c3.d4.e55"],
    ["prefix", "a1.b2.c3"],
    ["prefix", "a1.b2.c3.d4"],
    ["wildcard", "a1.b2..d4.e5"],
    ["wildcard", "a1.b2.c33..e5"],
    ["wildcard", "a1.b2..d4.e5..g7"],
    ["wildcard", "a1.b2..d4..f6.g7"],
  ];
  const patterns = rows.map(([match, uri]) => ({ match, uri }));
  const index = new PatternIndex<SmallPattern>();
  for (const pattern of patterns) index.add(pattern);
  const winners: [uri: string, place: number][] = [
    ["a1.b2.c3.d4.e55", 0],
    ["a1.b2.c3.d98.e74", 1],
    ["a1.b2.c3.d4.e325", 2],
    ["a1.b2.c55.d4.e5", 3],
    ["a1.b2.c33.d4.e5", 1],
    ["a1.b2.c88.d4.e5.f6.g7", 5],
  ];
  for (const [uri, place] of winners) {
    assertEquals(index.best(uri), patterns[place], uri);
  }
  assertEquals(index.best("a2.b2.c2.d2.e2"), undefined);
});

Deno.test("two prefixes of one length are counted, so that taking one leaves the other", () => {
  const index = new PatternIndex<SmallPattern>();
  const one: SmallPattern = { match: "prefix", uri: "com.a" };
  const other: SmallPattern = { match: "prefix", uri: "com.b" };
  index.add(one);
  index.add(other);
  index.remove(one);
  assertEquals(index.best("com.b.c"), other);
  assertEquals(index.best("com.a.c"), undefined);
});

Deno.test("what is found, and how quickly, does not depend on how many patterns are stored", async () => {
  const lookIn = (count: number) => {
    const index = new PatternIndex<SmallPattern>();
    for (let i = 0; i < count; i++) {
      index.add({ match: "prefix", uri: `com.p${i}.` });
      index.add({ match: "wildcard", uri: `com..w${i}` });
    }
    return () => {
      for (let i = 0; i < 2000; i++) {
        const place = i % 200;
        assertEquals(index.best(`com.p${place}.x`)?.match, "prefix");
        assertEquals(index.best(`com.x.w${place}`)?.match, "wildcard");
      }
    };
  };
  const [many, few] = [lookIn(20_000), lookIn(200)];
  // A walk over all of them would take 100 times as long.
  await assertOnceLess(() => timesAsLong(many, few), 20);
});
