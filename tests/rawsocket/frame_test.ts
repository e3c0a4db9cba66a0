/** The prefix of a frame as it is written (checklist §1.2). */
import { assertEquals } from "@std/assert";
import { FrameKind } from "../../src/framing/frame.ts";
import { writePrefix } from "../../src/rawsocket/frame.ts";
import { bytesOf } from "../support/hex.ts";

const PREFIXES: [kind: FrameKind, length: number, prefix: string][] = [
  [FrameKind.MESSAGE, 0, "00 00 00 00"],
  [FrameKind.MESSAGE, 1, "00 00 00 01"],
  [FrameKind.MESSAGE, 0x12_3456, "00 12 34 56"],
  [FrameKind.MESSAGE, 2 ** 24 - 1, "00 FF FF FF"],
  [FrameKind.MESSAGE, 2 ** 24, "08 00 00 00"],
  [FrameKind.PING, 0, "01 00 00 00"],
  [FrameKind.PING, 2 ** 24, "09 00 00 00"],
  [FrameKind.PONG, 258, "02 00 01 02"],
  [FrameKind.PONG, 2 ** 24, "0A 00 00 00"],
];

for (const [kind, length, prefix] of PREFIXES) {
  Deno.test(`writePrefix() of kind ${kind} and length ${length} is ${prefix}`, () => {
    const bytes = new Uint8Array(6).fill(0xee);
    writePrefix(bytes, 1, kind, length);
    assertEquals(bytes, bytesOf(`EE ${prefix} EE`));
  });
}
