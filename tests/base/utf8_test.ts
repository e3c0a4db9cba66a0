import { assertEquals, assertStrictEquals } from "@std/assert";
import { isUtf8 } from "../../src/base/utf8.ts";
import { concat } from "../support/hex.ts";
import { withSeed } from "../support/seed.ts";

function isUtf8ByDecoder(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("isUtf8() agrees with TextDecoder on every lead and second octet", () => {
  for (let lead = 0xbf; lead < 256; lead++) {
    for (let second = 0x7f; second <= 0xc0; second++) {
      for (
        const [third, fourth] of [[0x80, 0xbf], [0x80, 0x61], [0xc0, 0x80]]
      ) {
        const bytes = new Uint8Array([lead, second, third, fourth]);
        for (let size = 1; size <= 4; size++) {
          const part = bytes.slice(0, size);
          const expected = isUtf8ByDecoder(part);
          assertStrictEquals(isUtf8(bytes, 0, size), expected, part.toHex());
        }
      }
    }
  }
});

Deno.test("isUtf8() agrees with TextDecoder on long text with a fault in it", () => {
  withSeed((random) => {
    const pieces = ["x".repeat(7), "ü", "漢", "😀"].map((piece) =>
      new TextEncoder().encode(piece)
    );
    for (let i = 0; i < 3000; i++) {
      const parts = Array.from(
        { length: random.below(60) },
        () => random.pick(pieces),
      );
      const bytes = concat(random.octets(3), ...parts);
      if (bytes.length > 3 && random.oneIn(2)) {
        bytes[3 + random.below(bytes.length - 3)] = random.below(256);
      }
      // Every alignment of the text within its buffer.
      const start = 3 + random.below(4);
      const part = bytes.slice(start);
      assertStrictEquals(
        isUtf8(bytes, start, bytes.length),
        isUtf8ByDecoder(part),
        part.toHex(),
      );
    }
  });
});

Deno.test("isUtf8() looks at every octet of long ASCII, at every alignment", () => {
  for (let shift = 0; shift < 8; shift++) {
    const buffer = new Uint8Array(300).fill(0x61);
    const bytes = buffer.subarray(shift);
    assertEquals(isUtf8(bytes, 1, 201), true);
    for (let at = 1; at < 201; at++) {
      bytes[at] = 0xff;
      assertEquals(isUtf8(bytes, 1, 201), false, `${shift} ${at}`);
      bytes[at] = 0x61;
    }
    bytes[0] = 0xff;
    bytes[201] = 0xff;
    assertEquals(isUtf8(bytes, 1, 201), true);
  }
});
