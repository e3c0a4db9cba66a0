/**
 * Messages that come faster than they are read: who sends them is slowed, and who
 * reads gets all of them (checklist FR-21). Counts, and does not look at the clock.
 */
import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { type Scenario, scenario, sendTogether } from "../support/scenario.ts";
import { TRANSPORT_KINDS, type TransportKind } from "../support/test_server.ts";
import { until } from "../support/until.ts";

const TEXT = "x".repeat(10_000);
const MAX_OUTBOX_BYTES = 400_000;
/** Nobody is judged for how quickly this machine comes to read. */
const PATIENT = { maxStallMs: 60_000, slowAfterMs: 60_000 };
const LIMITED = {
  kinds: ["unix"] as const,
  limits: { maxOutboxBytes: MAX_OUTBOX_BYTES, ...PATIENT },
};

function heldCount({ server }: Scenario): number {
  return server.running.counted("producers_held");
}

function assertNobodyWasCut({ server }: Scenario): void {
  assertEquals(server.running.counted("outbox_overflows"), 0);
}

/** A session that has nothing to do with it is served, a hundred times over. */
async function assertOthersGoOn({ server }: Scenario): Promise<void> {
  using other = await RawClient.join(
    server.address(server.running.listeners[0].id as TransportKind),
  );
  for (let i = 1; i <= 100; i++) {
    assertEquals((await other.request([32, i, {}, "com.other"]))[0], 33);
  }
}

/** Publishes `count` events in open loop, numbered. */
async function publishAll(publisher: RawClient, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await publisher.send([16, i + 1, {}, "com.a", [
      publisher.sessionId,
      i,
      TEXT,
    ]]);
  }
}

/** Each publisher's events come whole and in order. */
async function receiveAll(
  subscriber: RawClient,
  publishers: readonly RawClient[],
  count: number,
): Promise<void> {
  const next = new Map(publishers.map(({ sessionId }) => [sessionId, 0]));
  for (let i = 0; i < count * publishers.length; i++) {
    const [session, index] = (await subscriber.receive())[4];
    assertEquals(index, next.get(session));
    next.set(session, index + 1);
  }
}

for (
  const [publisherCount, subscriberCount] of [
    [1, 1],
    [2, 1],
    [8, 1],
    [128, 1],
    [1, 100],
    [8, 100],
  ]
) {
  scenario(
    `FR-21: ${publisherCount} publishers in open loop are slowed to the pace of ${subscriberCount} subscribers, who get everything`,
    async (router) => {
      const kind = "unix";
      const publishers = await router.joinMany(publisherCount, { kind });
      const subscribers = await router.joinMany(subscriberCount, { kind });
      for (const subscriber of subscribers) await subscriber.subscribe("com.a");
      const each = Math.ceil(128 / publisherCount);
      const publishing = publishers.map((one) => publishAll(one, each));
      // Nobody reads before the router has stopped reading.
      await until(() => heldCount(router) > 0);
      await assertOthersGoOn(router);
      const { outboxBytes } = router.server.running.inventory();
      const bound = MAX_OUTBOX_BYTES + publisherCount * TEXT.length * 2;
      assert(outboxBytes < bound * subscriberCount, `${outboxBytes}`);
      await Promise.all(
        subscribers.map((one) => receiveAll(one, publishers, each)),
      );
      await Promise.all(publishing);
      assertNobodyWasCut(router);
    },
    LIMITED,
  );
}

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `FR-21: callers in open loop are slowed to the pace of a callee over ${kind}, and each call is answered once`,
    async (router) => {
      const callers = await router.joinMany(4, { kind });
      const callee = await router.join({ kind });
      await callee.register("com.a");
      const callCount = 500;
      const calling = callers.map(async (caller) => {
        for (let i = 1; i <= callCount; i++) {
          await caller.send([48, i, {}, "com.a", [TEXT]]);
        }
      });
      await until(() => heldCount(router) > 0);
      await assertOthersGoOn(router);
      const { outboxBytes } = router.server.running.inventory();
      const bound = MAX_OUTBOX_BYTES + callers.length * TEXT.length * 2;
      assert(outboxBytes < bound, `${outboxBytes}`);
      const answering = (async () => {
        for (let i = 0; i < callers.length * callCount; i++) {
          const [code, request] = await callee.receive();
          assertEquals(code, 68);
          await callee.send([70, request, {}]);
        }
      })();
      for (const caller of callers) {
        for (let i = 1; i <= callCount; i++) {
          assertEquals(await caller.receive(), [50, i, {}]);
        }
      }
      await Promise.all([...calling, answering]);
      assertNobodyWasCut(router);
    },
    { kinds: [kind], limits: LIMITED.limits },
  );
}

