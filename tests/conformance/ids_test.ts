/** Identifiers: range, scopes and sequences (checklist §3.1). */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  CANCELING,
  expectSilence,
  expectViolation,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const ID_MAX = 2 ** 53;

/** Messages with an ID at the place given. */
const ID_PLACES: [name: string, message: (id: unknown) => WireMessage][] = [
  ["PUBLISH.Request", (id) => [16, id, { acknowledge: true }, "com.a"]],
  ["SUBSCRIBE.Request", (id) => [32, id, {}, "com.a"]],
  ["UNSUBSCRIBE.Request", (id) => [34, id, 1]],
  ["UNSUBSCRIBE.Subscription", (id) => [34, 1, id]],
  ["CALL.Request", (id) => [48, id, {}, "com.a"]],
  ["CANCEL.Request", (id) => [49, id, {}]],
  ["REGISTER.Request", (id) => [64, id, {}, "com.a"]],
  ["UNREGISTER.Request", (id) => [66, id, 1]],
  ["UNREGISTER.Registration", (id) => [66, 1, id]],
];

const NO_IDS: [name: string, value: unknown][] = [
  ["0", 0],
  ["a negative integer", -1],
  ["2^53 + 1", 9007199254740993n],
  ["2^53 + 2", ID_MAX + 2],
  ["a fraction", 1.5],
  ["a string", "1"],
  ["null", null],
  ["a bool", true],
];

