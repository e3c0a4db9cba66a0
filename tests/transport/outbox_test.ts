import { assert, assertEquals } from "@std/assert";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import {
  Outbox,
  OutboxBudget,
  type OutboxOptions,
  type OutboxTarget,
} from "../../src/transport/outbox.ts";
import { WriterPool } from "../../src/transport/writer_pool.ts";

const ENOUGH = new OutboxBudget(2 ** 30, () => {});

/** A socket whose writes end when the test says so. */
class FakeSocket implements OutboxTarget {
  /** What each write was given, as text. */
  readonly writes: string[] = [];
  drainedCount = 0;
  readonly failures: unknown[] = [];
  #pending: PromiseWithResolvers<number> | undefined = undefined;

  write(bytes: Uint8Array): Promise<number> {
    assert(this.#pending === undefined, "two writes at a time");
    this.writes.push(new TextDecoder().decode(bytes));
    this.#pending = Promise.withResolvers();
    return this.#pending.promise;
  }

  drained(): void {
    this.drainedCount++;
  }

  writeFailed(error: unknown): void {
    this.failures.push(error);
  }

  /** Ends the write under way, after `count` octets; by default all. */
  async written(count?: number): Promise<void> {
    const write = this.#pending;
    assert(write !== undefined, "no write is under way");
    this.#pending = undefined;
    write.resolve(count ?? this.writes[this.writes.length - 1].length);
    await settled();
  }

  /** Fails the write under way. */
  async failed(error: Error): Promise<void> {
    const write = this.#pending;
    assert(write !== undefined, "no write is under way");
    this.#pending = undefined;
    write.reject(error);
    await settled();
  }
}

/** Lets everything run that waits for no socket. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

function optionsWith(some: Partial<OutboxOptions>): OutboxOptions {
  return {
    flushQueue: new FlushQueue(),
    writerPool: new WriterPool(),
    outboxBudget: ENOUGH,
    maxOutboxBytes: 10,
    ...some,
  };
}

function newOutbox(): [Outbox, FakeSocket] {
  const socket = new FakeSocket();
  return [
    new Outbox(socket, optionsWith({})),
    socket,
  ];
}

function append(outbox: Outbox, text: string): void {
  const bytes = new TextEncoder().encode(text);
  outbox.writer.append(bytes, 0, bytes.length);
}

Deno.test("what is appended in one turn leaves in one write", async () => {
  const [outbox, socket] = newOutbox();
  append(outbox, "a");
  append(outbox, "bc");
  assertEquals(outbox.pendingBytes, 3);
  assertEquals(socket.writes, []);
  await settled();
  assertEquals(socket.writes, ["abc"]);
  assertEquals(outbox.pendingBytes, 3);
  await socket.written();
  assertEquals([outbox.pendingBytes, socket.drainedCount], [0, 1]);
});

Deno.test("FR-21: one write at a time, and what comes meanwhile is the next, whole and in order", async () => {
  const [outbox, socket] = newOutbox();
  append(outbox, "first");
  await settled();
  append(outbox, "second");
  await settled();
  append(outbox, "third");
  await settled();
  assertEquals(socket.writes, ["first"]);
  assertEquals(outbox.pendingBytes, 16);
  await socket.written();
  assertEquals(socket.writes, ["first", "secondthird"]);
  assertEquals([outbox.pendingBytes, socket.drainedCount], [11, 0]);
  await socket.written();
  assertEquals([outbox.pendingBytes, socket.drainedCount], [0, 1]);
});

Deno.test("while a write is under way nothing asks for a flush, and a flush begins no second write", async () => {
  const socket = new FakeSocket();
  const queue = new FlushQueue();
  const outbox = new Outbox(socket, optionsWith({ flushQueue: queue }));
  append(outbox, "first");
  await settled();
  const generation = queue.generation;
  append(outbox, "second");
  await settled();
  assertEquals(queue.generation, generation);
  // The socket fails on two writes at a time.
  outbox.flush();
  await socket.written();
  assertEquals(socket.writes, ["first", "second"]);
});

Deno.test("what a write leaves over is written next, before what came meanwhile", async () => {
  const [outbox, socket] = newOutbox();
  append(outbox, "abcdef");
  await settled();
  append(outbox, "gh");
  await socket.written(2);
  assertEquals(outbox.pendingBytes, 6);
  await socket.written(3);
  assertEquals(outbox.pendingBytes, 3);
  await socket.written();
  await socket.written();
  assertEquals(socket.writes, ["abcdef", "cdef", "f", "gh"]);
  assertEquals([outbox.pendingBytes, socket.drainedCount], [0, 1]);
});

Deno.test("a writer that was looked at and not used writes nothing", async () => {
  const [outbox, socket] = newOutbox();
  assertEquals(outbox.writer.length, 0);
  await settled();
  assertEquals([socket.writes, outbox.pendingBytes], [[], 0]);
  append(outbox, "a");
  await settled();
  // Also while a write is under way.
  assertEquals(outbox.writer.length, 0);
  await socket.written();
  assertEquals([socket.writes, socket.drainedCount], [["a"], 1]);
  append(outbox, "b");
  await settled();
  assertEquals(socket.writes, ["a", "b"]);
});

Deno.test("a failed write is told once, and nothing is written after it", async () => {
  const [outbox, socket] = newOutbox();
  append(outbox, "a");
  await settled();
  append(outbox, "b");
  const error = new Error("broken pipe");
  await socket.failed(error);
  assertEquals(socket.failures, [error]);
  append(outbox, "c");
  await settled();
  assertEquals([socket.writes, socket.drainedCount], [["a"], 0]);
  assertEquals(outbox.pendingBytes, 0);
});

Deno.test("close() forgets what waits; the write under way ends without a word", async () => {
  for (const end of ["written", "partly", "failed"]) {
    const [outbox, socket] = newOutbox();
    append(outbox, "abc");
    await settled();
    append(outbox, "d");
    outbox.close();
    if (end === "failed") await socket.failed(new Error("closed"));
    else await socket.written(end === "partly" ? 1 : undefined);
    append(outbox, "e");
    await settled();
    assertEquals(socket.writes, ["abc"], end);
    assertEquals([socket.drainedCount, socket.failures], [0, []], end);
  }
});

Deno.test("close() before the flush writes nothing at all", async () => {
  const [outbox, socket] = newOutbox();
  append(outbox, "a");
  outbox.close();
  await settled();
  assertEquals([socket.writes, outbox.pendingBytes], [[], 0]);
});

Deno.test("an idle outbox holds no buffer: one serves many in turn", async () => {
  const pool = new WriterPool();
  const queue = new FlushQueue();
  const used = new Set<unknown>();
  for (let i = 0; i < 10; i++) {
    const socket = new FakeSocket();
    const outbox = new Outbox(
      socket,
      optionsWith({ flushQueue: queue, writerPool: pool }),
    );
    append(outbox, "abc");
    used.add(outbox.writer);
    await settled();
    await socket.written();
  }
  assertEquals(used.size, 1);
});

Deno.test("an outbox tells its budget what waits behind a write, and when it does not any more", async () => {
  const exceeded: number[] = [];
  const budget = new OutboxBudget(8, () => void exceeded.push(budget.bytes));
  const socket = new FakeSocket();
  const outbox = new Outbox(socket, optionsWith({ outboxBudget: budget }));
  append(outbox, "12345");
  assertEquals(budget.bytes, 0, "nothing waits before the flush");
  await settled();
  assertEquals(budget.bytes, 5);
  append(outbox, "678");
  outbox.budget();
  assertEquals([budget.bytes, exceeded], [8, []]);
  append(outbox, "9");
  outbox.budget();
  assertEquals([budget.bytes, exceeded], [9, [9]]);
  await socket.written();
  assertEquals(budget.bytes, 4);
  await socket.written();
  assertEquals(budget.bytes, 0, "all is written");
  append(outbox, "1234");
  await settled();
  assertEquals(budget.bytes, 4);
  append(outbox, "0");
  outbox.close();
  assertEquals([budget.bytes, outbox.pendingBytes], [0, 0]);
  await socket.written();
  assertEquals([budget.bytes, exceeded], [0, [9]]);
});

/** Appends as a connection does: whether too much waits then. */
function send(outbox: Outbox, octets: number): boolean {
  const before = outbox.pendingBytes;
  append(outbox, "x".repeat(octets));
  return before > 0 && outbox.isOverfull(before);
}

Deno.test("FR-21: more than may wait is too much, but for one message alone", () => {
  const [outbox] = newOutbox();
  assertEquals([send(outbox, 99), send(outbox, 1)], [false, true]);
  const [other] = newOutbox();
  assertEquals([5, 5, 1].map((size) => send(other, size)), [
    false,
    false,
    true,
  ]);
});

Deno.test("a burst may wait beside what may anyhow, and is written from its first message on", async () => {
  const [outbox, socket] = newOutbox();
  assertEquals(send(outbox, 3), false);
  outbox.burst(() => {
    for (let i = 0; i < 9; i++) assertEquals(send(outbox, 10), false);
  });
  assertEquals(socket.writes, ["x".repeat(13)]);
  assertEquals(outbox.pendingBytes, 93);
  assertEquals([send(outbox, 7), send(outbox, 1)], [false, true]);
  await socket.written();
});

Deno.test("what is left of a burst becomes less with what the peer reads, for good", async () => {
  const [outbox, socket] = newOutbox();
  send(outbox, 1);
  outbox.burst(() => {
    for (let i = 0; i < 4; i++) send(outbox, 10);
  });
  await socket.written();
  assertEquals(outbox.pendingBytes, 30);
  assertEquals([send(outbox, 10), send(outbox, 1)], [false, true]);
  await socket.written();
  assertEquals(outbox.pendingBytes, 11);
  assertEquals(send(outbox, 10), false);
  assertEquals(send(outbox, 1), true);
});

Deno.test("there is one burst at a time: what another brings counts as usual", () => {
  const [outbox] = newOutbox();
  send(outbox, 1);
  outbox.burst(() => send(outbox, 50));
  let isOver = false;
  outbox.burst(() => isOver = send(outbox, 11));
  assertEquals(isOver, true);
});

Deno.test("a burst is over when its octets are written, and another may come", async () => {
  const [outbox, socket] = newOutbox();
  for (let round = 0; round < 3; round++) {
    send(outbox, 1);
    outbox.burst(() => assertEquals(send(outbox, 50), false));
    await socket.written();
    assertEquals(outbox.pendingBytes, 0);
  }
  send(outbox, 1);
  assertEquals(send(outbox, 10), true);
});
