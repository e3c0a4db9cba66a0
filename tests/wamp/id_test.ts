import {
  assertEquals,
  assertGreater,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import { ID_MAX, nextSessionScopeId, RandomIds } from "../../src/wamp/id.ts";
import { withSeed } from "../support/seed.ts";

Deno.test("random IDs are within [1, 2^53], both ends included (ID-01, ID-02)", () => {
  assertStrictEquals(ID_MAX, 9_007_199_254_740_992);
  const lowest = new RandomIds({ fill: (words) => words.fill(0) });
  assertStrictEquals(lowest.next(), 1);
  const highest = new RandomIds({ fill: (words) => words.fill(0xffff_ffff) });
  assertStrictEquals(highest.next(), 2 ** 53);
});

Deno.test("random IDs are distinct and spread evenly over the range (ID-02)", () => {
  withSeed((random) => {
    const ids = new RandomIds({
      fill(words) {
        for (let i = 0; i < words.length; i++) words[i] = random.uint32();
        return words;
      },
    });
    const drawn = Array.from({ length: 16_000 }, () => ids.next());
    assertStrictEquals(new Set(drawn).size, drawn.length);
    const buckets = new Array<number>(16).fill(0);
    for (const id of drawn) {
      assertStrictEquals(Number.isInteger(id) && id >= 1 && id <= ID_MAX, true);
      buckets[Math.floor((id - 1) / 2 ** 49)]++;
    }
    for (const count of buckets) {
      assertGreater(count, 800);
      assertLess(count, 1200);
    }
  });
});

Deno.test("the random source is asked for many IDs at a time", () => {
  let calls = 0;
  const ids = new RandomIds({
    fill(words) {
      calls++;
      return words.fill(calls);
    },
  });
  const drawn = Array.from({ length: 257 }, () => ids.next());
  assertEquals([calls, drawn[255], drawn[256]], [
    2,
    2 ** 32 + 2,
    2 * 2 ** 32 + 3,
  ]);
});

Deno.test("after 2^53 the next ID of session scope is 1 (ID-04, ID-06)", () => {
  assertStrictEquals(nextSessionScopeId(1), 2);
  assertStrictEquals(nextSessionScopeId(2 ** 53 - 1), 2 ** 53);
  assertStrictEquals(nextSessionScopeId(2 ** 53), 1);
});
