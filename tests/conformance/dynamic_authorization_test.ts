/** Authorization by a procedure (checklist §7, AZ-04 and AZ-08 to AZ-10). */
import { assertEquals } from "@std/assert";
import {
  frame,
  type RawClient,
  type WireMessage,
} from "../support/raw_client.ts";
import { encodeValue } from "../support/wire_codec.ts";
import {
  assertError,
  expectError,
  expectSilence,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { challenged } from "../support/login.ts";
import { bytesOf, concat } from "../support/hex.ts";
import {
  authorized,
  type Authorizer,
  authorizer,
  joinTrusted,
} from "./_authorizer.ts";
import { sendOctets } from "./_octets.ts";

const NOT_AUTHORIZED = "wamp.error.not_authorized";
const FAILED = "wamp.error.authorization_failed";

/** One request for each action, its answer's code, and the options told. */
const REQUESTS: readonly {
  action: string;
  message: (request: number) => WireMessage;
  options: Record<string, unknown>;
}[] = [
  {
    action: "register",
    message: (request) => [64, request, {}, "com.a"],
    options: { match: "exact" },
  },
  {
    action: "call",
    message: (request) => [48, request, {}, "com.a"],
    options: {},
  },
  {
    action: "subscribe",
    message: (request) => [32, request, { match: "prefix" }, "com.a"],
    options: { match: "prefix" },
  },
  {
    action: "publish",
    message: (request) => [16, request, { acknowledge: true }, "com.a"],
    options: { acknowledge: true },
  },
];

for (const { action, message, options } of REQUESTS) {
  scenario(
    `AZ-08: the authorizer is told who wants to ${action} what, and its boolean counts`,
    async (router) => {
      const decider = await authorizer(router);
      const client = await router.open();
      const { authid } = await client.hello();
      const denied = client.nextRequest();
      await client.send(message(denied));
      const question = await decider.decide("com.a", false);
      assertEquals(question.action, action);
      assertEquals(question.options, options);
      assertEquals(question.session, {
        realm: "realm1",
        session: client.sessionId,
        authid,
        authrole: "asked",
        authmethod: "anonymous",
        authprovider: "static",
      });
      const [code] = message(denied);
      assertError(await client.receive(), code, denied, NOT_AUTHORIZED);
      await client.send(message(client.nextRequest()));
      await decider.decide("com.a", { allow: true });
      const answer = await client.receive();
      // Nobody has registered what is called.
      if (action === "call") {
        assertEquals(answer[4], "wamp.error.no_such_procedure");
      } else assertEquals(answer[0], code + 1);
    },
    { ...authorized(), everySerializer: true },
  );
}

scenario(
  "AZ-03: an unacknowledged PUBLISH that the authorizer denies is dropped in silence",
  async (router) => {
    const decider = await authorizer(router);
    const subscriber = await joinTrusted(router);
    await subscriber.subscribe("com.a");
    const publisher = await router.join();
    await publisher.send([16, publisher.nextRequest(), {}, "com.a"]);
    await decider.decide("com.a", false);
    await publisher.send([34, publisher.nextRequest(), 999]);
    assertEquals(
      (await publisher.receive())[4],
      "wamp.error.no_such_subscription",
    );
    await subscriber.expectNothing();
  },
  authorized(),
);

const BAD_RESULTS: readonly unknown[][] = [
  [],
  [null],
  ["yes"],
  [1],
  [[true]],
  [{}],
  [{ allow: "true" }],
  [{ allow: true, disclose: 1 }],
  [{ allow: true, cache: "for ever" }],
  [{ allow: true, validate: { call: "x" } }],
  [{ allow: true, allways: true }],
];

scenario(
  "AZ-04: a result that is no decision allows nothing, and says authorization_failed",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    for (const result of BAD_RESULTS) {
      const request = client.nextRequest();
      await client.send([64, request, {}, "com.a"]);
      await (await decider.asked()).answer(...result);
      assertError(await client.receive(), 64, request, FAILED);
    }
    const trusted = await joinTrusted(router);
    await trusted.register("com.a");
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "AZ-04: an authorizer that is not there, answers ERROR or goes away allows nothing",
  async (router) => {
    const client = await router.join();
    await client.send([32, 1, {}, "com.a"]);
    await expectError(client, 32, 1, FAILED);
    const decider = await authorizer(router);
    await client.send([32, 2, {}, "com.a"]);
    await (await decider.asked()).refuse("com.error.mine");
    await expectError(client, 32, 2, FAILED);
    await client.send([32, 3, {}, "com.a"]);
    await decider.asked();
    decider.callee.close();
    await expectError(client, 32, 3, FAILED);
    const line = await router.server.logged("authorization failed");
    assertEquals(line.fields["uri"], "com.a");
  },
  authorized(),
);

scenario(
  "AZ-04: an authorizer that is late allows nothing, and is interrupted",
  async (router) => {
    const callee = await router.join({
      kind: "unix",
      features: { callee: { call_canceling: true } },
    });
    await callee.register("com.authorize");
    const client = await router.join();
    await client.send([48, 1, {}, "com.a"]);
    const invocation = await callee.receive();
    await expectError(client, 48, 1, FAILED);
    const interrupt = await callee.receive();
    assertEquals(interrupt.slice(0, 2), [69, invocation[1]]);
  },
  authorized({ authorizerTimeoutMs: 20 }),
);

scenario(
  "AZ-05: what is wrong whatever the decision is not asked about",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const wrong: WireMessage[] = [
      [32, 1, {}, "com..a"],
      [64, 2, {}, "wamp.a"],
      [64, 3, {}, "sluice.authorization.flush"],
      [16, 4, { acknowledge: true }, "wamp.a"],
      [48, 5, {}, "com. a"],
    ];
    for (const message of wrong) {
      await client.send(message);
      await expectError(
        client,
        message[0],
        message[1],
        "wamp.error.invalid_uri",
      );
    }
    await decider.expectNoQuestion();
  },
  authorized(),
);

