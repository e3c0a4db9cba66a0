/**
 * Connections that say nothing are bounded in number too.
 */
import { assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/test_server.ts";

const MAX = 3;
/** Above the limit, waiting to be refused. */
const REFUSALS_MAX = 256;

Deno.test("above max_connections some are taken to be refused in words, the rest is closed at once (RS-11)", async () => {
  await using server = await TestServer.start({
    kinds: ["unix"],
    limits: { maxConnections: MAX },
  });
  const address = server.address("unix");
  const silent = await Promise.all(
    Array.from(
      { length: MAX + REFUSALS_MAX },
      () => RawClient.connect(address),
    ),
  );
  // Accepted one after the other: when this one is closed, all have been.
  using excess = await RawClient.connect(address);
  await excess.expectClosed();
  assertEquals(server.running.inventory().connections, MAX + REFUSALS_MAX);
  await silent[0].sendBytes([0x7f, 0xf1, 0, 0]);
  assertEquals([...await silent[0].readBytes(4)], [0x7f, 0x40, 0, 0]);
  for (const client of silent) client.close();
  await server.emptied();
  using later = await RawClient.join(address, "json");
  assertEquals(await later.subscribe("com.a"), 1);
});

Deno.test("above max_connections clients that do not shake TLS hands count like others (RS-11)", async () => {
  await using server = await TestServer.start({
    kinds: ["tls"],
    limits: { maxConnections: MAX },
  });
  const tcp = server.address("tls").replace("tls:", "tcp:");
  const silent: RawClient[] = [];
  for (let i = 0; i < MAX + REFUSALS_MAX; i++) {
    silent.push(await RawClient.connect(tcp));
  }
  using excess = await RawClient.connect(tcp);
  await excess.expectClosed();
  assertEquals(server.running.inventory().connections, MAX + REFUSALS_MAX);
  silent.pop()?.close();
  await server.logged("connection closes");
  // Its place is taken by one that asks, and hears why not.
  using refused = await RawClient.connect(server.address("tls"));
  await refused.sendBytes([0x7f, 0xf1, 0, 0]);
  assertEquals([...await refused.readBytes(4)], [0x7f, 0x40, 0, 0]);
  for (const client of silent) client.close();
  refused.close();
  await server.emptied();
  using later = await RawClient.join(server.address("tls"), "json");
  assertEquals(await later.subscribe("com.a"), 1);
});
