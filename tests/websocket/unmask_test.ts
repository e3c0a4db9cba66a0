import { assertEquals } from "@std/assert";
import { unmask } from "../../src/websocket/unmask.ts";
import { withSeed } from "../support/seed.ts";

Deno.test("WS-17: unmasking xors each octet with its octet of the key, wherever it lies (property)", () => {
  withSeed((random) => {
    for (let round = 0; round < 2000; round++) {
      const buffer = random.octets(200).buffer;
      const offset = random.below(8);
      const bytes = new Uint8Array(buffer, offset);
      const start = random.below(60);
      const end = start + random.below(bytes.length - start + 1);
      const phase = random.below(4);
      const key = random.octets(4);
      const expected = bytes.slice();
      for (let i = start; i < end; i++) {
        expected[i] ^= key[(i - start + phase) & 3];
      }
      const word = key[0] | key[1] << 8 | key[2] << 16 | key[3] << 24;
      unmask(bytes, start, end, word, phase);
      assertEquals(bytes, expected);
    }
  });
});