scenario(
  "AZ-01: UNSUBSCRIBE, UNREGISTER, YIELD, ERROR and CANCEL are not asked about",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join({
      features: { callee: { call_canceling: true } },
    });
    await client.send([64, 1, {}, "com.a"]);
    await decider.decide("com.a", true);
    const [, , registration] = await client.receive();
    await client.send([32, 2, {}, "com.t"]);
    await decider.decide("com.t", true);
    const [, , subscription] = await client.receive();
    const caller = await joinTrusted(router);
    await caller.send([48, caller.nextRequest(), {}, "com.a"]);
    await client.send([70, (await client.receive())[1], {}]);
    assertEquals((await caller.receive())[0], 50);
    await caller.send([48, caller.nextRequest(), {}, "com.a"]);
    await client.send([8, 68, (await client.receive())[1], {}, "com.no"]);
    assertEquals((await caller.receive())[4], "com.no");
    await client.send([49, 77, {}]);
    await client.send([34, 3, subscription]);
    assertEquals((await client.receive())[0], 35);
    await client.send([66, 4, registration]);
    assertEquals((await client.receive())[0], 67);
    await decider.expectNoQuestion();
  },
  authorized(),
);

scenario(
  "AZ-09 OG-01: while the first PUBLISH is decided on, nothing of the session overtakes it",
  async (router) => {
    const decider = await authorizer(router);
    const subscriber = await joinTrusted(router);
    await subscriber.subscribe("com.", { match: "prefix" });
    const publisher = await router.join();
    await sendTogether(publisher, [
      [16, 1, {}, "com.slow", [1]],
      [16, 2, {}, "com.quick", [2]],
      [16, 3, { acknowledge: true }, "com.denied", [3]],
      [16, 4, {}, "com.slow", [4]],
      [66, 5, 999],
    ]);
    const slow = await decider.asked();
    // Only one question is out, and nothing behind it was handled.
    await expectSilence(decider.callee, subscriber);
    await slow.answer(true);
    await decider.decide("com.quick", true);
    await decider.decide("com.denied", false);
    await decider.decide("com.slow", true);
    await expectError(publisher, 16, 3, NOT_AUTHORIZED);
    await expectError(publisher, 66, 5, "wamp.error.no_such_registration");
    for (const value of [1, 2, 4]) {
      assertEquals((await subscriber.receive())[4], [value]);
    }
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "AZ-09 OG-04: calls reach their callee in the order sent",
  async (router) => {
    const decider = await authorizer(router);
    const callee = await joinTrusted(router);
    await callee.register("com.a");
    await callee.register("com.b");
    const caller = await router.join();
    // The second comes in another read than the first.
    await caller.send([48, 1, {}, "com.a", [1]]);
    const first = await decider.asked();
    await caller.send([48, 2, {}, "com.b", [2]]);
    await callee.expectNothing();
    await first.answer(true);
    await decider.decide("com.b", true);
    for (const value of [1, 2]) {
      assertEquals((await callee.receive())[4], [value]);
    }
  },
  authorized(),
);

scenario(
  "AZ-09 AU-12: what came with AUTHENTICATE is authorized in the order sent, before what comes later",
  async (router) => {
    const decider = await authorizer(router);
    const judge = await joinTrusted(router);
    await judge.register("com.authenticate");
    const subscriber = await joinTrusted(router);
    await subscriber.subscribe("com.", { match: "prefix" });
    const client = await router.open();
    await challenged(client, "ticket", { authid: "anna" });
    await sendTogether(client, [
      [5, "t", {}],
      [16, 1, {}, "com.first"],
      [16, 2, {}, "com.second"],
    ]);
    await judge.send([70, (await judge.receive())[1], {}, ["asked"]]);
    assertEquals((await client.receive())[0], 2);
    const first = await decider.asked();
    await client.send([16, 3, {}, "com.third"]);
    await expectSilence(decider.callee, subscriber);
    await first.answer(true);
    await decider.decide("com.second", true);
    await decider.decide("com.third", true);
    for (const topic of ["com.first", "com.second", "com.third"]) {
      assertEquals((await subscriber.receive())[3]["topic"], topic);
    }
  },
  {
    ...authorized(),
    auth: {
      anonymous: { role: "trusted" },
      dynamic: {
        ticket: {
          authenticator: "com.authenticate",
          realm: "realm1",
          defaultRole: undefined,
        },
      },
    },
  },
);

scenario(
  "AZ-09: a session that waits holds up no other",
  async (router) => {
    const decider = await authorizer(router);
    const waiting = await router.join();
    await waiting.send([32, 1, {}, "com.a"]);
    const question = await decider.asked();
    const other = await router.join();
    await other.send([32, 1, {}, "com.b"]);
    await decider.decide("com.b", true);
    assertEquals((await other.receive())[0], 33);
    await question.answer(true);
    assertEquals((await waiting.receive())[0], 33);
  },
  authorized(),
);

const REQUESTS_THAT_LEAVE: readonly WireMessage[] = [
  [16, 1, {}, "com.a", [1]],
  [48, 1, {}, "com.p"],
  [32, 1, {}, "com.a"],
  [64, 1, {}, "com.new"],
];

/** Ways of a session to end, as seen from its client. */
const ENDS: readonly [how: string, end: (client: RawClient) => void][] = [
  ["that closes its connection", (client) => client.close()],
];

for (const [how, end] of ENDS) {
  scenario(
    `AZ-10: a session ${how} while it is authorized leaves nothing behind`,
    async (router) => {
      const callee = await router.join({
        kind: "unix",
        features: { callee: { call_canceling: true } },
      });
      await callee.register("com.authorize");
      const witness = await joinTrusted(router);
      await witness.register("com.p");
      await witness.subscribe("com.a");
      for (const message of REQUESTS_THAT_LEAVE) {
        const client = await router.join();
        await client.send(message);
        const invocation = await callee.receive();
        end(client);
        // The router lets go of its question when the client is gone.
        const interrupt = await callee.receive();
        assertEquals(interrupt.slice(0, 2), [69, invocation[1]]);
        await callee.send([70, invocation[1], {}, [true]]);
        await witness.expectNothing();
      }
      const { subscriptions, registrations, pendingCalls } = router.server
        .running.inventory();
      assertEquals([subscriptions, registrations, pendingCalls], [1, 2, 0]);
    },
    authorized(),
  );
}

scenario(
  "AZ-10: a session that is killed while it is authorized leaves nothing behind",
  async (router) => {
    const decider = await authorizer(router);
    const witness = await joinTrusted(router);
    await witness.subscribe("com.a");
    const client = await router.join();
    await sendTogether(client, [[16, 1, {}, "com.a"], [16, 2, {}, "com.a"]]);
    await decider.asked();
    const killer = await joinTrusted(router);
    const request = killer.nextRequest();
    const kill = "wamp.session.kill";
    await killer.send([48, request, {}, kill, [client.sessionId]]);
    assertEquals((await killer.receive())[0], 50);
    assertEquals((await client.receive())[0], 6);
    await client.send([6, {}, "wamp.close.goodbye_and_out"]);
    await client.expectClosed();
    await witness.expectNothing();
  },
  killable(),
);

/** As `authorized()`; trusted sessions may kill. */
function killable(): ReturnType<typeof authorized> {
  const options = authorized();
  const [realm] = options.realms ?? [];
  const [trusted, asked] = realm.roles;
  const [rule] = trusted.permissions;
  const permissions = [
    ...trusted.permissions,
    { ...rule, uri: "wamp.session.", match: "prefix" as const },
  ];
  return {
    ...options,
    realms: [{ ...realm, roles: [{ ...trusted, permissions }, asked] }],
  };
}

scenario(
  "AZ-07: a pattern is asked about as such",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    await client.send([32, 1, { match: "wildcard" }, "com..a"]);
    const question = await decider.decide("com..a", true);
    assertEquals(question.options["match"], "wildcard");
    assertEquals((await client.receive())[0], 33);
  },
  authorized(),
);

