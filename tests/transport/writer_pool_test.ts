import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import { WriterPool } from "../../src/transport/writer_pool.ts";

const MIB = 1024 * 1024;

function writerOf(bytes: number): ByteWriter {
  return new ByteWriter(new Uint8Array(bytes));
}

Deno.test("a writer that was given back is taken again, empty", () => {
  const pool = new WriterPool();
  const writer = pool.take();
  writer.append(new Uint8Array(100), 0, 100);
  pool.give(writer);
  assertEquals(writer.length, 0);
  assert(pool.take() === writer);
  assertNotStrictEquals(pool.take(), writer);
});

Deno.test("a new writer has room for a few messages", () => {
  const { bytes, length } = new WriterPool().take();
  assertEquals([length, bytes.length], [0, 2048]);
});

Deno.test("writers of up to 1 MiB are kept, larger ones are not", () => {
  const pool = new WriterPool();
  const [largest, tooLarge] = [writerOf(MIB), writerOf(MIB + 1)];
  pool.give(largest);
  pool.give(tooLarge);
  assert(pool.take() === largest);
  assert(pool.take() !== tooLarge);
});

Deno.test("no more than 8 MiB are kept, and what is taken makes room", () => {
  const pool = new WriterPool();
  const given = Array.from({ length: 9 }, () => writerOf(MIB));
  for (const writer of given) pool.give(writer);
  const taken = Array.from({ length: 9 }, () => pool.take());
  assertEquals(given.filter((writer) => taken.includes(writer)).length, 8);
  pool.give(given[8]);
  assert(pool.take() === given[8]);
});
