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
