import { assertEquals } from "@std/assert";
import { EndedCalls } from "../../src/router/ended_calls.ts";

const SECRET = { mask: 7, factor: 9 };

Deno.test("so many ended calls as asked for are remembered, and not many more", () => {
  const ended = new EndedCalls(SECRET, 100);
  for (let request = 1; request <= 1000; request++) {
    ended.add(request);
    for (let back = 0; back < Math.min(100, request); back++) {
      assertEquals(ended.has(request - back), true);
    }
  }
  const remembered = Array.from({ length: 1000 }, (_, i) => ended.has(i + 1))
    .filter((has) => has);
  assertEquals(remembered.length, 200);
});

Deno.test("a call whose last piece came is forgotten, whenever it ended", () => {
  const ended = new EndedCalls(SECRET, 2);
  for (const request of [1, 2, 3]) ended.add(request);
  for (const request of [1, 3]) ended.delete(request);
  assertEquals([1, 2, 3].map((request) => ended.has(request)), [
    false,
    true,
    false,
  ]);
});
