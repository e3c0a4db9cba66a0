/** How a connection's read buffer follows what its peer sends. */
import { assertEquals } from "@std/assert";
import { ReadBuffer, ROOM_BYTES } from "../../src/transport/read_buffer.ts";

/** The sizes that a buffer has after each of these reads. */
function sizesAfter(
  reads: readonly [count: number | "full", missingBytes: number][],
): number[] {
  const buffer = new ReadBuffer();
  return reads.map(([count, missingBytes]) => {
    buffer.fit(count === "full" ? buffer.bytes.length : count, missingBytes);
    return buffer.bytes.length;
  });
}

Deno.test("ReadBuffer starts small, and stays so while reads do not fill it", () => {
  assertEquals(sizesAfter([[0, 0], [1, 0], [255, 0]]), [256, 256, 256]);
});

Deno.test("ReadBuffer grows while reads fill it, up to 256 KiB", () => {
  assertEquals(
    sizesAfter(new Array(6).fill(["full", 0])),
    [1024, 4096, 16_384, 65_536, 262_144, 262_144],
  );
});

Deno.test("ReadBuffer grows faster where a cut frame needs it", () => {
  assertEquals(
    sizesAfter(new Array(3).fill(["full", 2 ** 24])),
    [4096, 65_536, 262_144],
  );
  assertEquals(sizesAfter([["full", 3000]]), [3000]);
});

Deno.test("ReadBuffer does not grow for octets that are only claimed", () => {
  assertEquals(sizesAfter([[4, 2 ** 24], [255, 2 ** 24]]), [256, 256]);
});

Deno.test("ReadBuffer shrinks after eight small reads in a row", () => {
  const small = new Array(7).fill([100, 0]);
  const sizes = sizesAfter([
    ["full", 0],
    ["full", 0],
    ...small,
    // One that is not small: the count begins anew.
    [600, 0],
    ...small,
    [100, 0],
  ]);
  assertEquals(sizes.slice(0, -1), [1024, ...new Array(16).fill(4096)]);
  assertEquals(sizes.at(-1), 1024);
});

Deno.test("large ReadBuffers that are waited with share a room; without it a small one comes first", () => {
  const buffers: ReadBuffer[] = [];
  const busy = (): ReadBuffer => {
    const buffer = new ReadBuffer();
    for (let i = 0; i < 5; i++) buffer.fit(buffer.bytes.length, 0);
    buffer.fit(200_000, 0);
    buffers.push(buffer);
    return buffer;
  };
  for (let i = 0; i < ROOM_BYTES / 262_144; i++) {
    assertEquals(busy().bytes.length, 262_144);
  }
  const late = busy();
  assertEquals(late.bytes.length, 8192);
  // One small read tells that there is more: it is as large as before at once.
  late.fit(8192, 0);
  assertEquals(late.bytes.length, 262_144);
  late.fit(1, 0);
  assertEquals(late.bytes.length, 8192);
  // Closing makes room, once.
  buffers[0].close();
  buffers[0].close();
  assertEquals(busy().bytes.length, 262_144);
  assertEquals(busy().bytes.length, 8192);
  for (const buffer of buffers) buffer.close();
});
