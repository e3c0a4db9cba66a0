/** Publish & Subscribe, basic (checklist §8.1). */
import { assert, assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  expectViolation,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const NO_SUCH_SUBSCRIPTION = "wamp.error.no_such_subscription";

/** Publishes without acknowledgement. */
async function publish(
  client: RawClient,
  topic: string,
  ...payload: unknown[]
): Promise<void> {
  await client.send([16, client.nextRequest(), {}, topic, ...payload]);
}

scenario(
  "PS-01: SUBSCRIBE is answered by SUBSCRIBED, or by ERROR of its type",
  async (router) => {
    const client = await router.join();
    const answer = await client.request([32, 17, {}, "com.a"]);
    assertEquals(answer.slice(0, 2), [33, 17]);
    assertEquals(answer.length, 3);
    assert(Number.isInteger(answer[2]) && answer[2] > 0);
    await client.send([32, 18, {}, "com..a"]);
    await expectError(client, 32, 18, "wamp.error.invalid_uri");
  },
  { everySerializer: true },
);

for (const match of ["exact", "prefix", "wildcard"]) {
  scenario(
    `PS-02: subscribing the same ${match} topic again gives the same ID, single events, and ends with one UNSUBSCRIBE`,
    async (router) => {
      const [subscriber, publisher] = await router.joinMany(2);
      const first = await subscriber.subscribe("com.a", { match });
      assertEquals(await subscriber.subscribe("com.a", { match }), first);
      await publish(publisher, "com.a");
      assertEquals((await subscriber.receive()).slice(0, 2), [36, first]);
      await expectSilence(publisher, subscriber);
      await subscriber.request([34, 9, first]);
      await publish(publisher, "com.a");
      await expectSilence(publisher, subscriber);
      await subscriber.send([34, 10, first]);
      await expectError(subscriber, 34, 10, NO_SUCH_SUBSCRIPTION);
    },
  );
}

scenario(
  "PS-03: subscribers of one topic and policy share an ID, policies do not",
  async (router) => {
    const clients = await router.joinMany(3);
    const ids: Record<string, Set<number>> = {};
    for (const match of ["exact", "prefix", "wildcard"]) {
      ids[match] = new Set();
      for (const client of clients) {
        ids[match].add(await client.subscribe("com.a", { match }));
      }
      assertEquals(ids[match].size, 1, match);
    }
    // "exact" is what counts where nothing is said.
    ids["exact"].add(await clients[0].subscribe("com.a"));
    assertEquals(Object.values(ids).flatMap((set) => [...set]).length, 3);
    assertEquals(
      new Set(Object.values(ids).flatMap((set) => [...set])).size,
      3,
    );
  },
);

scenario(
  "PS-04: UNSUBSCRIBE is answered by UNSUBSCRIBED, and no EVENT follows",
  async (router) => {
    const [subscriber, other, publisher] = await router.joinMany(3);
    const subscription = await subscriber.subscribe("com.a");
    await other.subscribe("com.a");
    assertEquals(await subscriber.request([34, 5, subscription]), [35, 5]);
    await publish(publisher, "com.a");
    await expectSilence(publisher, subscriber);
    // The other subscriber has kept its own.
    assertEquals((await other.receive())[0], 36);
  },
  { everySerializer: true },
);

scenario(
  "PS-05: UNSUBSCRIBE of what is not an own subscription is refused",
  async (router) => {
    const [client, other, publisher] = await router.joinMany(3);
    const ended = await client.subscribe("com.a");
    await client.request([34, 2, ended]);
    const foreign = await other.subscribe("com.b");
    for (const [i, id] of [ended, foreign, 9999, 2 ** 53].entries()) {
      await client.send([34, 10 + i, id]);
      await expectError(client, 34, 10 + i, NO_SUCH_SUBSCRIPTION);
    }
    // The other session's subscription was left alone.
    await publish(publisher, "com.b");
    assertEquals((await other.receive()).slice(0, 2), [36, foreign]);
  },
);

scenario(
  "PS-06: PUBLISH without acknowledge is never answered",
  async (router) => {
    const client = await router.join();
    for (
      const options of [{}, { acknowledge: false }, { acknowledge: null }]
    ) {
      for (const topic of ["com.a", "com..a", "wamp.a"]) {
        await client.send([16, client.nextRequest(), options, topic, [1]]);
      }
    }
    await client.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "PS-07: PUBLISH with acknowledge is answered, also without subscribers",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    for (let round = 0; round < 2; round++) {
      const request = 100 + round;
      const answer = await publisher.request([
        16,
        request,
        { acknowledge: true },
        "com.a",
      ]);
      assertEquals(answer.slice(0, 2), [17, request]);
      assertEquals(answer.length, 3);
      if (round === 0) await subscriber.subscribe("com.a");
    }
    await publisher.send([16, 7, { acknowledge: true }, "com..a"]);
    await expectError(publisher, 16, 7, "wamp.error.invalid_uri");
  },
  { everySerializer: true },
);

scenario(
  "PS-08: every matching subscription of every subscriber gets one EVENT",
  async (router) => {
    const publisher = await router.join();
    const [one, two, three] = await router.joinMany(3);
    const exact = await one.subscribe("com.a.b");
    const prefix = await one.subscribe("com.", { match: "prefix" });
    const wildcard = await one.subscribe("com..b", { match: "wildcard" });
    await two.subscribe("com.a.b");
    await two.subscribe("com.a.c");
    await three.subscribe("com.a.c");
    const [, , publication] = await publisher.request([
      16,
      1,
      { acknowledge: true },
      "com.a.b",
      [1],
    ]);
    const events = [];
    for (let i = 0; i < 3; i++) events.push(await one.receive());
    assertEquals(
      new Set(events.map((event) => event[1])),
      new Set([exact, prefix, wildcard]),
    );
    events.push(await two.receive());
    assertEquals(events[3][1], exact);
    for (const event of events) {
      assertEquals([event[0], event[2]], [36, publication]);
    }
    await expectSilence(one, two, three);
  },
);

scenario(
  "PS-09: the publisher does not get its own event on any subscription",
  async (router) => {
    const [publisher, other] = await router.joinMany(2);
    await publisher.subscribe("com.a");
    await publisher.subscribe("com.", { match: "prefix" });
    await publisher.subscribe(".a", { match: "wildcard" });
    await other.subscribe("com.a");
    await publish(publisher, "com.a");
    await publisher.expectNothing();
    assertEquals((await other.receive())[0], 36);
  },
);

/** Payload as sent, and as the receivers get it. */
const PAYLOADS: [name: string, sent: WireMessage, received: WireMessage][] = [
  ["none", [], []],
  ["empty lists", [[], {}], []],
  ["only Arguments", [[1, "a", null]], [[1, "a", null]]],
  ["only ArgumentsKw", [[], { k: 1 }], [[], { k: 1 }]],
  ["both", [[true], { k: { n: [1.5] } }], [[true], { k: { n: [1.5] } }]],
  ["large", [["x".repeat(70_000)]], [["x".repeat(70_000)]]],
  ["many elements", [Array.from({ length: 300 }, (_, i) => i)], [
    Array.from({ length: 300 }, (_, i) => i),
  ]],
];

for (const [name, sent, received] of PAYLOADS) {
  scenario(
    `PS-10: EVENT has the payload of PUBLISH and empty Details (${name})`,
    async (router) => {
      const subscribers = [];
      for (const serializer of SERIALIZERS) {
        const subscriber = await router.join({ serializer });
        await subscriber.subscribe("com.a");
        subscribers.push(subscriber);
      }
      for (const serializer of SERIALIZERS) {
        const publisher = await router.join({ serializer });
        await publish(publisher, "com.a", ...sent);
        for (const subscriber of subscribers) {
          const event = await subscriber.receive();
          assertEquals([event[0], event[3]], [36, {}]);
          assertEquals(event.slice(4), received);
        }
      }
    },
  );
}

scenario(
  "PS-11: a topic needs no declaration, and later subscribers get nothing",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await publish(publisher, "com.never.heard.of");
    await publisher.expectNothing();
    await subscriber.subscribe("com.never.heard.of");
    await subscriber.expectNothing();
  },
);

