/** Ordering guarantees (checklist §14). */
import { assertEquals } from "@std/assert";
import { RawClient, type WireMessage } from "../support/raw_client.ts";
import {
  CANCELING,
  framesOf,
  type Scenario,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const TOPICS = ["com.even", "com.odd"];
/** Longer than a frame that is copied octet by octet, a read, and a socket buffer. */
const SIZES = [0, 10, 100, 3_000, 40_000];

/** Publications 0 to `count` over two topics, with payloads of mixed sizes. */
function publications(count: number): WireMessage[] {
  return Array.from({ length: count }, (_, i) => {
    // Every 25th is a big one, so that all fit into the outbox.
    const size = SIZES[i % 25 === 24 ? 4 : i % 4];
    return [16, i + 1, {}, TOPICS[i % 2], [i, "x".repeat(size)]];
  });
}

/** Expects the events of {@linkcode publications}, each once and in order. */
async function expectInOrder(
  subscriber: RawClient,
  count: number,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const event = await subscriber.receive();
    assertEquals([event[0], event[4][0]], [36, i]);
  }
}

for (const from of SERIALIZERS) {
  scenario(
    `OG-01 OG-10: 1000 events over two topics from a ${from} publisher reach slow readers of each serializer in order`,
    async (router) => {
      const count = 1000;
      const subscribers: RawClient[] = [];
      for (const serializer of SERIALIZERS) {
        const subscriber = await router.join({ serializer });
        for (const topic of TOPICS) await subscriber.subscribe(topic);
        subscribers.push(subscriber);
      }
      const publisher = await router.join({ serializer: from });
      await sendTogether(publisher, publications(count));
      // The subscribers read only now that everything has been routed.
      await publisher.expectNothing();
      for (const subscriber of subscribers) {
        await expectInOrder(subscriber, count);
        await subscriber.expectNothing();
      }
    },
    { maxMessageBytes: 1 << 20 },
  );
}

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `OG-01: events keep their order over ${kind}, however the publisher's octets are cut`,
    async (router) => {
      const address = router.server.address(kind);
      using subscriber = await RawClient.join(address, "cbor");
      using publisher = await RawClient.join(address, "json");
      for (const topic of TOPICS) await subscriber.subscribe(topic);
      const count = 100;
      const octets = framesOf(publisher, publications(count));
      // Cuts in prefixes, heads and payloads, a prime number of octets apart.
      for (let at = 0; at < octets.length; at += 9973) {
        await publisher.sendBytes(octets.subarray(at, at + 9973));
      }
      await expectInOrder(subscriber, count);
    },
    { kinds: [kind] },
  );
}

scenario(
  "OG-01: events keep their order over subscriptions of all policies",
  async (router) => {
    const [subscriber, publisher] = await router.joinMany(2);
    const ids = [
      await subscriber.subscribe("com.a"),
      await subscriber.subscribe("com.", { match: "prefix" }),
      await subscriber.subscribe(".b", { match: "wildcard" }),
    ];
    const topics = ["com.a", "com.b", "org.b", "com.a", "org.b", "com.b"];
    const count = 120;
    await sendTogether(
      publisher,
      Array.from(
        { length: count },
        (_, i) => [16, i + 1, {}, topics[i % topics.length], [i]],
      ),
    );
    const matching: Record<string, number> = { "com.a": 2, "com.b": 2 };
    let i = 0;
    while (i < count) {
      // All events of one publication before any of the next.
      for (let n = matching[topics[i % topics.length]] ?? 1; n > 0; n--) {
        const event = await subscriber.receive();
        assertEquals([event[0], event[4]], [36, [i]]);
        assertEquals(ids.includes(event[1]), true);
      }
      i++;
    }
  },
);

