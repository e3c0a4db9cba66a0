/** Clients that begin TLS handshakes and do not go on. */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/test_server.ts";

/** The first octets of a client of Deno's. */
async function clientHello(): Promise<Uint8Array> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [client, conn] = await Promise.all([
    Deno.connectTls({ hostname: "127.0.0.1", port }),
    listener.accept(),
  ]);
  const bytes = new Uint8Array(4096);
  const count = await conn.read(bytes) ?? 0;
  conn.close();
  client.close();
  return bytes.subarray(0, count);
}

Deno.test("who begins a TLS handshake and stops takes a place of his own source; others wait unread, and get it when he leaves", async () => {
  await using server = await TestServer.start({
    kinds: ["tls", "tcp"],
    limits: { maxTlsHandshakes: 2 },
  });
  const address = server.address("tls");
  const hello = await clientHello();
  const stalled = await RawClient.connect(address.replace("tls:", "tcp:"));
  await stalled.sendBytes(hello);
  await stalled.readBytes(5);
  let isJoined = false;
  const joining = RawClient.join(address).then((client) => {
    isJoined = true;
    return client;
  });
  // Sessions are served meanwhile.
  using other = await RawClient.join(server.address("tcp"));
  for (let i = 0; i < 100; i++) await other.subscribe(`com.topic.${i}`);
  assertEquals(isJoined, false);
  stalled.close();
  using client = await within(joining, "its turn");
  await client.subscribe("com.topic");
  client.close();
  other.close();
  await server.emptied();
});

Deno.test("who waits for the turn of its handshake is not late, those who stop in it are", async () => {
  await using server = await TestServer.start({
    kinds: ["tls"],
    limits: { maxTlsHandshakes: 2, handshakeTimeoutMs: 300 },
  });
  const address = server.address("tls");
  const hello = await clientHello();
  // One is under way at a time, of one address.
  const stalled: RawClient[] = [];
  for (let i = 0; i < 2; i++) {
    const client = await RawClient.connect(address.replace("tls:", "tcp:"));
    await client.sendBytes(hello);
    stalled.push(client);
  }
  using client = await RawClient.join(address);
  await client.subscribe("com.topic");
  const late = server.log.filter(({ message }) =>
    message === "the handshake did not come in time"
  );
  assertEquals(late.length, 2);
  for (const one of stalled) one.close();
  client.close();
  await server.emptied();
});

Deno.test("handshakes in progress do not keep the router from stopping", async () => {
  const server = await TestServer.start({
    kinds: ["tls"],
    limits: { maxTlsHandshakes: 2 },
  });
  const tcp = server.address("tls").replace("tls:", "tcp:");
  const hello = await clientHello();
  const clients = await Promise.all(
    Array.from({ length: 5 }, () => RawClient.connect(tcp)),
  );
  for (const client of clients) await client.sendBytes(hello);
  await clients[0].readBytes(5);
  await server[Symbol.asyncDispose]();
  for (const client of clients) client.close();
});
