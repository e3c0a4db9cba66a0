/**
 * What becomes of subscribers and callees that do not read (`overload`; checklist
 * FR-21). Each policy is tried for the transport and for the role.
 */
import { assert, assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { Overload } from "../../src/wamp/overload.ts";
import { openRealm } from "../support/test_server.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  type Scenario,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { until } from "../support/until.ts";

const TEXT = "x".repeat(10_000);
const MAX_OUTBOX_BYTES = 400_000;
const kind = "unix";

function realmWith(overload: Overload): RealmConfig {
  const realm = openRealm("realm1");
  return {
    ...realm,
    roles: realm.roles.map((role) => ({ ...role, overload })),
  };
}

/** The policy as the transport has it, and as the role has it over the transport's. */
function placesOf(overload: Overload): readonly [string, ScenarioOptions][] {
  const limits = {
    maxOutboxBytes: MAX_OUTBOX_BYTES,
    maxStallMs: 1,
    slowAfterMs: 200,
  };
  return [
    ["transport", { kinds: [kind], limits: { ...limits, overload } }],
    ["role", { kinds: [kind], limits, realms: [realmWith(overload)] }],
  ];
}

function counted(
  { server }: Scenario,
  name: "events_dropped" | "outbox_overflows" | "producers_held",
): number {
  return server.running.counted(name);
}

/** A publisher, and a subscriber to two topics and to what it is told of lost events. */
async function withSubscriber(router: Scenario): Promise<
  {
    publisher: RawClient;
    subscriber: RawClient;
    topics: number[];
    notices: number;
  }
> {
  const [publisher, subscriber] = await router.joinMany(2, { kind });
  const topics = [
    await subscriber.subscribe("com.a"),
    await subscriber.subscribe("com.b"),
  ];
  const notices = await subscriber.subscribe("sluice.event.on_dropped");
  return { publisher, subscriber, topics, notices };
}

async function publish(
  publisher: RawClient,
  topic: string,
  index: number,
): Promise<void> {
  const request = publisher.nextRequest();
  await publisher.send([16, request, { acknowledge: true }, topic, [
    index,
    TEXT,
  ]]);
  assertEquals((await publisher.receive()).slice(0, 2), [17, request]);
}

/** Publishes in turns on both topics until `isDone`; how many. */
async function publishUntil(
  publisher: RawClient,
  isDone: () => boolean,
): Promise<number> {
  let count = 0;
  while (!isDone()) {
    assert(count < 2000, "it never came to that");
    await publish(publisher, count % 2 === 0 ? "com.a" : "com.b", count);
    count++;
  }
  return count;
}

for (const [place, options] of placesOf("drop_events")) {
  scenario(
    `FR-21: drop_events of the ${place}: a subscriber that does not read gets no further events, stays, and is told how many when it reads`,
    async (router) => {
      const { publisher, subscriber, notices } = await withSubscriber(router);
      const count = await publishUntil(
        publisher,
        () => counted(router, "events_dropped") >= 50,
      );
      let received = 0;
      for (;;) {
        const event = await subscriber.receive();
        if (event[1] === notices) {
          assertEquals(event[4], [subscriber.sessionId, {
            events: count - received,
          }]);
          break;
        }
        assertEquals(event[4][0], received++);
      }
      assertEquals(counted(router, "events_dropped"), count - received);
      await publish(publisher, "com.a", count);
      assertEquals((await subscriber.receive())[4][0], count);
      assertEquals(counted(router, "outbox_overflows"), 0);
    },
    options,
  );
}

for (const [place, options] of placesOf("conflate")) {
  scenario(
    `FR-21: conflate of the ${place}: a subscriber that reads again gets the newest event of each subscription`,
    async (router) => {
      const { publisher, subscriber, topics, notices } = await withSubscriber(
        router,
      );
      const count = await publishUntil(
        publisher,
        () => counted(router, "events_dropped") >= 50,
      );
      const received: [subscription: number, index: number][] = [];
      let dropped = 0;
      while (dropped === 0) {
        const event = await subscriber.receive();
        if (event[1] === notices) dropped = event[4][1].events;
        else received.push([event[1], event[4][0]]);
      }
      assertEquals(received.length + dropped, count);
      const newest = received.slice(-2).toSorted(([, a], [, b]) => a - b);
      assertEquals(newest.map(([, index]) => index), [count - 2, count - 1]);
      assertEquals(
        newest.map(([subscription]) => subscription),
        [topics[count % 2], topics[(count + 1) % 2]],
      );
      assertEquals(counted(router, "outbox_overflows"), 0);
    },
    options,
  );
}

for (const [place, options] of placesOf("pause_publisher")) {
  scenario(
    `FR-21: pause_publisher of the ${place}: who publishes waits whatever max_stall_ms says, and nothing is lost`,
    async (router) => {
      const { publisher, subscriber } = await withSubscriber(router);
      const count = 200;
      const publishing = (async () => {
        for (let i = 0; i < count; i++) {
          await publisher.send([16, i + 1, {}, "com.a", [i, TEXT]]);
        }
      })();
      await until(() => counted(router, "producers_held") > 0);
      for (let i = 0; i < count; i++) {
        assertEquals((await subscriber.receive())[4][0], i);
      }
      await publishing;
      assertEquals(counted(router, "outbox_overflows"), 0);
    },
    options,
  );

  scenario(
    `FR-21: pause_publisher of the ${place}: a subscriber that reads nothing for slow_after_ms is closed all the same`,
    async (router) => {
      const { publisher, subscriber } = await withSubscriber(router);
      await publishUntil(
        publisher,
        () => counted(router, "outbox_overflows") > 0,
      );
      const line = await router.server.logged("has not read anything");
      assertEquals(line.fields["session"], subscriber.sessionId);
      const { pending_bytes } = line.fields;
      assert(Number(pending_bytes) < MAX_OUTBOX_BYTES / 4, `${pending_bytes}`);
    },
    options,
  );
}

for (const overload of ["drop_events", "conflate"] as const) {
  const [[, options]] = placesOf(overload);
  scenario(
    `FR-21: ${overload}: calls of a callee that does not read end with an ERROR, and none is dropped`,
    async (router) => {
      const [caller, callee] = await router.joinMany(2, { kind });
      await callee.register("com.p");
      const errors: number[] = [];
      let sent = 0;
      const { running } = router.server;
      while (running.counted("calls_refused_overload") < 5) {
        assert(sent < 500, "no call was refused");
        await caller.send([48, ++sent, {}, "com.p", [TEXT]]);
        await caller.send([
          16,
          1000 + sent,
          { acknowledge: true },
          "com.other",
        ]);
        let answer = await caller.receive();
        if (answer[0] === 8) {
          assertEquals(answer[4], "sluice.error.limit_reached");
          errors.push(answer[2]);
          answer = await caller.receive();
        }
        assertEquals(answer.slice(0, 2), [17, 1000 + sent]);
      }
      const invoked = sent - errors.length;
      for (let i = 1; i <= invoked; i++) {
        assertEquals((await callee.receive()).slice(0, 2), [68, i]);
        await callee.send([70, i, {}]);
        assertEquals((await caller.receive())[0], 50);
      }
      assertEquals(counted(router, "outbox_overflows"), 0);
    },
    options,
  );
}

scenario(
  "wamp.session.get tells what waits for a session, the most that did, events dropped, and how often it was held",
  async (router) => {
    const { publisher, subscriber } = await withSubscriber(router);
    const asker = await router.join({ kind });
    const loadOf = async ({ sessionId }: RawClient) => {
      const request = asker.nextRequest();
      const answer = await asker.request([48, request, {}, "wamp.session.get", [
        sessionId,
      ]]);
      return answer[3][0]["outbox"];
    };
    assertEquals(
      [
        (await loadOf(subscriber)).waiting_bytes,
        (await loadOf(subscriber)).events_dropped,
      ],
      [0, 0],
    );
    await publishUntil(publisher, () => counted(router, "events_dropped") >= 5);
    const load = await loadOf(subscriber);
    assert(load.waiting_bytes > MAX_OUTBOX_BYTES, `${load.waiting_bytes}`);
    assertEquals(load.most_waiting_bytes, load.waiting_bytes);
    assertEquals(load.events_dropped, counted(router, "events_dropped"));
    assertEquals(
      (await loadOf(publisher)).times_held,
      counted(router, "producers_held"),
    );
  },
  placesOf("drop_events")[0][1],
);
