/** Peers that do not read what they are sent (checklist FR-21). */
import { assert, assertEquals } from "@std/assert";
import { frame, RawClient } from "../support/raw_client.ts";
import { expectError, scenario, sendTogether } from "../support/scenario.ts";
import { type TestServer, TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const OUTBOX_BYTES = 300_000;
/** So much a peer's sockets may swallow before its outbox fills. */
const SOCKET_BYTES_MAX = 64 * 1024 * 1024;
const TEXT = "x".repeat(100_000);
const LIMITED = {
  maxMessageBytes: 200_000,
  limits: { maxOutboxBytes: OUTBOX_BYTES },
};

/** Publishes until an outbox has overflowed; how many times. */
async function publishUntilOverflow(
  server: TestServer,
  publisher: RawClient,
  onPublished: (index: number) => Promise<void>,
): Promise<number> {
  for (let i = 0; i * TEXT.length < SOCKET_BYTES_MAX; i++) {
    if (server.running.counted("outbox_overflows") > 0) return i;
    const answer = await publisher.request(
      [16, publisher.nextRequest(), { acknowledge: true }, "com.a", [i, TEXT]],
    );
    assertEquals(answer[0], 17);
    await onPublished(i);
  }
  throw new Error("The outbox of a peer that does not read did not overflow");
}

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `FR-21: a session that never reads is closed, counted and logged over ${kind}, and others lose nothing`,
    async ({ server }) => {
      const address = server.address(kind);
      using publisher = await RawClient.join(address, "msgpack");
      using idle = await RawClient.join(address, "msgpack");
      using witness = await RawClient.join(address, "json");
      const subscription = await idle.subscribe("com.a");
      assertEquals(await witness.subscribe("com.a"), subscription);
      await idle.register("com.idle");
      await publishUntilOverflow(server, publisher, async (i) => {
        assertEquals(
          (await witness.receive()).slice(3),
          [{}, [i, TEXT]],
        );
      });
      assertEquals(server.running.counted("outbox_overflows"), 1);
      const line = await server.logged("does not read");
      assertEquals(line.level, "warn");
      assertEquals(line.fields["transport"], kind);
      assertEquals(line.fields["session"], idle.sessionId);
      assertEquals(line.fields["realm"], "realm1");
      assertEquals(typeof line.fields["authid"], "string");
      assertEquals(line.fields["max_outbox_bytes"], OUTBOX_BYTES);
      assert(Number(line.fields["pending_bytes"]) > OUTBOX_BYTES);
      assert(Number(line.fields["pending_bytes"]) < OUTBOX_BYTES + 150_000);
      // Its session has left as by transport loss.
      assertEquals(server.running.inventory().sessions, 2);
      assertEquals(server.running.inventory().outboxBytes, 0);
      await publisher.send([48, 1, {}, "com.idle"]);
      await expectError(publisher, 48, 1, "wamp.error.no_such_procedure");
      await witness.expectNothing();
    },
    { ...LIMITED, kinds: [kind] },
  );
}

scenario(
  "FR-21: what a closed session got of its events is whole and without a gap",
  async ({ server }) => {
    using publisher = await RawClient.join(server.address(), "msgpack");
    using idle = await RawClient.join(server.address(), "msgpack");
    await idle.subscribe("com.a");
    await publishUntilOverflow(server, publisher, () => Promise.resolve());
    let received = 0;
    try {
      while (true) {
        assertEquals((await idle.receive())[4], [received, TEXT]);
        received++;
      }
    } catch (error) {
      // What was in the outbox is gone, and so may be the end of a frame.
      if (!(error instanceof Error)) throw error;
      assert(error.message.startsWith("The router closed"), error.message);
    }
    assert(received > 0);
  },
  LIMITED,
);

