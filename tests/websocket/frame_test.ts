/** Frames as the router writes them. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import { CloseCause, FrameKind } from "../../src/framing/frame.ts";
import { answerTo, closeFrameFor } from "../../src/websocket/close_frame.ts";
import {
  type FramerOptions,
  Opcode,
  WebSocketFramer,
  writePing,
  writePong,
} from "../../src/websocket/frame.ts";
import { wholeFrames } from "../../src/websocket/whole_frames.ts";
import { concat, utf8 } from "../support/hex.ts";
import { withSeed } from "../support/seed.ts";
import { clientFrame, headOf } from "./_parse.ts";

const BINARY: FramerOptions = { opcode: Opcode.BINARY };
const BEFORE = utf8("before");

/** `message` in frames, behind others in the same buffer. */
function framed(
  message: Uint8Array,
  options: FramerOptions = BINARY,
): Uint8Array {
  const framer = new WebSocketFramer(options);
  // What was in a buffer before must not show.
  const out = new ByteWriter(new Uint8Array(2 ** 19).fill(0xee));
  out.append(BEFORE, 0, BEFORE.length);
  const start = out.length;
  framer.begin(out);
  out.append(message, 0, message.length);
  framer.end(out, start);
  const bytes = out.toBytes();
  assertEquals(bytes.subarray(0, start), BEFORE);
  return bytes.subarray(start);
}

function octets(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => i * 7 & 0xff);
}

Deno.test("WS-28: a message of any size is one frame, not masked, its length as short as can be", () => {
  for (
    const size of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000, 2 ** 24 + 5]
  ) {
    const message = octets(size);
    const head = headOf(0x82, size, "shortest", false);
    assertEquals(framed(message), concat(head, message), `${size}`);
  }
});

Deno.test("WS-28: messages of different lengths one after the other, in any order (property)", () => {
  withSeed((random) => {
    for (let round = 0; round < 200; round++) {
      const framer = new WebSocketFramer(BINARY);
      const out = new ByteWriter(new Uint8Array(0));
      const expected: Uint8Array[] = [];
      for (let i = 0; i < 10; i++) {
        const message = octets(random.pick([0, 1, 125, 126, 65_535, 65_536]));
        const start = out.length;
        framer.begin(out);
        out.append(message, 0, message.length);
        framer.end(out, start);
        const head = headOf(0x82, message.length, "shortest", false);
        expected.push(head, message);
      }
      assertEquals(out.toBytes(), concat(...expected));
    }
  });
});

Deno.test("WS-21: text is sent in text frames", () => {
  const bytes = framed(utf8("[1]"), { opcode: Opcode.TEXT });
  assertEquals(bytes, concat(new Uint8Array([0x81, 3]), utf8("[1]")));
});

Deno.test("WS-28: longer messages go in frames of auto_fragment_size", () => {
  const options = { ...BINARY, fragmentBytes: 100 };
  assertEquals(
    framed(octets(100), options).subarray(0, 2),
    new Uint8Array([0x82, 100]),
  );
  const message = octets(250);
  assertEquals(
    framed(message, options),
    concat(
      new Uint8Array([0x02, 100]),
      message.subarray(0, 100),
      new Uint8Array([0x00, 100]),
      message.subarray(100, 200),
      new Uint8Array([0x80, 50]),
      message.subarray(200),
    ),
  );
});

const DEFLATE = { maxWindowBits: 15, memLevel: 8 };

Deno.test("WS-30: messages of 1 KiB and more are compressed, where that makes them shorter", () => {
  const options = { ...BINARY, deflate: DEFLATE };
  const short = new Uint8Array(1023);
  assertEquals(framed(short, options)[0], 0x82);
  const random = crypto.getRandomValues(new Uint8Array(2000));
  assertEquals(framed(random, options), framed(random));
  const long = new Uint8Array(1024).fill(7);
  const bytes = framed(long, options);
  assertEquals(bytes[0], 0xc2);
  assertLess(bytes.length, 50);
  const size = bytes[1];
  assertEquals(bytes.length, 2 + size);
  const whole = concat(bytes.slice(2), new Uint8Array([0, 0, 0xff, 0xff]));
  const inflated = inflateRawSync(whole, { finishFlush: 2 });
  assertEquals(new Uint8Array(inflated), long);
});