scenario(
  "PI-03 CI-02 AZ-08: the authorizer's disclose tells who it was",
  async (router) => {
    const decider = await authorizer(router);
    const witness = await joinTrusted(router);
    await witness.register("com.p");
    await witness.subscribe("com.a");
    const client = await router.join();
    for (const disclose of [true, false]) {
      await client.send([16, client.nextRequest(), {}, "com.a"]);
      await decider.decide("com.a", { allow: true, disclose });
      const event = await witness.receive();
      assertEquals(
        event[3]["publisher"],
        disclose ? client.sessionId : undefined,
      );
      await client.send([48, client.nextRequest(), {}, "com.p"]);
      await decider.decide("com.p", { allow: true, disclose });
      const invocation = await witness.receive();
      assertEquals(
        invocation[3]["caller"],
        disclose ? client.sessionId : undefined,
      );
      await witness.send([70, invocation[1], {}]);
      assertEquals((await client.receive())[0], 50);
    }
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "PG-08 AZ-08: the further chunks of a call are not asked about",
  async (router) => {
    const decider = await authorizer(router);
    const callee = await router.join({
      kind: "unix",
      features: {
        callee: { progressive_call_invocations: true, call_canceling: true },
      },
    });
    await callee.register("com.p");
    const caller = await router.join({
      features: { caller: { progressive_call_invocations: true } },
    });
    await caller.send([48, 1, { progress: true }, "com.p", [1]]);
    await decider.decide("com.p", true);
    assertEquals((await callee.receive())[4], [1]);
    await caller.send([48, 1, {}, "com.p", [2]]);
    const last = await callee.receive();
    assertEquals(last[4], [2]);
    await decider.expectNoQuestion();
    await callee.send([70, last[1], {}]);
    assertEquals((await caller.receive())[0], 50);
  },
  authorized(),
);

scenario(
  "TS-05: a testament's topic is decided on when it is left, and holds until it is due",
  async (router) => {
    const decider = await authorizer(router);
    const witness = await joinTrusted(router);
    await witness.subscribe("com.will");
    const add = (request: number, topic: string): WireMessage => [
      48,
      request,
      {},
      "wamp.session.add_testament",
      [topic, ["bye"], {}],
    ];
    const client = await router.join();
    await client.send(add(1, "com.other"));
    await decider.decide("com.other", false);
    await decider.decide("wamp.session.add_testament", true);
    await expectError(client, 48, 1, NOT_AUTHORIZED);
    await client.send(add(2, "com.other"));
    await decider.decide("com.other", false);
    await decider.decide("wamp.session.add_testament", true);
    await expectError(client, 48, 2, NOT_AUTHORIZED);
    await client.send(add(3, "com.broken"));
    await decider.decide("com.broken", "perhaps");
    await decider.decide("wamp.session.add_testament", true);
    await expectError(client, 48, 3, FAILED);
    await client.send(add(4, "com.will"));
    await decider.decide("com.will", true);
    await decider.decide("wamp.session.add_testament", true);
    assertEquals((await client.receive())[0], 50);
    client.close();
    assertEquals((await witness.receive())[4], ["bye"]);
    await decider.expectNoQuestion();
  },
  authorized(),
);

const ADD_TESTAMENT = "wamp.session.add_testament";

/** Has `client` leave a testament for `topic`, which is allowed. */
async function leaveTestament(
  client: RawClient,
  decider: Authorizer,
  topic: string,
  words: string,
): Promise<void> {
  const request = client.nextRequest();
  await client.send([48, request, {}, ADD_TESTAMENT, [topic, [words], {}]]);
  await decider.decide(topic, true);
  await decider.decide(ADD_TESTAMENT, true);
  assertEquals((await client.receive())[0], 50);
}

/** What a client does last with the topic of its testament. */
const LAST_QUESTIONS: [
  name: string,
  ask: (client: RawClient, decider: Authorizer) => Promise<void>,
][] = [
  ["is being asked about", async (client, decider) => {
    await client.send([16, client.nextRequest(), {}, "com.will"]);
    await decider.asked();
  }],
  ["was denied", async (client, decider) => {
    await client.send([16, client.nextRequest(), {}, "com.will"]);
    await decider.decide("com.will", false);
  }],
  ["was not decided on", async (client, decider) => {
    await client.send([16, client.nextRequest(), {}, "com.will"]);
    await decider.decide("com.will", "perhaps");
  }],
];

for (const [name, ask] of LAST_QUESTIONS) {
  scenario(
    `TS-05: a testament that was accepted is published also where its topic ${name} at last`,
    async (router) => {
      const decider = await authorizer(router);
      const witness = await joinTrusted(router);
      await witness.subscribe("com.will");
      const client = await router.join();
      await leaveTestament(client, decider, "com.will", "bye");
      await ask(client, decider);
      client.close();
      assertEquals((await witness.receive())[4], ["bye"]);
    },
    authorized(),
  );
}

scenario(
  "TS-02 TS-05: testaments that are flushed take nothing from those that are not",
  async (router) => {
    const decider = await authorizer(router);
    const witness = await joinTrusted(router);
    for (const topic of ["com.will", "com.both"]) {
      await witness.subscribe(topic);
    }
    const client = await router.join();
    await leaveTestament(client, decider, "com.will", "first");
    await leaveTestament(client, decider, "com.both", "second");
    const flush = "wamp.session.flush_testaments";
    const detached = { scope: "detached" };
    for (let round = 0; round < 3; round++) {
      const topics = [
        "com.both",
        ...Array.from({ length: 400 }, (_, i) => `com.other${round}.${i}`),
      ];
      for (const topic of topics) {
        const add = client.nextRequest();
        const args = [topic, ["never"], {}];
        await client.send([48, add, {}, ADD_TESTAMENT, args, detached]);
        await decider.decide(topic, true);
        if (topic === "com.both" && round === 0) {
          await decider.decide(ADD_TESTAMENT, { allow: true, cache: true });
        }
        assertEquals((await client.receive())[0], 50);
      }
      await client.send([48, client.nextRequest(), {}, flush, [], detached]);
      if (round === 0) {
        await decider.decide(flush, { allow: true, cache: true });
      }
      assertEquals((await client.receive())[0], 50);
    }
    client.close();
    assertEquals((await witness.receive())[4], ["first"]);
    assertEquals((await witness.receive())[4], ["second"]);
    await witness.expectNothing();
  },
  authorized(),
);

const GET_EVENTS = "wamp.subscription.get_events";

scenario(
  "EH-10 EH-11: who asks for a history without a subscription is asked about as if it subscribed",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const trusted = await joinTrusted(router);
    const id = await trusted.subscribe("com.", { match: "prefix" });
    const ask = () =>
      client.send([48, client.nextRequest(), {}, GET_EVENTS, [id]]);
    await ask();
    const question = await decider.decide("com.", false);
    assertEquals(
      [question.action, question.options],
      ["subscribe", { match: "prefix" }],
    );
    await decider.decide(GET_EVENTS, true);
    await expectError(client, 48, 1, NOT_AUTHORIZED);
    await ask();
    await decider.decide("com.", true);
    await decider.decide(GET_EVENTS, true);
    // There is no history, but it is told so.
    assertEquals(await client.receive(), [50, 2, {}]);
    await client.send([32, client.nextRequest(), { match: "prefix" }, "com."]);
    await decider.decide("com.", true);
    assertEquals((await client.receive())[0], 33);
    await ask();
    await decider.decide(GET_EVENTS, true);
    assertEquals(await client.receive(), [50, 4, {}]);
  },
  authorized(),
);

