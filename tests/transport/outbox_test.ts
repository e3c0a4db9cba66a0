import { assert, assertEquals } from "@std/assert";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import { BackPressure } from "../../src/transport/back_pressure.ts";
import type { Slowness } from "../../src/transport/congestion.ts";
import {
  Outbox,
  type OutboxOptions,
  type OutboxTarget,
} from "../../src/transport/outbox.ts";
import type { MissedEvents } from "../../src/transport/missed_events.ts";
import { OutboxBudget } from "../../src/transport/outbox_budget.ts";
import { SharedFrame } from "../../src/transport/shared_frame.ts";
import { WriterPool } from "../../src/transport/writer_pool.ts";
import { ManualTime } from "../support/manual_time.ts";

const ENOUGH = new OutboxBudget(2 ** 30, () => {});

/** A socket whose writes end when the test says so. */
class FakeSocket implements OutboxTarget {
  /** What each write was given, as text. */
  readonly writes: string[] = [];
  drainedCount = 0;
  readonly failures: unknown[] = [];
  /** Why the peer was to be cut off. */
  readonly judged: Slowness[] = [];
  /** By how many outboxes it is held as one who sends. */
  holds = 0;
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

  tooSlow(slowness: Slowness): void {
    this.judged.push(slowness);
  }

  /** How often it read again, and of how many events it was told then. */
  readonly missed: number[] = [];

  readsAgain({ count }: MissedEvents): void {
    this.missed.push(count);
  }

  hold(): void {
    this.holds++;
  }

