/** PINGs that are answered ahead of what was sent before them (checklist FR-07). */
import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import {
  leadingPings,
  wholeFrames,
  writePong,
} from "../../src/transport/pings.ts";
import { bytesOf } from "../support/hex.ts";

/** What is answered to the PINGs that `hex` begins with, and where they end. */
function answered(hex: string): [pongs: string, end: number] {
  const out = new ByteWriter(new Uint8Array(0));
  const pings = leadingPings(bytesOf(hex));
  for (const ping of pings) writePong(ping, out);
  return [out.toBytes().toHex(), pings.at(-1)?.end ?? 0];
}

Deno.test("FR-07 FR-09: leading PINGs are answered in order, up to the first other frame", () => {
  const rows: [octets: string, pongs: string, end: number][] = [
    ["", "", 0],
    ["01000000", "02000000", 4],
    ["01000001aa 01000002bbcc", "02000001aa02000002bbcc", 11],
    ["01000001aa 00000001bb 01000001cc", "02000001aa", 5],
    ["01000001aa 02000001bb", "02000001aa", 5],
    ["00000001aa 01000000", "", 0],
    ["09000000", "", 0],
  ];
  for (const [octets, pongs, end] of rows) {
    assertEquals(answered(octets), [pongs, end], octets);
  }
});

Deno.test("a PING that is cut anywhere is left for later", () => {
  const whole = "01000000010000030a0b0c";
  for (let end = 0; end < whole.length / 2; end++) {
    const [pongs, used] = answered(whole.slice(0, 2 * end));
    assertEquals([pongs, used], end < 4 ? ["", 0] : ["02000000", 4]);
  }
});

Deno.test("frames that are whole are found up to one that is cut or none", () => {
  const rows: [octets: string, kinds: number[]][] = [
    ["", []],
    ["00000001aa 01000000 02000002bbcc", [0, 1, 2]],
    ["00000001aa 000000", [0]],
    ["00000001aa 00000002bb", [0]],
    ["01000000 03000000 00000000", [1]],
    ["00ffffff", []],
  ];
  for (const [octets, kinds] of rows) {
    const frames = wholeFrames(bytesOf(octets));
    assertEquals(frames.map(({ kind }) => kind), kinds, octets);
  }
});
