import { assertEquals } from "@std/assert";
import { bytesOf } from "../support/hex.ts";
import { RawClient } from "../support/raw_client.ts";

/** Sends `octets` on a connection of its own, and expects `reply` and the end. */
export async function expectRefusal(
  address: string,
  octets: Uint8Array,
  reply: string,
): Promise<void> {
  using client = await RawClient.connect(address);
  await client.sendBytes(octets);
  const expected = bytesOf(reply);
  assertEquals(await client.readBytes(expected.length), expected);
  await client.expectClosed();
}

/** All that comes until the router closes. */
export async function readToEnd(client: RawClient): Promise<Uint8Array> {
  const octets: number[] = [];
  const buffer = new Uint8Array(64);
  while (true) {
    const count = await client.conn.read(buffer);
    if (count === null) return new Uint8Array(octets);
    octets.push(...buffer.subarray(0, count));
  }
}