  release(): void {
    this.holds--;
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
  const time = new ManualTime();
  return {
    timers: time,
    nowMs: () => time.now().getTime(),
    backPressure: new BackPressure(),
    maxStallMs: 100,
    slowAfterMs: 1000,
    overload: "disconnect",
    eventDropped: () => {},
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
  outbox.appended();
  assertEquals([budget.bytes, exceeded], [8, []]);
  append(outbox, "9");
  outbox.appended();
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

/** An outbox of 80 octets, whose mark is 10, with its clock. */
class Bench {
  readonly time = new ManualTime();
  readonly backPressure = new BackPressure();
  readonly socket = new FakeSocket();
  readonly outbox: Outbox;

  constructor(some: Partial<OutboxOptions> = {}) {
    this.outbox = new Outbox(
      this.socket,
      optionsWith({
        maxOutboxBytes: 80,
        timers: this.time,
        nowMs: () => this.time.now().getTime(),
        backPressure: this.backPressure,
        ...some,
      }),
    );
  }

  /** Appends as a connection does. */
  send(octets: number, producer?: FakeSocket): void {
    this.backPressure.producer = producer;
    append(this.outbox, "x".repeat(octets));
    this.outbox.appended();
    this.backPressure.producer = undefined;
  }

  /** Lets time pass, as on a machine that has enough of it. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 50) {
      this.time.pass(Math.min(left, 50));
    }
  }

  /** Something is being written, and the peer takes nothing of it. */
  static async blocked(
    octets: number,
    some: Partial<OutboxOptions> = {},
  ): Promise<Bench> {
    const bench = new Bench(some);
    bench.send(octets);
    await settled();
    return bench;
  }
}

Deno.test("FR-21: what waits is judged only once a write was tried, and the peer took nothing for a while", async () => {
  const bench = new Bench();
  bench.send(50);
  bench.send(50);
  assertEquals(bench.socket.judged, [], "no write was tried");
  await settled();
  bench.send(1);
  assertEquals(bench.socket.judged, [], "it may be about to be read");
  bench.pass(100);
  assertEquals(bench.socket.judged, ["full"]);
});

Deno.test("FR-21: exactly as much as may wait is not too much, one octet more is", async () => {
  const bench = await Bench.blocked(40);
  bench.send(40);
  bench.pass(100);
  assertEquals(bench.socket.judged, []);
  bench.send(1);
  assertEquals(bench.socket.judged, ["full"]);
});

Deno.test("FR-21: one message alone is never too much", async () => {
  const bench = await Bench.blocked(500);
  bench.pass(900);
  assertEquals(bench.socket.judged, []);
});

Deno.test("FR-21: a peer that takes nothing for slow_after_ms is late, however little waits above the mark", async () => {
  const bench = await Bench.blocked(11);
  bench.pass(999);
  assertEquals(bench.socket.judged, []);
  bench.pass(1);
  assertEquals(bench.socket.judged, ["late"]);
});

Deno.test("FR-21: a peer that takes a little now and then is neither full nor late", async () => {
  const bench = await Bench.blocked(40);
  bench.send(80);
  for (let i = 0; i < 30; i++) {
    bench.pass(90);
    await bench.socket.written(1);
    bench.send(1);
  }
  assertEquals(bench.socket.judged, []);
});

Deno.test("FR-21: where the router itself stood still, nobody is judged before what was read is known", async () => {
  const bench = await Bench.blocked(40);
  bench.send(80);
  bench.time.pass(5000);
  assertEquals(bench.socket.judged, []);
  await bench.socket.written();
  bench.pass(50);
  assertEquals(bench.socket.judged, []);
});

Deno.test("who fills an outbox above its mark is held until half of that is left", async () => {
  const bench = new Bench();
  const [one, other] = [new FakeSocket(), new FakeSocket()];
  bench.send(10, one);
  assertEquals(one.holds, 0);
  bench.send(1, one);
  // Several messages of one frame hold once.
  bench.send(1, one);
  bench.send(1, other);
  assertEquals([one.holds, other.holds], [1, 1]);
  await settled();
  await bench.socket.written(7);
  assertEquals([one.holds, other.holds], [1, 1]);
  await bench.socket.written(1);
  assertEquals([one.holds, other.holds], [0, 0]);
});

Deno.test("a peer that takes nothing holds nobody for longer than max_stall_ms, and that at three marks", async () => {
  const bench = await Bench.blocked(10);
  const producer = new FakeSocket();
  for (const octets of [1, 10, 20]) {
    bench.send(octets, producer);
    assertEquals(producer.holds, 1, `${octets}`);
    bench.pass(99);
    assertEquals(producer.holds, 1);
    bench.pass(1);
    assertEquals(producer.holds, 0);
  }
  bench.send(38, producer);
  assertEquals([producer.holds, bench.socket.judged], [0, []]);
  // It holds them again once it has taken something.
  await bench.socket.written(1);
  bench.send(1, producer);
  assertEquals(producer.holds, 1);
});

Deno.test("a peer that reads in large steps may hold producers for as long as a step takes", async () => {
  const bench = await Bench.blocked(60);
  const producer = new FakeSocket();
  bench.pass(190);
  await bench.socket.written(10);
  bench.send(1, producer);
  bench.pass(379);
  assertEquals(producer.holds, 1);
  bench.pass(1);
  assertEquals(producer.holds, 0);
});

Deno.test("with max_stall_ms 0 nobody is held, and peers are judged all the same", async () => {
  const bench = await Bench.blocked(40, { maxStallMs: 0 });
  const producer = new FakeSocket();
  bench.send(41, producer);
  assertEquals(producer.holds, 0);
  bench.pass(50);
  assertEquals(bench.socket.judged, ["full"]);
});

Deno.test("who asks for more than it reads is held for as long as it does not", async () => {
  const bench = await Bench.blocked(11);
  bench.send(1, bench.socket);
  bench.pass(900);
  assertEquals(bench.socket.holds, 1);
  await bench.socket.written();
  assertEquals(bench.socket.holds, 0);
});

Deno.test("producers are released in turns: who was first is the last the next time", async () => {
  const bench = new Bench();
  const order: string[] = [];
  const producers = ["a", "b", "c"].map((name) => {
    const socket = new FakeSocket();
    socket.release = () => void order.push(name);
    return socket;
  });
  for (let round = 0; round < 3; round++) {
    bench.send(11, producers[0]);
    for (const producer of producers.slice(1)) bench.send(1, producer);
    await settled();
    await bench.socket.written();
    producers.push(...producers.splice(0, 1));
  }
  assertEquals(order.join(""), "bcacababc");
});

Deno.test("an outbox that is closed holds nobody, and has no deadline", async () => {
  const bench = await Bench.blocked(20);
  const producer = new FakeSocket();
  bench.send(1, producer);
  assertEquals([producer.holds, bench.time.deadlines], [1, 1]);
  bench.outbox.close();
  assertEquals([producer.holds, bench.time.deadlines], [0, 0]);
});

Deno.test("where all outboxes together are near their bound, each holds who sends to it", async () => {
  const budget = new OutboxBudget(10, () => {});
  const bench = await Bench.blocked(6, { outboxBudget: budget });
  const producer = new FakeSocket();
  bench.send(1, producer);
  assertEquals(producer.holds, 1);
  await bench.socket.written();
  assertEquals(producer.holds, 0);
});

Deno.test("a shared frame is written in its place, counts once, and goes with its last holder", async () => {
  const budget = new OutboxBudget(1000, () => {});
  const benches = [1, 2, 3].map(() => new Bench({ outboxBudget: budget }));
  const frame = new SharedFrame(new TextEncoder().encode("shared"), budget);
  for (const { outbox } of benches) {
    append(outbox, "before ");
    outbox.share(frame);
    append(outbox, " after");
    assertEquals(outbox.pendingBytes, 19);
  }
  assertEquals(budget.bytes, 6);
  await settled();
  for (const { socket } of benches.slice(1)) {
    assertEquals(socket.writes, ["before shared after"]);
    await socket.written();
  }
  benches[0].outbox.close();
  assertEquals([budget.bytes, frame.isHeld], [0, false]);
});

Deno.test("a long shared frame is written without being copied, and counts until it is", async () => {
  const budget = new OutboxBudget(2 ** 30, () => {});
  const bench = new Bench({ outboxBudget: budget });
  const frame = new SharedFrame(new Uint8Array(70_000), budget);
  const written: ArrayBufferLike[] = [];
  const write = bench.socket.write.bind(bench.socket);
  bench.socket.write = (bytes) => {
    written.push(bytes.buffer);
    return write(bytes);
  };
  bench.outbox.share(frame);
  append(bench.outbox, "after");
  await settled();
  assertEquals(written, [frame.bytes.buffer]);
  await bench.socket.written(69_999);
  assertEquals(budget.bytes, 70_005);
  await bench.socket.written(1);
  assertEquals([budget.bytes, bench.socket.writes.at(-1)], [5, "after"]);
  await bench.socket.written();
  assertEquals([budget.bytes, bench.outbox.pendingBytes], [0, 0]);
});

Deno.test("a burst may wait beside what may anyhow, until the peer has read it", async () => {
  const bench = await Bench.blocked(30);
  bench.outbox.burst(() => {
    for (let i = 0; i < 10; i++) bench.send(10);
  });
  bench.send(50);
  bench.pass(100);
  assertEquals(bench.socket.judged, []);
  bench.send(1);
  assertEquals(bench.socket.judged, ["full"]);
});

Deno.test("what is left of a burst becomes less with what the peer reads, for good", async () => {
  const bench = await Bench.blocked(1);
  bench.outbox.burst(() => {
    for (let i = 0; i < 4; i++) bench.send(10);
  });
  await bench.socket.written();
  await bench.socket.written(20);
  bench.send(80);
  bench.pass(100);
  assertEquals([bench.outbox.pendingBytes, bench.socket.judged], [100, []]);
  bench.send(1);
  assertEquals(bench.socket.judged, ["full"]);
});
