import { assertEquals } from "@std/assert";
import { FlushQueue } from "../../src/transport/flush_queue.ts";

/** Resolves when the microtasks that are queued now have run. */
async function microtasks(): Promise<void> {
  await Promise.resolve();
}

Deno.test("what was touched is flushed once, in order, in the microtask after", async () => {
  const queue = new FlushQueue();
  const flushed: string[] = [];
  for (const name of ["a", "b", "c"]) {
    queue.touch({ flush: () => flushed.push(name) });
  }
  assertEquals(flushed, []);
  await microtasks();
  assertEquals(flushed, ["a", "b", "c"]);
  await microtasks();
  assertEquals(flushed.length, 3);
});

Deno.test("each flush is a new generation, which what is flushed already sees", async () => {
  const queue = new FlushQueue();
  const seen: number[] = [];
  const first = queue.generation;
  for (let i = 0; i < 3; i++) {
    queue.touch({ flush: () => seen.push(queue.generation) });
    queue.touch({ flush: () => seen.push(queue.generation) });
    assertEquals(queue.generation, first + i);
    await microtasks();
  }
  assertEquals(seen, [1, 1, 2, 2, 3, 3].map((i) => first + i));
});

Deno.test("what is touched while flushing is flushed after the others, in a generation of its own", async () => {
  const queue = new FlushQueue();
  const flushed: [name: string, generation: number][] = [];
  const flush = (name: string) => flushed.push([name, queue.generation]);
  queue.touch({
    flush() {
      flush("first");
      queue.touch({ flush: () => flush("late") });
    },
  });
  queue.touch({ flush: () => flush("second") });
  await microtasks();
  await microtasks();
  assertEquals(flushed, [["first", 1], ["second", 1], ["late", 2]]);
});
