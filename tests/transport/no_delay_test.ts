/**
 * Nagle's algorithm is off. What is not a multiple of a segment would wait for
 * the client's delayed acknowledgement, 40 ms and more, round by round.
 */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/test_server.ts";

/** Without a wait they take a second or two, with one each 80 s and more. */
const ROUNDS = 2000;
const ROUNDS_MS_MAX = 60_000;
const PING = 1;

for (const kind of ["tcp", "tls"] as const) {
  Deno.test(`answers of any size leave at once over ${kind}`, async () => {
    await using server = await TestServer.start({ kinds: [kind] });
    using client = await RawClient.open(server.address(kind), "json");
    const octets = new Uint8Array(64 * 1024);
    const rounds = async () => {
      for (let i = 0; i < ROUNDS; i++) {
        await client.sendFrame(PING, octets);
        assertEquals((await client.readFrame()).payload.length, octets.length);
      }
    };
    await within(rounds(), "the answers", ROUNDS_MS_MAX);
  });
}
