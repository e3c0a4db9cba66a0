import { assert, assertEquals } from "@std/assert";
import { WriteBuffer } from "../../src/store/write_buffer.ts";
import { withSeed } from "../support/seed.ts";
import { event, history, publications } from "./_stores.ts";

const HISTORY = history("com.a");
function topicsOf(buffer: WriteBuffer): string[] {
  return [...buffer.topics()].map(({ topic }) => topic);
}

const WIDE = { maxEvents: 1000, maxBytes: 2 ** 30 };

Deno.test("WriteBuffer keeps events for histories in order, and of a topic only what is still good", () => {
  const buffer = new WriteBuffer(WIDE);
  for (const id of [3, 1, 2]) buffer.append(HISTORY, event(id));
  buffer.retain(event(4));
  buffer.retain(event(5, { topic: "com.b" }));
  buffer.retain(event(6));
  assertEquals(buffer.events.map((one) => one.event.publication), [3, 1, 2]);
  // By the newest: what is written last is the youngest.
  assertEquals(topicsOf(buffer), ["com.b", "com.a"]);
  assertEquals(publications(buffer.retainedOf("com.a")), [6]);
  assertEquals(publications(buffer.retainedOf("com.c")), []);
  assertEquals(buffer.count, 5);
  buffer.clear();
  assertEquals([buffer.count, buffer.events.length], [0, 0]);
  assertEquals(topicsOf(buffer), []);
});

Deno.test("WriteBuffer is full at its bounds, in events and in octets", () => {
  const few = new WriteBuffer({ ...WIDE, maxEvents: 2 });
  few.append(HISTORY, event(1));
  assertEquals(few.isFull, false);
  few.retain(event(2));
  assertEquals(few.isFull, true);
  const small = new WriteBuffer({ ...WIDE, maxBytes: 2000 });
  small.append(HISTORY, event(1, { text: "x".repeat(1000) }));
  assertEquals(small.isFull, false);
  small.append(HISTORY, event(1, { text: "x".repeat(1000) }));
  assertEquals(small.isFull, true);
});

Deno.test("dropOlder() makes room out of the older half, topics last", () => {
  const buffer = new WriteBuffer(WIDE);
  for (let id = 1; id <= 5; id++) buffer.append(HISTORY, event(id));
  for (let id = 6; id <= 8; id++) buffer.retain(event(id, { topic: `${id}` }));
  assertEquals(buffer.dropOlder(), 3);
  assertEquals(buffer.events.map((one) => one.event.publication), [4, 5]);
  assertEquals(buffer.dropOlder(), 1);
  assertEquals(buffer.dropOlder(), 1);
  assertEquals(buffer.dropOlder(), 2);
  assertEquals(topicsOf(buffer), ["8"]);
  assertEquals(buffer.dropOlder(), 1);
  assertEquals(buffer.dropOlder(), 0);
});

Deno.test("WriteBuffer's sums are right after any sequence: empty it is not full", () => {
  withSeed((random) => {
    for (let round = 0; round < 200; round++) {
      const buffer = new WriteBuffer({ maxEvents: 1000, maxBytes: 1 });
      for (let i = 0; i < 30; i++) {
        const lists = random.oneIn(2) ? { eligible_authid: ["a"] } : undefined;
        const text = "x".repeat(random.below(100));
        const one = event(i, { topic: `t${random.below(3)}`, lists, text });
        if (random.oneIn(2)) buffer.append(HISTORY, one);
        else buffer.retain(one);
        assert(buffer.isFull);
        if (random.oneIn(10)) buffer.dropOlder();
      }
      while (buffer.count > 0) buffer.dropOlder();
      assertEquals(buffer.isFull, false);
    }
  });
});
