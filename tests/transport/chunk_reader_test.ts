import { assertEquals } from "@std/assert";
import {
  ChunkReader,
  type ChunkTarget,
} from "../../src/transport/chunk_reader.ts";
import { ManualTime } from "../support/manual_time.ts";

/** A connection whose reads end when the test says so, and who is told of them. */
class Wire implements ChunkTarget {
  readonly time = new ManualTime();
  readonly reader = new ChunkReader(this, this.time, this);
  /** What the reader told, as text. */
  readonly told: string[] = [];
  reads = 0;
  #pending: PromiseWithResolvers<number | null> | undefined = undefined;
  #buffer = new Uint8Array(0);

  read(buffer: Uint8Array): Promise<number | null> {
    assertEquals(this.#pending, undefined, "two reads at a time");
    this.reads++;
    this.#buffer = buffer as Uint8Array<ArrayBuffer>;
    this.#pending = Promise.withResolvers();
    return this.#pending.promise;
  }

  chunk(bytes: Uint8Array, length: number): void {
    this.told.push(new TextDecoder().decode(bytes.subarray(0, length)));
  }

  /** Dots are dealt with at once. */
  readAhead(bytes: Uint8Array): number {
    const other = bytes.findIndex((octet) => octet !== 0x2e);
    return other < 0 ? bytes.length : other;
  }

  later(work: () => void): void {
    work();
  }

  ended(): void {
    this.told.push("(end)");
  }

  readFailed(error: unknown): void {
    this.told.push(`(${(error as Error).message})`);
  }

  /** Octets come; undefined: the peer's end. */
  async comes(text: string | undefined): Promise<void> {
    const read = this.#take();
    if (text !== undefined) {
      this.#buffer.set(new TextEncoder().encode(text));
    }
    read.resolve(text === undefined ? null : text.length);
    await settled();
  }

  async fails(message: string): Promise<void> {
    this.#take().reject(new Error(message));
    await settled();
  }

  #take(): PromiseWithResolvers<number | null> {
    const read = this.#pending;
    if (read === undefined) throw new Error("no read is under way");
    this.#pending = undefined;
    return read;
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

Deno.test("ChunkReader reads once for each chunk that is asked for", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  assertEquals([wire.told, wire.reads], [["a"], 1]);
  wire.reader.next(1, 0);
  assertEquals(wire.reads, 2);
  await wire.comes("b");
  assertEquals(wire.told, ["a", "b"]);
});

Deno.test("AZ-10: what is read ahead is kept for the next chunk, and read once only", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  wire.reader.readAhead();
  await wire.comes("b");
  wire.reader.readAhead();
  assertEquals([wire.told, wire.reads], [["a"], 2]);
  wire.reader.next(1, 0);
  assertEquals([wire.told, wire.reads], [["a", "b"], 2]);
  wire.reader.next(1, 0);
  assertEquals(wire.reads, 3);
});

Deno.test("FR-07: what is dealt with ahead is not kept, and more is read until something is", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  wire.reader.readAhead();
  await wire.comes("..");
  await wire.comes(".");
  await wire.comes(".b.");
  assertEquals([wire.told, wire.reads], [["a"], 4]);
  wire.reader.next(1, 0);
  assertEquals(wire.told, ["a", "b."]);
});

Deno.test("AZ-10: a read ahead that is still under way brings the next chunk", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  wire.reader.readAhead();
  wire.reader.next(1, 0);
  assertEquals(wire.reads, 2);
  await wire.comes("b");
  assertEquals(wire.told, ["a", "b"]);
});

Deno.test("AZ-10: the peer's end is told at once, also while a chunk waits", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  wire.reader.readAhead();
  await wire.comes(undefined);
  assertEquals(wire.told, ["a", "(end)"]);
  wire.reader.next(1, 0);
  assertEquals(wire.reads, 2);
});

Deno.test("ChunkReader takes nothing while it is paused, and goes on when nothing is owed", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  // Others have made it 300 ms more, once.
  const more = [300, 0];
  wire.reader.pause(
    1000,
    () => more.shift() ?? 0,
    () => wire.reader.next(1, 0),
  );
  await wire.comes("b");
  wire.time.pass(999);
  assertEquals(wire.told, ["a"]);
  wire.time.pass(1);
  wire.time.pass(299);
  assertEquals(wire.told, ["a"]);
  wire.time.pass(1);
  assertEquals(wire.told, ["a", "b"]);
  assertEquals(wire.time.deadlines, 0);
});

Deno.test("ChunkReader: asking for the next chunk ends a pause", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.comes("a");
  let goneOn = 0;
  wire.reader.pause(1000, () => 0, () => goneOn++);
  await wire.comes("b");
  wire.reader.next(1, 0);
  assertEquals(wire.told, ["a", "b"]);
  wire.time.pass(5000);
  assertEquals([goneOn, wire.time.deadlines], [0, 0]);
});

Deno.test("ChunkReader that is closed tells nothing, reads nothing and waits for nothing", async () => {
  for (const end of ["comes", "fails"] as const) {
    const wire = new Wire();
    wire.reader.next(0, 0);
    await wire.comes("a");
    wire.reader.pause(1000, () => 0, () => wire.told.push("(on)"));
    wire.reader.close();
    await wire[end]("b");
    wire.time.pass(5000);
    wire.reader.next(1, 0);
    assertEquals([wire.told, wire.reads], [["a"], 2]);
    assertEquals(wire.time.deadlines, 0);
  }
});

Deno.test("ChunkReader tells that a read has failed", async () => {
  const wire = new Wire();
  wire.reader.next(0, 0);
  await wire.fails("reset");
  assertEquals(wire.told, ["(reset)"]);
});