scenario(
  "FR-21: calls of a closed session are over, and its callers get an ERROR",
  async ({ server }) => {
    using publisher = await RawClient.join(server.address(), "msgpack");
    using idle = await RawClient.join(server.address(), "msgpack");
    await idle.subscribe("com.a");
    await idle.register("com.idle");
    await publisher.send([48, 77, {}, "com.idle"]);
    assertEquals((await idle.receive())[0], 68);
    let answered = false;
    for (let i = 0; !answered; i++) {
      assert(i * TEXT.length < SOCKET_BYTES_MAX, "no overflow");
      const request = 100 + i;
      await publisher.send(
        [16, request, { acknowledge: true }, "com.a", [TEXT]],
      );
      const answer = await publisher.receive();
      answered = answer[0] === 8;
      if (!answered) assertEquals(answer.slice(0, 2), [17, request]);
      else {
        assertEquals(
          answer.slice(1, 5),
          [48, 77, {}, "wamp.error.canceled"],
        );
      }
    }
  },
  LIMITED,
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `FR-21: a peer that sends PINGs and does not read the PONGs is closed over ${kind}`,
    async ({ server }) => {
      const address = server.address(kind);
      using client = await RawClient.open(address, "json");
      using witness = await RawClient.join(address);
      const ping = frame(1, new Uint8Array(100_000));
      await assertClosedWhileSending(server, client, ping);
      assertEquals(server.running.counted("outbox_overflows"), 1);
      await witness.expectNothing();
    },
    {
      ...LIMITED,
      limits: { ...LIMITED.limits, slowAfterMs: 300 },
      kinds: [kind],
    },
  );
}

async function assertClosedWhileSending(
  server: TestServer,
  client: RawClient,
  octets: Uint8Array,
): Promise<void> {
  try {
    for (let sent = 0; sent < SOCKET_BYTES_MAX; sent += octets.length) {
      await client.sendBytes(octets);
    }
  } catch (error) {
    const isEnd = error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset;
    if (!isEnd) throw error;
    const line = await server.logged("has not read anything");
    assertEquals(line.fields["slow_after_ms"], 300);
    return;
  }
  throw new Error("The router went on reading");
}

for (const serializer of SERIALIZERS) {
  scenario(
    `FR-21: a ${serializer} message larger than the whole outbox still fits into an empty one`,
    async ({ server }) => {
      using publisher = await RawClient.join(server.address(), "msgpack");
      using reader = await RawClient.join(server.address(), serializer);
      await reader.subscribe("com.a");
      for (let i = 0; i < 5; i++) {
        await publisher.send([16, i + 1, {}, "com.a", [i, TEXT]]);
        assertEquals((await reader.receive())[4], [i, TEXT]);
      }
      // PONG as well.
      await reader.sendFrame(1, new Uint8Array(100_000));
      assertEquals((await reader.readFrame()).payload.length, 100_000);
      await reader.expectNothing();
      assertEquals(server.running.counted("outbox_overflows"), 0);
    },
    { limits: { maxOutboxBytes: 1000 } },
  );
}

scenario(
  "FR-21: a slow reader within the bound gets everything, in order",
  async ({ server }) => {
    using publisher = await RawClient.join(server.address(), "msgpack");
    using slow = await RawClient.join(server.address(), "cbor");
    await slow.subscribe("com.a");
    const rounds = 20;
    const perRound = 200;
    for (let round = 0; round < rounds; round++) {
      const first = round * perRound;
      await sendTogether(
        publisher,
        Array.from(
          { length: perRound },
          (_, i) => [16, first + i + 1, {}, "com.a", [first + i]],
        ),
      );
      await publisher.expectNothing();
    }
    for (let i = 0; i < rounds * perRound; i++) {
      assertEquals((await slow.receive())[4], [i]);
    }
    assertEquals(server.running.counted("outbox_overflows"), 0);
  },
);

scenario(
  "FR-21: where all outboxes together are full, the fullest is closed, and the others are not",
  async ({ server }) => {
    const address = server.address();
    using publisher = await RawClient.join(address, "msgpack");
    using greedy = await RawClient.join(address, "msgpack");
    using modest = await RawClient.join(address, "msgpack");
    for (const topic of ["com.a", "com.b"]) await greedy.subscribe(topic);
    await modest.subscribe("com.a");
    const publish = async (topic: string) => {
      const request = publisher.nextRequest();
      const options = { acknowledge: true };
      const message = [16, request, options, topic, [TEXT]] as const;
      assertEquals((await publisher.request([...message]))[0], 17);
    };
    for (let i = 0; i * TEXT.length < SOCKET_BYTES_MAX; i++) {
      if (server.running.counted("outbox_overflows") > 0) break;
      await publish("com.a");
      await publish("com.b");
    }
    assertEquals(server.running.counted("outbox_overflows"), 1);
    const line = await server.logged("all outboxes together are full");
    assert(Number(line.fields["pending_bytes"]) <= 1_200_000);
    assertEquals(server.running.inventory().sessions, 2);
    // What the modest one was sent is all there.
    assertEquals((await modest.receive())[4], [TEXT]);
  },
  {
    maxMessageBytes: 200_000,
    maxTotalOutboxBytes: 1_000_000,
    limits: { maxOutboxBytes: 2 ** 30 },
  },
);
