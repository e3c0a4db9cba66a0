/** The unframer as a stage of a stream that many connections share. */
import { assertEquals } from "@std/assert";
import {
  type Chunk,
  type FrameBatch,
  type FrameSource,
  UnframeStream,
} from "../../src/framing/unframe_stream.ts";
import { FRAMES_MAX } from "../../src/framing/framing.ts";
import { RawSocketUnframer } from "../../src/rawsocket/unframer.ts";
import { bytesOf, concat } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { HANDSHAKE } from "../rawsocket/_parse.ts";

class Source implements FrameSource {
  readonly name: string;
  readonly unframer = new RawSocketUnframer(1000);

  constructor(name: string) {
    this.name = name;
  }
}

/** What the stage makes of `items`, each a turn's chunks. */
async function passThrough(
  items: readonly Chunk<Source>[][],
): Promise<FrameBatch<Source>[][]> {
  const stage = new UnframeStream<Source>();
  const reading = Array.fromAsync(stage.readable);
  const writer = stage.writable.getWriter();
  for (const item of items) await writer.write(item);
  await writer.close();
  return await reading;
}

function chunk(source: Source, ...parts: Uint8Array[]): Chunk<Source> {
  const bytes = concat(...parts);
  return { source, bytes, start: 0, end: bytes.length };
}

/** Source, payloads and fault of a batch. */
function show(batch: FrameBatch<Source>): [string, string[], string?] {
  const payloads = batch.frames.map(({ bytes, start, end }) =>
    bytes.subarray(start, end).toHex()
  );
  return batch.fault === undefined
    ? [batch.source.name, payloads]
    : [batch.source.name, payloads, batch.fault.message];
}

Deno.test("UnframeStream gives one list of batches for one list of chunks, in order", async () => {
  const [a, b] = [new Source("a"), new Source("b")];
  const batches = await passThrough([
    [chunk(a, HANDSHAKE, frame(0, bytesOf("01"))), chunk(b, HANDSHAKE)],
    [chunk(b, frame(0, bytesOf("02")), frame(0, bytesOf("03")))],
  ]);
  assertEquals(batches.map((list) => list.map(show)), [
    [["a", ["7f910000", "01"]], ["b", ["7f910000"]]],
    [["b", ["02", "03"]]],
  ]);
});

Deno.test("UnframeStream keeps the cut frames of its sources apart", async () => {
  const [a, b] = [new Source("a"), new Source("b")];
  const cut = (payload: string) => {
    const bytes = concat(HANDSHAKE, frame(0, bytesOf(payload)));
    return [bytes.slice(0, 9), bytes.slice(9)];
  };
  const [aStart, aEnd] = cut("01 02 03");
  const [bStart, bEnd] = cut("0A 0B 0C");
  const batches = await passThrough([
    [chunk(a, aStart), chunk(b, bStart)],
    [chunk(b, bEnd), chunk(a, aEnd)],
  ]);
  assertEquals(batches[1].map(show), [["b", ["0a0b0c"]], ["a", ["010203"]]]);
});

Deno.test("UnframeStream gives an empty batch for a chunk that ends no frame", async () => {
  const a = new Source("a");
  const batches = await passThrough([[chunk(a, bytesOf("7F"))]]);
  assertEquals(batches.map((list) => list.map(show)), [[["a", []]]]);
});

Deno.test("UnframeStream gives what a chunk holds in pieces, where that is very much", async () => {
  const a = new Source("a");
  const [begun] = await passThrough([[chunk(a, HANDSHAKE)]]);
  assertEquals(begun[0].rest, undefined);
  const pings = concat(...Array.from({ length: FRAMES_MAX + 1 }, () => {
    return frame(1, new Uint8Array(0));
  }));
  const [[first]] = await passThrough([[chunk(a, pings)]]);
  assertEquals(first.frames.length, FRAMES_MAX);
  assertEquals(first.rest?.start, FRAMES_MAX * 4);
  const [[second]] = await passThrough([[first.rest as Chunk<Source>]]);
  assertEquals([second.frames.length, second.rest], [1, undefined]);
});

Deno.test("UnframeStream tells a fault behind the frames before it, and goes on for other sources", async () => {
  const [a, b] = [new Source("a"), new Source("b")];
  const batches = await passThrough([
    [
      chunk(a, HANDSHAKE, frame(0, bytesOf("01")), bytesOf("03 00 00 00")),
      chunk(b, HANDSHAKE),
    ],
    [chunk(b, frame(0, bytesOf("02")))],
  ]);
  assertEquals(batches.map((list) => list.map(show)), [
    [["a", ["7f910000", "01"], "Frame type 3 is reserved (03 00 00 00)"], [
      "b",
      ["7f910000"],
    ]],
    [["b", ["02"]]],
  ]);
});
