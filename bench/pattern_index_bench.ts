/**
 * What matching costs by the number of patterns: prefixes and wildcards from
 * none to 100,000, of which always the same four match. The last group adds and
 * removes one pattern among as many.
 *
 * Run: `deno bench bench/pattern_index_bench.ts`
 */
import { type Patterned, PatternIndex } from "../src/router/pattern_index.ts";
import type { MatchPolicy } from "../src/wamp/uri.ts";

const COUNTS = [0, 10, 100, 1000, 10_000, 100_000];

/** The topic that is published to. */
const TOPIC = "com.plant7.line3.robot12.temperature";
/** What matches it, whatever else there is. */
const MATCHING: Readonly<Record<"prefix" | "wildcard", readonly string[]>> = {
  prefix: [
    "com.",
    "com.plant7.",
    "com.plant7.line3",
    "com.plant7.line3.robot1",
  ],
  wildcard: [
    "com.plant7.line3.robot12.",
    "com..line3.robot12.temperature",
    "com.plant7...temperature",
    "....",
  ],
};

/** The pattern of number `i`, of one of six shapes; it does not match. */
function otherPattern(match: MatchPolicy, i: number): string {
  const any = match === "wildcard" ? "" : `part${i % 89}`;
  switch (i % 6) {
    case 0:
      return `com.plant${i + 8}.${any}.robot12.temperature`;
    case 1:
      return `com.plant7.line${i + 4}.${any}.temperature`;
    case 2:
      return `com.plant7.line3.${any}.pressure${i}`;
    case 3:
      return `org.${any}.line3.robot${i}.temperature`;
    case 4:
      return `com.plant7.${any}.robot${i + 13}.temperature.max`;
    default:
      return `net${i}.${any}`;
  }
}

function indexOf(
  match: "prefix" | "wildcard",
  count: number,
): PatternIndex<Patterned> {
  const index = new PatternIndex<Patterned>();
  for (const uri of MATCHING[match]) index.add({ uri, match });
  for (let i = 0; i < count; i++) {
    index.add({ uri: otherPattern(match, i), match });
  }
  return index;
}

for (const match of ["prefix", "wildcard"] as const) {
  for (const count of COUNTS) {
    const index = indexOf(match, count);
    const found: Patterned[] = [];
    index.collectPatterns(TOPIC, found);
    if (found.length !== MATCHING[match].length) {
      throw new Error(`${found.length} of ${count} ${match} patterns match`);
    }
    Deno.bench({
      name: `event, ${count} other ${match} patterns`,
      group: `event ${match}`,
      baseline: count === 0,
      fn() {
        found.length = 0;
        index.collectPatterns(TOPIC, found);
      },
    });
    Deno.bench({
      name: `call, ${count} other ${match} patterns`,
      group: `call ${match}`,
      baseline: count === 0,
      fn() {
        index.best(TOPIC);
      },
    });
    const one: Patterned = { uri: "com.plant7.line3.robot13", match };
    Deno.bench({
      name: `add and remove one, ${count} other ${match} patterns`,
      group: `add and remove ${match}`,
      baseline: count === 0,
      fn() {
        index.add(one);
        index.remove(one);
      },
    });
  }
}
