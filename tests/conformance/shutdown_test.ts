/** The router stops (checklist SL-08, SL-09, SL-13). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { within } from "../support/deadline.ts";
import { bytesOf } from "../support/hex.ts";
import { helloDetails, RawClient } from "../support/raw_client.ts";
import { framesOf, scenario, sendTogether } from "../support/scenario.ts";
import { openRealm, TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const GOODBYE = [6, {}, "wamp.close.system_shutdown"];

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `SL-13 GB-03: at shutdown every session gets GOODBYE system_shutdown over ${kind}`,
    async ({ server }) => {
      const clients: RawClient[] = [];
      for (const serializer of SERIALIZERS) {
        clients.push(await RawClient.join(server.address(kind), serializer));
        clients.push(
          await RawClient.join(
            server.address(kind),
            serializer,
            helloDetails(),
            "realm2",
          ),
        );
      }
      const stopped = server.running.shutdown();
      for (const client of clients) {
        assertEquals(await client.receive(), GOODBYE);
        await client.send([6, {}, "wamp.close.goodbye_and_out"]);
        await client.expectClosed();
      }
      await stopped;
      await server.emptied();
      await assertRejects(() => RawClient.connect(server.address(kind)));
    },
    { kinds: [kind], realms: [openRealm("realm1"), openRealm("realm2")] },
  );
}

scenario(
  "SL-13: at shutdown a client before HELLO gets ABORT system_shutdown",
  async (router) => {
    const clients = [];
    for (const serializer of SERIALIZERS) {
      clients.push(await router.open(serializer));
    }
    // One that has left its session is before HELLO again.
    const left = await router.join();
    await left.request([6, {}, "wamp.close.normal"]);
    const stopped = router.server.running.shutdown();
    for (const client of [...clients, left]) {
      await client.expectAbort("wamp.close.system_shutdown");
    }
    await stopped;
  },
);

scenario(
  "SL-13: at shutdown a HELLO that is under way gets ABORT system_shutdown",
  async (router) => {
    const client = await router.open();
    const hello = framesOf(client, [[1, "realm1", helloDetails()]]);
    await client.sendBytes(hello.slice(0, -1));
    const stopped = router.server.running.shutdown();
    await client.sendBytes(hello.slice(-1));
    await client.expectAbort("wamp.close.system_shutdown");
    await stopped;
  },
);

scenario(
  "SL-13: at shutdown a connection without a handshake is closed without a word",
  async ({ server }) => {
    using silent = await RawClient.connect(server.address());
    using half = await RawClient.connect(server.address());
    await half.sendBytes(bytesOf("7F F1"));
    // Both are accepted when a later one is.
    using later = await RawClient.open(server.address(), "json");
    const stopped = server.running.shutdown();
    await later.expectAbort("wamp.close.system_shutdown");
    await silent.expectClosed();
    await half.expectClosed();
    await stopped;
  },
);

scenario(
  "SL-08: behind its GOODBYE the router sends nothing more of that session",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    await client.subscribe("com.a");
    await client.register("com.own");
    const stopped = router.server.running.shutdown();
    assertEquals(await client.receive(), GOODBYE);
    assertEquals(await other.receive(), GOODBYE);
    await sendTogether(client, [
      [32, 10, {}, "com.b"],
      [16, 11, { acknowledge: true, exclude_me: false }, "com.a"],
      [48, 12, {}, "com.own"],
      [48, 13, {}, "com.none"],
      [34, 14, 999],
      [1, "realm1", helloDetails()],
      [3, {}, "com.a"],
    ]);
    // PING still works, and shows that no answer came before.
    await client.sendFrame(1, bytesOf("2A"));
    assertEquals(await client.readBytes(5), bytesOf("02 00 00 01 2A"));
    for (const one of [client, other]) {
      await one.send([6, {}, "wamp.close.goodbye_and_out"]);
      await one.expectClosed();
    }
    await stopped;
  },
);

scenario(
  "SL-09: a client's own GOODBYE that crosses the router's is taken as the answer",
  async (router) => {
    const clients = [];
    for (const serializer of SERIALIZERS) {
      clients.push(await router.join({ serializer }));
    }
    const stopped = router.server.running.shutdown();
    for (const client of clients) {
      await client.send([6, {}, "wamp.close.close_realm"]);
      assertEquals(await client.receive(), GOODBYE);
      // No second GOODBYE.
      await client.expectClosed();
    }
    await stopped;
  },
);

scenario(
  "SL-09: what breaks the protocol behind the router's GOODBYE ends the connection without an ABORT",
  async (router) => {
    const client = await router.join();
    const stopped = router.server.running.shutdown();
    assertEquals(await client.receive(), GOODBYE);
    await client.send([999]);
    await client.expectClosed();
    await stopped;
  },
);

scenario(
  "SL-13: what waits for a client is sent before the GOODBYE",
  async (router) => {
    const [client, publisher] = await router.joinMany(2);
    await client.subscribe("com.a");
    const count = 60;
    const text = "x".repeat(100_000);
    for (let i = 0; i < count; i++) {
      await publisher.send([16, i + 1, {}, "com.a", [i, text]]);
    }
    await publisher.expectNothing();
    const stopped = router.server.running.shutdown();
    for (let i = 0; i < count; i++) {
      assertEquals((await client.receive())[4][0], i);
    }
    for (const one of [client, publisher]) {
      assertEquals(await one.receive(), GOODBYE);
      await one.send([6, {}, "wamp.close.goodbye_and_out"]);
      await one.expectClosed();
    }
    await stopped;
  },
);

scenario(
  "SL-13: shutdown ends in time, whatever the clients do",
  async (router) => {
    const silent = await router.join();
    const [idle, publisher] = await router.joinMany(2);
    await idle.subscribe("com.a");
    for (let i = 0; i < 70; i++) {
      await publisher.send([16, i + 1, {}, "com.a", ["x".repeat(100_000)]]);
    }
    await publisher.expectNothing();
    const started = performance.now();
    await within(router.server.running.shutdown(), "the router to stop");
    const spent = performance.now() - started;
    assert(spent > 90, `${spent} ms`);
    assertEquals(await silent.receive(), GOODBYE);
    await silent.expectClosed();
  },
  { shutdownTimeoutMs: 100, limits: { goodbyeTimeoutMs: 600_000 } },
);

scenario(
  "SL-13: shutting down twice is shutting down once",
  async (router) => {
    const client = await router.join();
    const stopped = Promise.all([
      router.server.running.shutdown(),
      router.server.running.shutdown(),
    ]);
    assertEquals(await client.receive(), GOODBYE);
    await client.send([6, {}, "wamp.close.goodbye_and_out"]);
    await client.expectClosed();
    await stopped;
  },
);
