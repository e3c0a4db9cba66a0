import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";

Deno.test("append() appends a part of an array, short or long", () => {
  const source = Uint8Array.from({ length: 300 }, (_, i) => i);
  for (const start of [0, 1, 7]) {
    for (const size of [0, 1, 47, 48, 49, 64, 200]) {
      const writer = new ByteWriter(new Uint8Array(4));
      writer.append(source, 0, 3);
      writer.append(source, start, start + size);
      const expected = [0, 1, 2, ...source.subarray(start, start + size)];
      assertEquals([...writer.toBytes()], expected);
      assertStrictEquals(writer.length, 3 + size);
    }
  }
  const writer = new ByteWriter(new Uint8Array(0));
  writer.append(source, 0, source.length);
  assertEquals(writer.toBytes(), source);
});

Deno.test("reserve() makes room and keeps what was written", () => {
  const writer = new ByteWriter(new Uint8Array(0));
  for (let i = 0; i < 1000; i++) {
    writer.reserve(1);
    writer.bytes[writer.length++] = i;
  }
  assertEquals(
    [...writer.toBytes()],
    Array.from({ length: 1000 }, (_, i) => i & 255),
  );
  writer.reserve(100_000);
  assertStrictEquals(writer.bytes.length >= 101_000, true);
  assertStrictEquals(writer.length, 1000);
  assertStrictEquals(writer.bytes[999], 999 & 255);
});

Deno.test("reserve() does not grow a buffer that has the room", () => {
  const bytes = new Uint8Array(10);
  const writer = new ByteWriter(bytes);
  writer.reserve(10);
  assertStrictEquals(writer.bytes, bytes);
  writer.reserve(11);
  assertNotStrictEquals(writer.bytes, bytes);
});

Deno.test("growing is rare: the buffer doubles", () => {
  const writer = new ByteWriter(new Uint8Array(1));
  let grown = 0;
  for (let i = 0; i < 100_000; i++) {
    const before = writer.bytes;
    writer.reserve(1);
    writer.length++;
    if (writer.bytes !== before) grown++;
  }
  assertStrictEquals(grown < 20, true);
});

Deno.test("toBytes() is a copy", () => {
  const writer = new ByteWriter(new Uint8Array([1, 2, 3]));
  writer.length = 2;
  const copy = writer.toBytes();
  writer.bytes[0] = 9;
  assertEquals([...copy], [1, 2]);
});