scenario(
  "AZ-10: an authorizer whose answer has a value without a form decides nothing",
  async (router) => {
    const trusted = await router.join({ kind: "unix", serializer: "cbor" });
    await trusted.register("com.authorize");
    const client = await router.join();
    for (const value of ["e5", "a1 a0 00"]) {
      const request = client.nextRequest();
      await client.send([32, request, {}, "com.a"]);
      const [, invocation] = await trusted.receive();
      await sendOctets(trusted, [70, invocation, {}], bytesOf(`81 ${value}`));
      await expectError(client, 32, request, FAILED);
    }
  },
  authorized(),
);

/** A PING whose payload is one octet. */
function ping(octet: number): Uint8Array {
  return new Uint8Array([1, 0, 0, 1, octet]);
}

async function expectPong(client: RawClient, octet: number): Promise<void> {
  const { first, payload } = await client.readFrame();
  assertEquals([first, ...payload], [2, octet]);
}

scenario(
  "FR-07 FR-09 AZ-09: PINGs are answered at once while the authorizer is asked, and what waits keeps its order",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const framed = (message: WireMessage) =>
      frame(0, encodeValue(client.serializer, message));
    await client.sendBytes(concat(
      framed([32, 1, {}, "com.a"]),
      ping(1),
      framed([32, 2, {}, "com.b"]),
      ping(2),
    ));
    const first = await decider.asked();
    await expectPong(client, 1);
    await expectPong(client, 2);
    await client.sendBytes(ping(3));
    await expectPong(client, 3);
    await client.sendBytes(ping(4));
    await expectPong(client, 4);
    // A frame that is cut stands in the way of what is behind it.
    const third = concat(framed([32, 3, {}, "com.c"]), ping(5));
    await client.sendBytes(third.subarray(0, 7));
    await first.answer(true);
    assertEquals((await client.receive()).slice(0, 2), [33, 1]);
    await client.sendBytes(third.subarray(7));
    await decider.decide("com.b", true);
    assertEquals((await client.receive()).slice(0, 2), [33, 2]);
    const last = await decider.asked();
    await expectPong(client, 5);
    await last.answer(true);
    assertEquals((await client.receive()).slice(0, 2), [33, 3]);
  },
  authorized(),
);

scenario(
  "MS-03 CI-04: an authorizer that asks who calls is not told of the router",
  async (router) => {
    const trusted = await joinTrusted(router);
    await trusted.register("com.authorize", { disclose_caller: true });
    const client = await router.join();
    await client.send([32, 1, {}, "com.a"]);
    const details = (await trusted.receive())[3];
    assertEquals(
      Object.keys(details).filter((key) => key.startsWith("caller")),
      [],
    );
  },
  authorized(),
);