scenario(
  "OG-02: SUBSCRIBED comes before any EVENT of the subscription",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    for (let round = 0; round < 20; round++) {
      // Events are on their way before, while and after SUBSCRIBE is handled.
      const burst = Array.from(
        { length: 30 },
        (_, i): WireMessage => [16, i + 1, {}, "com.a", [i]],
      );
      const published = sendTogether(publisher, [
        ...burst,
        [16, 77, { acknowledge: true }, "com.a", ["last"]],
      ]);
      const first = await subscriber.request([32, 1, {}, "com.a"]);
      assertEquals(first.slice(0, 2), [33, 1]);
      await published;
      await publisher.receive();
      const last = await subscriber.request([34, 2, first[2]]);
      let message = last;
      while (message[0] === 36) message = await subscriber.receive();
      assertEquals(message, [35, 2]);
    }
  },
);

scenario(
  "OG-02: a session's own event comes behind its SUBSCRIBED",
  async (router) => {
    const client = await router.join();
    await sendTogether(client, [
      [32, 1, {}, "com.a"],
      [16, 2, { exclude_me: false }, "com.a"],
    ]);
    const subscribed = await client.receive();
    assertEquals(subscribed.slice(0, 2), [33, 1]);
    assertEquals((await client.receive()).slice(0, 2), [36, subscribed[2]]);
  },
);

scenario(
  "OG-03: REGISTERED comes before any INVOCATION of the registration",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await sendTogether(callee, [[64, 1, {}, "com.a"], [48, 2, {}, "com.a"]]);
    const registered = await callee.receive();
    assertEquals(registered.slice(0, 2), [65, 1]);
    assertEquals((await callee.receive()).slice(0, 3), [68, 1, registered[2]]);

    for (let round = 0; round < 20; round++) {
      const calls = Array.from(
        { length: 30 },
        (_, i): WireMessage => [48, i + 1, {}, "com.b"],
      );
      const called = sendTogether(caller, calls);
      const first = await callee.request([64, 3, {}, "com.b"]);
      assertEquals(first.slice(0, 2), [65, 3]);
      await called;
      const refused = await endCalls(caller, callee, calls.length, first[2]);
      assertEquals(refused, calls.length);
    }
  },
);

/** Ends all calls by taking the registration back; how many were answered. */
async function endCalls(
  caller: RawClient,
  callee: RawClient,
  count: number,
  registration: number,
): Promise<number> {
  let message = await callee.request([66, 4, registration]);
  while (message[0] === 68) {
    await callee.send([70, message[1], {}]);
    message = await callee.receive();
  }
  let answered = 0;
  while (answered < count) {
    await caller.receive();
    answered++;
  }
  return answered;
}

scenario(
  "OG-04: calls of a caller reach a callee in their order, over all procedures",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await callee.register("com.b");
    await callee.register("org", { match: "prefix" });
    const procedures = ["com.a", "com.b", "org.c", "org.d", "com.a"];
    const count = 500;
    await sendTogether(
      caller,
      Array.from({ length: count }, (_, i) => {
        const payload = [i, "x".repeat(SIZES[i % 4])];
        return [48, i + 1, {}, procedures[i % procedures.length], payload];
      }),
    );
    for (let i = 0; i < count; i++) {
      const invocation = await callee.receive();
      assertEquals([invocation[1], invocation[4][0]], [i + 1, i]);
    }
  },
  { everySerializer: true },
);

scenario(
  "OG-05: a result is not held back for another call",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 1, {}, "com.a"]);
    await caller.send([48, 2, {}, "com.a"]);
    await callee.receive();
    await callee.receive();
    await callee.send([70, 2, {}, ["second"]]);
    assertEquals(await caller.receive(), [50, 2, {}, ["second"]]);
    await callee.send([70, 1, {}, ["first"]]);
    assertEquals(await caller.receive(), [50, 1, {}, ["first"]]);
  },
);

