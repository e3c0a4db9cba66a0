/**
 * TCP keep-alive is on: a peer whose machine is gone is found out by the system, if
 * late, though nothing is sent to it and it is sent no PINGs.
 */
import { assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/test_server.ts";

/** Of a connection that is open. */
const ESTABLISHED = "01";
/** Of a timer: octets are not acknowledged yet; the keep-alive's. */
const RETRANSMISSION = "01";
const KEEP_ALIVE = "02";

/** The kernel's timer of the router's end of a connection on `port`. */
async function timerOf(port: number): Promise<string | undefined> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const table = await Deno.readTextFile("/proc/net/tcp");
  const rows = table.trim().split("\n").map((line) => line.trim().split(/\s+/));
  const row = rows.find(([, local, , state]) =>
    local.endsWith(`:${hex}`) && state === ESTABLISHED
  );
  return row?.[5].split(":")[0];
}

for (const kind of ["tcp", "tls"] as const) {
  Deno.test({
    name: `TCP keep-alive is on over ${kind}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using server = await TestServer.start({ kinds: [kind] });
      const address = server.address(kind);
      using client = await RawClient.join(address);
      const port = Number(new URL(address).port);
      await client.expectNothing();
      let timer = await timerOf(port);
      while (timer === RETRANSMISSION) timer = await timerOf(port);
      assertEquals(timer, KEEP_ALIVE);
    },
  });
}
