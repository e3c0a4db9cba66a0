import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  EndedRequests,
  newRequestSecret,
  type RequestSecret,
  RequestTable,
} from "../../src/router/request_table.ts";
import { ID_MAX, RandomIds } from "../../src/wamp/id.ts";
import { collidingIds } from "../support/colliding_ids.ts";
import { withSeed } from "../support/seed.ts";

const SECRET = { mask: 0x1234_5678, factor: 0x9e37_79b1 };

/** IDs around every power of two: where keys could fall on each other. */
function edgeIds(): number[] {
  const ids = new Set<number>([0]);
  for (let bit = 0; bit <= 53; bit++) {
    for (const near of [-2, -1, 0, 1, 2]) ids.add(2 ** bit + near);
  }
  return [...ids].filter((id) => id >= 0 && id <= ID_MAX);
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

Deno.test("a RequestTable does what a Map does, also while it is gone through", () => {
  withSeed((random) => {
    const table = new RequestTable<number>({
      mask: random.uint32() | 0,
      factor: random.uint32() | 1,
    });
    const map = new Map<number, number>();
    const ids = edgeIds();
    for (let step = 0; step < 20_000; step++) {
      // It grows and shrinks in turns.
      const isGrowing = step % 2000 < 1000;
      const id = random.oneIn(3) ? random.pick(ids) : random.below(500);
      if (random.oneIn(3) !== isGrowing) {
        table.set(id, step);
        map.set(id, step);
      } else {
        table.delete(id);
        map.delete(id);
      }
      assertEquals([table.size, table.get(id)], [map.size, map.get(id)]);
      if (step % 97 === 0) assertEquals([...table.values()], [...map.values()]);
    }
    const left: number[] = [];
    for (const value of table.values()) {
      left.push(value);
      for (const id of ids) table.delete(id);
    }
    for (const id of ids.filter((id) => map.get(id) !== left[0])) {
      map.delete(id);
    }
    assertEquals(left, [...map.values()]);
  });
});

Deno.test("a secret is drawn anew each time, and its factor is odd", () => {
  const ids = new RandomIds({ fill: (words) => crypto.getRandomValues(words) });
  const secrets = Array.from({ length: 20 }, () => newRequestSecret(ids));
  for (const { factor } of secrets) assertEquals(factor & 1, 1);
  assertNotEquals(secrets[0].mask, secrets[1].mask);
  assertNotEquals(secrets[0].factor, secrets[1].factor);
});

const COUNT = 4096;

/** IDs that clients may choose, or use without thinking. */
const CHOSEN: [what: string, ids: readonly number[]][] = [
  ["that share a bucket in V8", collidingIds(COUNT)],
  ...[8, 13, 16, 20, 31, 32, 40].map((bits): [string, number[]] => [
    `that differ above bit ${bits}`,
    Array.from({ length: COUNT }, (_, index) => (index + 1) * 2 ** bits)
      .filter((id) => id <= ID_MAX),
  ]),
  ["that count up", Array.from({ length: COUNT }, (_, index) => index + 1)],
  [
    "that count up in threes",
    Array.from({ length: COUNT }, (_, index) => 3 * index + 1),
  ],
];

/** How many comparisons it takes to find all `ids`, for each of them. */
function comparisons(secret: RequestSecret, ids: readonly number[]): number {
  const table = new RequestTable<true>(secret);
  for (const id of ids) table.set(id, true);
  let steps = 0;
  for (const id of ids) steps += table.comparisonsFor(id);
  return steps / ids.length;
}

for (const [what, ids] of CHOSEN) {
  Deno.test(`IDs ${what} cost no more than others`, () => {
    withSeed((random) => {
      for (let round = 0; round < 20; round++) {
        const secret = {
          mask: random.uint32() | 0,
          factor: random.uint32() | 1,
        };
        const mean = comparisons(secret, ids);
        assert(mean < 3, `${mean} comparisons with ${JSON.stringify(secret)}`);
      }
    });
  });
}

Deno.test("so many ended calls as asked for are remembered, and not many more", () => {
  const ended = new EndedRequests(SECRET, 100);
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
  const ended = new EndedRequests(SECRET, 2);
  for (const request of [1, 2, 3]) ended.add(request);
  for (const request of [1, 3]) ended.delete(request);
  assertEquals([1, 2, 3].map((request) => ended.has(request)), [
    false,
    true,
    false,
  ]);
});
