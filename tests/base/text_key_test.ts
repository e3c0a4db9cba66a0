import { assertEquals, assertGreater } from "@std/assert";
import { holds, textKey, TextSet } from "../../src/base/text_key.ts";
import { RecentMap } from "../../src/base/recent_map.ts";
import { ReusingMap } from "../../src/base/reusing_map.ts";
import {
  collidingTexts,
  costOfCollidingTexts,
} from "../support/colliding_texts.ts";
import { assertOnceLess } from "../support/growth.ts";
import { withSeed } from "../support/seed.ts";

const PIECES = ["\0", "0", "9", "/", ":", "a", ".", "é", ""];

Deno.test("textKey gives each text a key of its own, and most texts themselves", () => {
  const texts = new Set(
    PIECES.flatMap((a) => PIECES.flatMap((b) => PIECES.map((c) => a + b + c))),
  );
  const keys = [...texts].map(textKey);
  assertEquals(new Set(keys).size, texts.size);
  // None looks like a number.
  assertEquals(keys.filter((key) => /^[0-9]/.test(key)), []);
  for (const text of ["com.a", "", "/1", ":1", "é"]) {
    assertEquals(textKey(text), text);
  }
});

Deno.test("TextSet holds what a Set holds, long texts too", () => {
  withSeed((random) => {
    for (const size of [0, 1, 2, 20]) {
      const some = Array.from(
        { length: 2 * size + 2 },
        (_, i) => i % 2 === 0 ? `${i}` : "x".repeat(9000) + i,
      );
      const texts = some.filter(() => random.oneIn(2));
      const set = new TextSet(texts);
      for (const text of some) {
        assertEquals(set.has(text), texts.includes(text));
      }
    }
  });
});

Deno.test("holds finds what is in a sorted list", () => {
  const sorted = [2, 3, 3, 7];
  for (let item = 0; item < 9; item++) {
    assertEquals(holds(sorted, item), sorted.includes(item));
  }
  assertEquals(holds([], 1), false);
});

/** As many as fit into 64 KiB. */
const COUNT = 6000;

/** Whatever keeps what clients name, filled with texts. */
const TABLES: readonly [
  name: string,
  fill: (texts: readonly string[]) => void,
][] = [
  ["TextSet", (texts) => {
    const set = new TextSet(texts);
    for (const text of texts) set.has(text);
  }],
  ["RecentMap", (texts) => {
    const map = new RecentMap<number>(COUNT);
    for (const text of texts) map.set(text, 1);
    for (const text of texts) map.use(text);
  }],
  ["ReusingMap", (texts) => {
    const map = new ReusingMap<number>();
    for (const text of texts) map.add(text, 1);
    for (const text of texts) map.get(text);
  }],
];

for (const [name, fill] of TABLES) {
  Deno.test(`${name}: texts that look like numbers, chosen to share a bucket, cost no more than others`, async () => {
    await assertOnceLess(() => costOfCollidingTexts(COUNT, fill), 5);
  });
}

Deno.test("the chosen texts do share a bucket of a plain Set", () => {
  const fill = (texts: readonly string[]) => void new Set(texts);
  assertGreater(costOfCollidingTexts(COUNT, fill), 5);
  assertEquals(new Set(collidingTexts(COUNT)).size, COUNT);
});