Deno.test("WS-30: only the first fragment of a compressed message says that it is", () => {
  const message = utf8(Array.from({ length: 500 }, (_, i) => i).join());
  const bytes = framed(message, {
    ...BINARY,
    deflate: DEFLATE,
    fragmentBytes: 100,
  });
  const firsts: number[] = [];
  for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]) {
    firsts.push(bytes[at]);
  }
  assert(firsts.length > 2);
  assertEquals(firsts[0], 0x42);
  assertEquals(firsts.at(-1), 0x80);
  assert(firsts.slice(1, -1).every((first) => first === 0));
});

Deno.test("WS-24: PING and PONG carry the same octets", () => {
  const out = new ByteWriter(new Uint8Array(0));
  writePing(utf8("abc"), out);
  const bytes = utf8("xabcx");
  writePong({ kind: FrameKind.PING, bytes, start: 1, end: 4 }, out);
  assertEquals(
    out.toBytes(),
    concat(
      new Uint8Array([0x89, 3]),
      utf8("abc"),
      new Uint8Array([0x8a, 3]),
      utf8("abc"),
    ),
  );
});

Deno.test("WS-26: each cause has its close code, and a reason of at most 123 octets", () => {
  const codes = Object.values(CloseCause).map((cause) => {
    const frame = closeFrameFor(cause);
    assertEquals(frame[0], 0x88);
    assertEquals(frame.length, 2 + frame[1]);
    assertLess(frame[1], 126);
    return [cause, frame[2] << 8 | frame[3]];
  });
  assertEquals(Object.fromEntries(codes), {
    done: 1000,
    stopping: 1001,
    bad_frame: 1002,
    wrong_kind: 1003,
    bad_text: 1007,
    too_long: 1009,
    internal: 1011,
  });
});

Deno.test("WS-25: a close frame is answered with its own code and reason, or with 1000", () => {
  const bytes = concat(new Uint8Array([0x0b, 0xb8]), utf8("bye"));
  const frame = { kind: FrameKind.CLOSE, bytes, start: 0, end: bytes.length };
  assertEquals(
    answerTo(frame, true),
    concat(new Uint8Array([0x88, 5]), bytes),
  );
  assertEquals(answerTo(frame, false), new Uint8Array([0x88, 2, 0x03, 0xe8]));
  const empty = { ...frame, end: 0 };
  assertEquals(answerTo(empty, false), new Uint8Array([0x88, 0]));
});

Deno.test("WS-24: frames are looked at ahead of their turn without being changed", () => {
  const bytes = concat(
    clientFrame(0x89, utf8("ping")),
    clientFrame(0x81, utf8("[1]")),
    clientFrame(0x8a, utf8("pong")),
    clientFrame(0x81, utf8("cut")).slice(0, -1),
  );
  const before = bytes.slice();
  const found = wholeFrames(bytes).map(({ kind, bytes, start, end }) => [
    kind,
    new TextDecoder().decode(bytes.subarray(start, end)),
    end,
  ]);
  assertEquals(bytes, before);
  assertEquals(found, [
    [FrameKind.PING, "ping", 10],
    [FrameKind.MESSAGE, "[1]", 19],
    [FrameKind.PONG, "pong", 29],
  ]);
});

Deno.test("WS-24: nothing is looked at from a frame on that is no short, whole, masked one", () => {
  const ping = clientFrame(0x89, utf8("a"));
  const others = [
    clientFrame(0x01, utf8("fragment")),
    clientFrame(0x88, new Uint8Array(0)),
    clientFrame(0xc1, utf8("compressed")),
    clientFrame(0x81, utf8("plain, of more than six octets"), { key: [] }),
    clientFrame(0x81, new Uint8Array(126)),
  ];
  for (const other of others) {
    assertEquals(wholeFrames(concat(ping, other, ping)).length, 1);
  }
});
