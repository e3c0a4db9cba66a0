import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  newRequestSecret,
  RequestTable,
} from "../../src/router/request_table.ts";
import { ID_MAX, RandomIds } from "../../src/wamp/id.ts";
import { costOfCollisions } from "../support/colliding_ids.ts";

const SECRET = { mask: 0x1234_5678, factor: 0x9e37_79b1 };

/** IDs around every power of two: where keys could fall on each other. */
function edgeIds(): number[] {
  const ids = new Set<number>();
  for (let bit = 0; bit <= 53; bit++) {
    for (const near of [-2, -1, 0, 1, 2]) ids.add(2 ** bit + near);
  }
  return [...ids].filter((id) => id >= 1 && id <= ID_MAX);
}

Deno.test("each ID of the whole range has a value of its own (ID-01)", () => {
  const table = new RequestTable<number>(SECRET);
  const ids = edgeIds();
  for (const id of ids) table.set(id, id);
  assertEquals(table.size, ids.length);
  for (const id of ids) {
    assertEquals([table.has(id), table.get(id)], [true, id]);
  }
  assertEquals([...table.values()], ids);
  for (const id of ids) table.delete(id);
  assertEquals([table.size, table.has(1), table.get(1)], [0, false, undefined]);
});

Deno.test("a secret is drawn anew each time, and its factor is odd", () => {
  const ids = new RandomIds({ fill: (words) => crypto.getRandomValues(words) });
  const secrets = Array.from({ length: 20 }, () => newRequestSecret(ids));
  for (const { factor } of secrets) assertEquals(factor & 1, 1);
  assertNotEquals(secrets[0].mask, secrets[1].mask);
  assertNotEquals(secrets[0].factor, secrets[1].factor);
});

Deno.test("IDs chosen to share a bucket cost no more than others", () => {
  const ratio = costOfCollisions(6000, (ids) => {
    const table = new RequestTable<number>(SECRET);
    for (const id of ids) table.set(id, id);
  });
  assert(ratio < 10, `they cost ${ratio} times as much`);
});
