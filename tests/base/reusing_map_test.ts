import { assertEquals } from "@std/assert";
import { ReusingMap } from "../../src/base/reusing_map.ts";
import { withSeed } from "../support/seed.ts";

Deno.test("ReusingMap holds what a Map holds, however keys come and go", () => {
  withSeed((random) => {
    const map = new ReusingMap<number>();
    const plain = new Map<string, number>();
    // Many keys at first, then few: places are cleaned up on the way.
    for (const keys of [500, 20, 1000, 3]) {
      for (let step = 0; step < 3000; step++) {
        const key = `k${random.below(keys)}`;
        assertEquals(map.get(key), plain.get(key));
        if (plain.has(key)) {
          plain.delete(key);
          map.remove(key);
        } else {
          plain.set(key, step);
          map.add(key, step);
        }
        assertEquals(map.size, plain.size);
      }
      for (const [key, value] of plain) assertEquals(map.get(key), value);
    }
  });
});

Deno.test("ReusingMap moves what is left some at a time, and finds all of it meanwhile", () => {
  const map = new ReusingMap<number>();
  const count = 2000;
  for (let i = 0; i < count; i++) map.add(`k${i}`, i);
  const isThere = (i: number) => map.get(`k${i}`) === i;
  // Past the half, cleaning begins.
  for (let i = 0; i < count - 10; i++) {
    map.remove(`k${i}`);
    assertEquals(map.get(`k${i}`), undefined);
    assertEquals([i + 1, count - 1, count - 5].every(isThere), true, `${i}`);
    assertEquals(map.size, count - i - 1);
  }
  for (let i = 0; i < 5; i++) map.add(`k${i}`, i);
  assertEquals([0, 1, 2, 3, 4, count - 1].every(isThere), true);
});
