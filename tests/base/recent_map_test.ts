import { assertEquals } from "@std/assert";
import { RecentMap } from "../../src/base/recent_map.ts";
import { withSeed } from "../support/seed.ts";

Deno.test("RecentMap keeps what a plain list keeps, and forgets the longest unused", () => {
  withSeed((random) => {
    const sizeMax = 4;
    const map = new RecentMap<number>(sizeMax);
    let expected: [string, number][] = [];
    const valueOf = (key: string) => expected.find(([one]) => one === key)?.[1];
    const without = (key: string) => expected.filter(([one]) => one !== key);
    for (let step = 0; step < 3000; step++) {
      const key = `k${random.below(7)}`;
      const value = valueOf(key);
      switch (random.below(4)) {
        case 0:
          map.set(key, step);
          expected = [...without(key), [key, step] as [string, number]]
            .slice(-sizeMax);
          break;
        case 1:
          assertEquals(map.use(key), value);
          if (value !== undefined) expected = [...without(key), [key, value]];
          break;
        case 2:
          assertEquals(map.get(key), value);
          break;
        case 3:
          map.delete(key);
          expected = without(key);
      }
      assertEquals(map.size, expected.length);
      assertEquals([...map.keys()], expected.map(([one]) => one));
    }
  });
});

Deno.test("RecentMap: a key may be deleted while all are walked through", () => {
  const map = new RecentMap<number>(10);
  for (let i = 0; i < 5; i++) map.set(`k${i}`, i);
  for (const key of map.keys()) if (key !== "k3") map.delete(key);
  assertEquals([...map.keys()], ["k3"]);
});

Deno.test("RecentMap of size 0 keeps nothing", () => {
  const map = new RecentMap<number>(0);
  map.set("a", 1);
  assertEquals([map.size, map.get("a")], [0, undefined]);
});