scenario(
  "OG-06: many SUBSCRIBEs and REGISTERs at once are each answered once",
  async (router) => {
    const client = await router.join();
    const count = 200;
    await sendTogether(
      client,
      Array.from(
        { length: count },
        (_, i) => [i % 2 === 0 ? 32 : 64, i + 1, {}, `com.a${i}`],
      ),
    );
    const answered = new Set<number>();
    for (let i = 0; i < count; i++) {
      const [code, request] = await client.receive();
      assertEquals(code, request % 2 === 1 ? 33 : 65);
      answered.add(request);
    }
    assertEquals(answered.size, count);
  },
);

scenario("OG-08: INTERRUPT comes behind its INVOCATION", async (router) => {
  const callee = await router.join({ features: CANCELING });
  const caller = await router.join();
  await callee.register("com.a");
  for (const mode of ["kill", "killnowait"]) {
    await sendTogether(caller, [
      [48, 1, {}, "com.a"],
      [49, 1, { mode }],
    ]);
    const invocation = await callee.receive();
    assertEquals(invocation[0], 68);
    assertEquals(await callee.receive(), [69, invocation[1], { mode }]);
    await callee.send([8, 68, invocation[1], {}, "wamp.error.canceled"]);
    await caller.receive();
  }
});

scenario("OG-08: UNSUBSCRIBED comes behind the last EVENT", async (router) => {
  const client = await router.join();
  const subscription = await client.subscribe("com.a");
  await sendTogether(client, [
    [16, 1, { exclude_me: false }, "com.a"],
    [16, 2, { exclude_me: false }, "com.a"],
    [34, 3, subscription],
    [16, 4, { exclude_me: false }, "com.a"],
  ]);
  assertEquals((await client.receive())[0], 36);
  assertEquals((await client.receive())[0], 36);
  assertEquals(await client.receive(), [35, 3]);
  await client.expectNothing();
});

scenario(
  "OG-08: the answer to GOODBYE comes behind everything else",
  async (router) => {
    const [client, publisher] = await router.joinMany(2);
    await client.subscribe("com.a");
    await publisher.send([16, 1, {}, "com.a"]);
    await publisher.expectNothing();
    await sendTogether(client, [
      [48, 2, {}, "com.none"],
      [16, 3, { acknowledge: true }, "com.b"],
      [6, {}, "com.bye"],
    ]);
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await client.receive())[0]);
    assertEquals(codes, [36, 8, 17, 6]);
    await publisher.send([16, 4, {}, "com.a"]);
    await publisher.expectNothing();
    // The next octets that this client gets are those of its next session.
    await client.hello();
  },
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `OG-09: what was sent before GOODBYE takes effect though the client closes at once, over ${kind}`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        await publishAndClose(router, kind, serializer, 400, publications(400));
      }
    },
    { kinds: [kind] },
  );
}

/** Publications with requests between them that are answered with an error. */
function publicationsAndCalls(count: number): WireMessage[] {
  return Array.from({ length: count }, (_, i): WireMessage[] => [
    [16, 2 * i + 1, {}, TOPICS[i % 2], [i, "x".repeat(100)]],
    [48, 2 * i + 2, {}, "com.none"],
  ]).flat();
}

for (const kind of ["tcp", "unix"] as const) {
  scenario(
    `OG-09: it takes effect over ${kind} also where the answers find no reader any more`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const messages = publicationsAndCalls(400);
        await publishAndClose(router, kind, serializer, 400, messages);
      }
    },
    { kinds: [kind] },
  );
}

/** A client sends `messages` and GOODBYE, and is gone; its publications arrive. */
async function publishAndClose(
  router: Scenario,
  kind: typeof TRANSPORT_KINDS[number],
  serializer: typeof SERIALIZERS[number],
  count: number,
  messages: WireMessage[],
): Promise<void> {
  const address = router.server.address(kind);
  using subscriber = await RawClient.join(address, "json");
  for (const topic of TOPICS) await subscriber.subscribe(topic);
  const publisher = await RawClient.join(address, serializer);
  await sendTogether(publisher, [...messages, [6, {}, "wamp.close.normal"]]);
  publisher.close();
  await expectInOrder(subscriber, count);
}
