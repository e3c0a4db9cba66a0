/** One address opens all the connections that it can get. */
import { assertEquals, assertMatch } from "@std/assert";
import { RunningProgram, Scratch } from "../cli/_program.ts";
import { within } from "../support/deadline.ts";
import { challenged, welcomedBy } from "../support/login.ts";
import { ticketOf, withAuth } from "../support/principals.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/test_server.ts";

const MAX = 20;

const HANDSHAKE = [0x7f, 0xf1, 0, 0];
const TOO_MANY = [0x7f, 0x40, 0, 0];

async function expectRefused(address: string): Promise<void> {
  using client = await RawClient.connect(address);
  await client.sendBytes(HANDSHAKE);
  assertEquals([...await client.readBytes(4)], TOO_MANY);
}

Deno.test("one address that fills its share keeps itself away, and no other (RS-11)", async () => {
  await using scratch = await Scratch.make({
    "c.json": {
      realms: [{ name: "realm1", roles: [{ name: "guest" }] }],
      transports: [{
        type: "rawsocket",
        serializer: "json",
        options: { max_connections: MAX },
        auth: { anonymous: { type: "static", role: "guest" } },
        endpoint: { type: "tcp", interface: "::", port: 0 },
      }],
    },
  });
  await using router = await RunningProgram.startMain([
    scratch.file("c.json"),
  ]);
  const attacked = `tcp://127.0.0.1:${router.port}`;
  const others = `tcp://[::1]:${router.port}`;
  const sessions: RawClient[] = [];
  // Anonymous sessions have proven nothing.
  for (let i = 0; i < MAX * 0.9; i++) {
    sessions.push(await RawClient.join(attacked));
  }
  const silent = await Promise.all(
    Array.from({ length: 2 * MAX }, () => RawClient.connect(attacked)),
  );
  await expectRefused(attacked);
  assertMatch(
    await within(router.logged("handshake refused"), "its line"),
    /WARN .*peer=\[::ffff:127\.0\.0\.1\]:.* key=max_connections_per_source/,
  );
  for (let i = 0; i < MAX * 0.1; i++) {
    sessions.push(await RawClient.join(others));
  }
  await expectRefused(others);
  for (const client of [...silent, ...sessions]) client.close();
  // The share is free again, once the router has seen them leave.
  for (;;) {
    using client = await RawClient.connect(attacked);
    await client.sendBytes(HANDSHAKE);
    if ((await client.readBytes(4))[1] !== 0x40) break;
  }
});

Deno.test("who has logged in makes room for others of its address (RS-11)", async () => {
  const limits = { maxConnections: 10, maxConnectionsPerSource: 2 };
  await using server = await TestServer.start(
    withAuth({ ticket: { principals: [ticketOf("joe", "secret")] } }, {
      limits,
    }),
  );
  const clients: RawClient[] = [];
  for (let i = 0; i < 5; i++) {
    const client = await RawClient.open(server.address(), "json");
    await challenged(client, "ticket", { authid: "joe" });
    await welcomedBy(client, "secret");
    clients.push(client);
  }
  for (let i = 0; i < 2; i++) {
    clients.push(await RawClient.open(server.address(), "json"));
  }
  await expectRefused(server.address());
  assertEquals(server.running.counted("connections_refused"), 1);
  for (const client of clients) client.close();
  await server.emptied();
});
