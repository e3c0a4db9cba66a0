import { assertEquals } from "@std/assert";
import { type ByteStream, LogWriter } from "../../src/cli/log_writer.ts";
import { until } from "../support/until.ts";

/** A stream whose reader, and whose room, are as the test has them. */
class Pipe implements ByteStream {
  /** What a write takes at the most. */
  atOnce = Infinity;
  /** For so many bytes there is room, as on a disk. */
  room = Infinity;
  /** So many writes find that they would have to wait. */
  refusals = 0;
  readonly #bytes: number[] = [];
  #isRead = true;
  #waiting: (() => void) | undefined;

  async write(bytes: Uint8Array): Promise<number> {
    if (!this.#isRead) await new Promise<void>((go) => this.#waiting = go);
    if (this.refusals-- > 0) throw new Deno.errors.WouldBlock("EAGAIN");
    if (this.room === 0) throw new Error("No space left on device");
    const some = bytes.subarray(0, Math.min(this.atOnce, this.room));
    this.room -= some.length;
    this.#bytes.push(...some);
    return some.length;
  }

  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.#bytes));
  }

  get isFull(): boolean {
    return this.#waiting !== undefined;
  }

  stopReading(): void {
    this.#isRead = false;
  }

  readOn(): void {
    this.#isRead = true;
    this.#waiting?.();
    this.#waiting = undefined;
  }
}

function writerFor(pipe: Pipe, maxBytes = 1000): LogWriter {
  const writer = new LogWriter({
    stream: pipe,
    maxBytes,
    tellLost: (lines) => writer.write(`lost ${lines}\n`),
  });
  return writer;
}

Deno.test("lines are written in their order, whatever a write takes", async () => {
  const pipe = new Pipe();
  pipe.atOnce = 3;
  const writer = writerFor(pipe);
  writer.write("first\n");
  writer.write("second, ü\n");
  await until(() => pipe.text !== "");
  writer.write("third\n");
  await writer.written();
  assertEquals(pipe.text, "first\nsecond, ü\nthird\n");
});

Deno.test("lines beyond the bound are lost, and how many is told in their place", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe, 30);
  pipe.stopReading();
  writer.write("written now\n");
  await until(() => pipe.isFull);
  writer.write("waits 1\n");
  writer.write("waits 2\n");
  writer.write("this one is too long for the rest\n");
  writer.write("fits\n");
  pipe.readOn();
  await until(() => pipe.text.includes("waits 2"));
  writer.write("after\n");
  await writer.written();
  assertEquals(
    pipe.text,
    "written now\nwaits 1\nwaits 2\nlost 2\nafter\n",
  );
});

Deno.test("lost lines are told as soon as the reader reads on, with no further line", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe, 8);
  pipe.stopReading();
  writer.write("1\n");
  await until(() => pipe.isFull);
  for (let line = 0; line < 100; line++) writer.write("waits\n");
  pipe.readOn();
  await writer.written();
  assertEquals(pipe.text, "1\nwaits\nlost 99\n");
});

Deno.test("a line that is longer than the bound is written all the same", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe, 8);
  writer.write("longer than the bound\n");
  await writer.written();
  assertEquals(pipe.text, "longer than the bound\n");
});

Deno.test("lines that cannot be written, as on a full disk, are told once there is room", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe);
  pipe.room = 0;
  writer.write("1\n");
  writer.write("2\n");
  await writer.written();
  // The next one tries again, in vain; what it tells then counts for all.
  writer.write("3\n");
  await writer.written();
  assertEquals(pipe.text, "");
  pipe.room = Infinity;
  writer.write("4\n");
  await writer.written();
  assertEquals(pipe.text, "lost 3\n4\n");
});

Deno.test("behind a line that was written in part, the next one begins a line of its own", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe);
  pipe.room = 7;
  writer.write("whole\nin part\nnot\n");
  await writer.written();
  pipe.room = Infinity;
  writer.write("next\n");
  await writer.written();
  assertEquals(pipe.text, "whole\ni\nlost 2\nnext\n");
});

Deno.test("a stream that does not wait for its reader is tried again", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe);
  pipe.refusals = 1;
  writer.write("1\n");
  await writer.written();
  assertEquals(pipe.text, "1\n");
});

Deno.test("waiting for the log to be written has an end", async () => {
  const pipe = new Pipe();
  const writer = writerFor(pipe);
  pipe.stopReading();
  writer.write("1\n");
  await writer.written(1);
  assertEquals(pipe.text, "");
  pipe.readOn();
  await writer.written();
});