for (const [place, message] of ID_PLACES) {
  scenario(
    `ID-01: what is no ID in ${place} ends the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        for (const [, value] of NO_IDS) {
          // JSON.stringify knows no bigint.
          const isTooWide = serializer === "json" && typeof value === "bigint";
          const client = await router.join({ serializer });
          await client.send(message(isTooWide ? ID_MAX + 2 : value));
          await expectViolation(client);
        }
      }
    },
  );
}

scenario("ID-01: 1 and 2^53 are IDs", async (router) => {
  for (const serializer of SERIALIZERS) {
    const client = await router.join({ serializer });
    for (const id of [1, ID_MAX]) {
      assertEquals(
        (await client.request([16, id, { acknowledge: true }, "com.a"]))
          .slice(0, 2),
        [17, id],
      );
    }
  }
});

scenario(
  "ID-02: publication IDs are random over the whole range",
  async (router) => {
    const client = await router.join();
    const count = 1000;
    await sendTogether(
      client,
      Array.from(
        { length: count },
        (_, i) => [16, i + 1, { acknowledge: true }, "com.a"],
      ),
    );
    const ids: number[] = [];
    for (let i = 0; i < count; i++) ids.push((await client.receive())[2]);
    assertSpread(ids);
    const eighths = new Array(8).fill(0);
    for (const id of ids) eighths[Math.floor((id - 1) / 2 ** 50)]++;
    // 125 are expected in each; 50 are seven standard deviations away.
    for (const seen of eighths) assert(seen > 50, `uneven: ${eighths}`);
  },
);

scenario(
  "ID-02: session IDs are random over the whole range",
  async (router) => {
    const clients = await router.joinMany(40);
    const ids = clients.map((client) => client.sessionId);
    assertSpread(ids);
    assert(ids.some((id) => id > 2 ** 52), `all in the lower half: ${ids}`);
    assert(ids.some((id) => id <= 2 ** 52), `all in the upper half: ${ids}`);
  },
);

function assertSpread(ids: readonly number[]): void {
  assertEquals(new Set(ids).size, ids.length, "IDs are distinct");
  for (const [i, id] of ids.entries()) {
    assert(Number.isInteger(id) && id >= 1 && id <= ID_MAX, `${id}`);
    // No counter, whichever its step.
    if (i > 0) assert(Math.abs(id - ids[i - 1]) > 2 ** 16, "neighbours");
  }
}

scenario(
  "ID-03: live subscriptions and registrations have distinct IDs, which do not come back soon",
  async (router) => {
    const [one, other] = await router.joinMany(2);
    const subscriptions = [
      await one.subscribe("com.a"),
      await other.subscribe("com.b"),
      await other.subscribe("com.a", { match: "prefix" }),
    ];
    const registrations = [
      await one.register("com.a"),
      await other.register("com.b"),
      await other.register("com.a", { match: "prefix" }),
    ];
    assertEquals(new Set(subscriptions).size, 3);
    assertEquals(new Set(registrations).size, 3);
    await one.request([34, one.nextRequest(), subscriptions[0]]);
    await one.request([66, one.nextRequest(), registrations[0]]);
    assert(!subscriptions.includes(await one.subscribe("com.a")));
    assert(!registrations.includes(await one.register("com.a")));
  },
);

/** One request of each kind, all of one sequence. */
async function sendOfEachKind(client: RawClient): Promise<void> {
  const answers = [];
  for (
    const message of [
      [32, 1, {}, "com.a"],
      [64, 2, {}, "com.a"],
      [16, 3, {}, "com.b"],
      [16, 4, { acknowledge: true }, "com.b"],
      [48, 5, {}, "com.none"],
      [49, 5, {}],
      [34, 6, 1],
      [66, 7, 1],
      [48, 8, {}, "com.none"],
    ]
  ) {
    await client.send(message);
    if (message[0] !== 49 && message[1] !== 3) {
      const answer = await client.receive();
      answers.push(answer[0] === 8 ? answer[2] : answer[1]);
    }
  }
  assertEquals(answers, [1, 2, 4, 5, 6, 7, 8]);
}

scenario(
  "ID-04: one sequence for all kinds of requests, in which CANCEL takes no part",
  async (router) => {
    await sendOfEachKind(await router.join());
  },
  { limits: { strictRequestIds: true } },
);

/** Request IDs that break the sequence with the last one. */
const BROKEN_SEQUENCES: [name: string, ids: number[]][] = [
  ["a first ID that is not 1", [2]],
  ["a gap", [1, 3]],
  ["a repeat", [1, 2, 2]],
  ["a step back", [1, 2, 3, 1]],
];

for (const [name, ids] of BROKEN_SEQUENCES) {
  scenario(
    `ID-05: with strict_request_ids ${name} ends the session`,
    async (router) => {
      const client = await router.join();
      for (const id of ids.slice(0, -1)) {
        await client.request([16, id, { acknowledge: true }, "com.a"]);
      }
      await client.send([16, ids[ids.length - 1], {}, "com.a"]);
      await expectViolation(client);
    },
    { limits: { strictRequestIds: true } },
  );
}

scenario(
  "ID-05: without strict_request_ids any order of request IDs is served",
  async (router) => {
    const client = await router.join();
    for (const id of [123, 789, 789, 5, ID_MAX]) {
      const answer = await client.request([
        16,
        id,
        { acknowledge: true },
        "com.a",
      ]);
      assertEquals(answer.slice(0, 2), [17, id]);
    }
  },
);

scenario("ID-06: 2^53 may be followed by 1", async (router) => {
  const client = await router.join();
  for (const id of [ID_MAX - 1, ID_MAX, 1, 2]) {
    assertEquals((await client.request([32, id, {}, "com.a"]))[1], id);
  }
});

scenario(
  "ID-07: invocation IDs count from 1 for each callee by itself",
  async (router) => {
    const [caller, one, other] = await router.joinMany(3);
    await one.register("com.one");
    await other.register("com.other");
    const plan = ["one", "one", "other", "one", "other"];
    const seen: Record<string, number[]> = { one: [], other: [] };
    for (const name of plan) {
      await caller.send([48, caller.nextRequest(), {}, `com.${name}`]);
      const invocation = await (name === "one" ? one : other).receive();
      assertEquals(invocation[0], 68);
      seen[name].push(invocation[1]);
    }
    assertEquals(seen, { one: [1, 2, 3], other: [1, 2] });
  },
);

scenario(
  "ID-08: request IDs of different sessions do not clash",
  async (router) => {
    const callee = await router.join({ features: CANCELING });
    const [one, other] = await router.joinMany(2);
    await callee.register("com.a");
    await one.send([48, 42, {}, "com.a", ["one"]]);
    assertEquals((await callee.receive()).slice(4), [["one"]]);
    await other.send([48, 42, {}, "com.a", ["other"]]);
    assertEquals((await callee.receive()).slice(4), [["other"]]);
    await one.send([49, 42, {}]);
    assertEquals((await one.receive()).slice(0, 3), [8, 48, 42]);
    assertEquals((await callee.receive()).slice(0, 2), [69, 1]);
    await expectSilence(callee, other);
    await callee.send([70, 2, {}, ["done"]]);
    assertEquals(await other.receive(), [50, 42, {}, ["done"]]);
  },
);

scenario("ID-08: CANCEL names only the sender's own calls", async (router) => {
  const callee = await router.join({ features: CANCELING });
  const [caller, stranger] = await router.joinMany(2);
  await callee.register("com.a");
  await caller.send([48, 42, {}, "com.a"]);
  await callee.receive();
  await stranger.send([49, 42, { mode: "killnowait" }]);
  await expectSilence(stranger, callee, caller);
});

scenario(
  "ID-09: another session on the same transport counts from 1 again",
  async (router) => {
    const [client, caller] = await router.joinMany(2);
    for (let round = 0; round < 2; round++) {
      assertEquals(
        (await client.request([64, 1, {}, "com.a"])).slice(0, 2),
        [65, 1],
      );
      await caller.send([48, caller.nextRequest(), {}, "com.a"]);
      assertEquals((await client.receive()).slice(0, 2), [68, 1]);
      const before = client.sessionId;
      await client.request([6, {}, "wamp.close.normal"]);
      await caller.receive();
      await client.hello();
      assertNotEquals(client.sessionId, before);
    }
  },
  { limits: { strictRequestIds: true } },
);

scenario("ID-10: answers and errors carry the request's ID", async (router) => {
  const [client, callee] = await router.joinMany(2);
  await callee.register("com.echo");
  const id = ID_MAX - 7;
  const mirrored: WireMessage[] = [];
  for (
    const message of [
      [32, id, {}, "com.a"],
      [16, id, { acknowledge: true }, "com.a"],
      [64, id, {}, "com.b"],
    ]
  ) mirrored.push((await client.request(message)).slice(0, 2));
  assertEquals(mirrored, [[33, id], [17, id], [65, id]]);
  await client.send([48, id, {}, "com.echo"]);
  await callee.receive();
  await callee.send([70, 1, {}]);
  assertEquals(await client.receive(), [50, id, {}]);

  const refused: WireMessage[] = [];
  for (
    const message of [
      [32, id, {}, "a..b"],
      [34, id, 99],
      [16, id, { acknowledge: true }, "a..b"],
      [64, id, {}, "com.b"],
      [66, id, 99],
      [48, id, {}, "com.none"],
    ]
  ) refused.push((await client.request(message)).slice(0, 3));
  assertEquals(refused, [
    [8, 32, id],
    [8, 34, id],
    [8, 16, id],
    [8, 64, id],
    [8, 66, id],
    [8, 48, id],
  ]);
}, { everySerializer: true });

scenario(
  "ID-11: PUBLISHED and all EVENTs of a publication have one publication ID",
  async (router) => {
    const publisher = await router.join();
    const subscribers = await router.joinMany(3);
    for (const subscriber of subscribers) {
      await subscriber.subscribe("com.a");
      await subscriber.subscribe("com", { match: "prefix" });
    }
    const answer = await publisher.request([
      16,
      1,
      { acknowledge: true },
      "com.a",
    ]);
    for (const subscriber of subscribers) {
      for (let i = 0; i < 2; i++) {
        const event = await subscriber.receive();
        assertEquals([event[0], event[2]], [36, answer[2]]);
      }
    }
  },
);
