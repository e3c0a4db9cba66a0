import { assertEquals } from "@std/assert";
import { bytesOf, utf8 } from "./hex.ts";
import { type Codec, JSON_CODEC, payloadOf } from "./serializers.ts";

/**
 * Asserts that the payload `source` of `from` becomes `expected` in `to`: both
 * are JSON text, or octets in hexadecimal.
 */
export function assertMoves(
  from: Codec,
  source: string,
  to: Codec,
  expected: string,
): void {
  const bytes = from === JSON_CODEC ? utf8(source) : bytesOf(source);
  const moved = payloadOf(from, bytes, 1).in(to.format);
  const octets = moved.bytes.subarray(moved.start, moved.end);
  const found = to === JSON_CODEC
    ? new TextDecoder().decode(octets)
    : octets.toHex();
  const wanted = to === JSON_CODEC ? expected : expected.replaceAll(" ", "");
  assertEquals(found, wanted, `${source} in ${to.serializer.name}`);
}