scenario(
  "FR-21: a client that asks for more than it reads is read on as it reads, whatever max_stall_ms says",
  async (router) => {
    const kind = "unix";
    const client = await router.join({ kind, serializer: "json" });
    const topics = Array.from({ length: 5000 }, (_, i) => `com.topic${i}`);
    await sendTogether(
      client,
      topics.map((topic, i) => [32, i + 1, {}, topic] as const).map((
        m,
      ) => [...m]),
    );
    for (const _ of topics) assertEquals((await client.receive())[0], 33);
    const asker = await router.join({ kind, serializer: "json" });
    const requests = Array.from({ length: 50 }, (_, i) => i + 1);
    await sendTogether(
      asker,
      requests.map((i) => [48, i, {}, "wamp.subscription.list"]),
    );
    await until(() => heldCount(router) > 0);
    for (const i of requests) {
      const result = await asker.receive();
      assertEquals(result.slice(0, 2), [50, i]);
      assertEquals(result[3][0]["exact"].length, topics.length);
    }
    assertNobodyWasCut(router);
  },
  {
    kinds: ["unix"],
    limits: { maxOutboxBytes: 100_000, maxStallMs: 1, slowAfterMs: 60_000 },
  },
);

scenario(
  "TS-04: testaments that are more than their subscribers can read follow as they do",
  async (router) => {
    const kind = "unix";
    const subscriber = await router.join({ kind });
    await subscriber.subscribe("com.a");
    const testators = await router.joinMany(8, { kind });
    const count = 12;
    for (const testator of testators) {
      for (let i = 0; i < count; i++) {
        const answer = await testator.request([
          ...[48, i + 1, {}, "wamp.session.add_testament"],
          ["com.a", [testator.sessionId, i, TEXT.repeat(6)], {}],
        ]);
        assertEquals(answer[0], 50);
      }
    }
    for (const testator of testators) testator.close();
    const { running } = router.server;
    await until(() => running.inventory().sessions === 1);
    assert(running.inventory().outboxBytes < MAX_OUTBOX_BYTES);
    await receiveAll(subscriber, testators, count);
    assertNobodyWasCut(router);
  },
  LIMITED,
);

scenario(
  "FR-21: one long event for many is in memory once, so that max_total_outbox_bytes bounds what it takes",
  async (router) => {
    const kind = "unix";
    const publisher = await router.join({ kind, serializer: "msgpack" });
    const subscribers = await router.joinMany(150, { kind });
    for (const subscriber of subscribers) await subscriber.subscribe("com.a");
    const long = "x".repeat(1_000_000);
    for (let i = 0; i < 2; i++) {
      const options = { acknowledge: true };
      const answer = await publisher.request(
        [16, i + 1, options, "com.a", [i, long]],
      );
      assertEquals(answer[0], 17);
    }
    for (const subscriber of subscribers) {
      for (let i = 0; i < 2; i++) {
        assertEquals((await subscriber.receive())[4][0], i);
      }
    }
    assertNobodyWasCut(router);
  },
  {
    kinds: ["unix"],
    maxMessageBytes: 2_000_000,
    // A copy for the first receiver in each serializer, and one for the others.
    maxTotalOutboxBytes: 16_000_000,
    limits: PATIENT,
  },
);

scenario(
  "FR-21: a subscriber that never reads holds its publisher a few times at most, and others lose nothing",
  async (router) => {
    const kind = "unix";
    const [publisher, dead, reader] = await router.joinMany(3, { kind });
    for (const one of [dead, reader]) await one.subscribe("com.a");
    const { running } = router.server;
    for (let i = 1; running.counted("outbox_overflows") === 0; i++) {
      const options = { acknowledge: true };
      await publisher.send([16, i, options, "com.a", [i, TEXT]]);
      assertEquals((await publisher.receive())[0], 17);
      assertEquals((await reader.receive())[4][0], i);
    }
    const line = await router.server.logged("does not read");
    assertEquals(line.fields["session"], dead.sessionId);
    // At an eighth, a quarter and a half of max_outbox_bytes.
    assert(heldCount(router) <= 3, `${heldCount(router)}`);
  },
  {
    kinds: ["unix"],
    limits: {
      maxOutboxBytes: MAX_OUTBOX_BYTES,
      maxStallMs: 50,
      slowAfterMs: 60_000,
    },
  },
);