/** The ways in which a subscriber's session can end. */
const ENDINGS: [name: string, end: (client: RawClient) => Promise<void>][] = [
  ["its connection was lost", (client) => {
    client.close();
    return Promise.resolve();
  }],
  ["ABORT", async (client) => {
    await client.send([3, {}, "com.leaving"]);
    await client.expectClosed();
  }],
  ["a protocol violation", async (client) => {
    await client.send([99]);
    await expectViolation(client);
  }],
];

for (const [name, end] of ENDINGS) {
  scenario(
    `PS-12: a subscriber whose session ended by ${name} disturbs nobody`,
    async (router) => {
      const [publisher, gone, other] = await router.joinMany(3);
      await gone.subscribe("com.a");
      const subscription = await other.subscribe("com.a");
      await end(gone);
      for (let i = 0; i < 5; i++) {
        await publish(publisher, "com.a", [i]);
        const event = await other.receive();
        assertEquals([event[1], event[4]], [subscription, [i]]);
      }
    },
  );
}

scenario(
  "PS-12: after GOODBYE a session gets no event, also where its transport lives on",
  async (router) => {
    const [publisher, gone] = await router.joinMany(2);
    await gone.subscribe("com.a");
    await gone.request([6, {}, "wamp.close.normal"]);
    await publish(publisher, "com.a");
    await publisher.expectNothing();
    await gone.hello();
    await gone.expectNothing();
  },
);

scenario(
  "PS-13: a publisher that asked for its own event gets EVENT and PUBLISHED, in any order",
  async (router) => {
    const client = await router.join();
    const subscription = await client.subscribe("com.a");
    await client.send([
      16,
      7,
      { acknowledge: true, exclude_me: false },
      "com.a",
    ]);
    const answers = [await client.receive(), await client.receive()];
    answers.sort((a, b) => a[0] - b[0]);
    const [published, event] = answers;
    assertEquals(published.slice(0, 2), [17, 7]);
    assertEquals(event.slice(0, 3), [36, subscription, published[2]]);
  },
);
