/** What breaks the protocol, and what comes of it (checklist §5.2). */
import { assertEquals } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  frame,
  helloDetails,
  RawClient,
  show,
  type WireMessage,
} from "../support/raw_client.ts";
import {
  expectError,
  expectViolation,
  framesOf,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** A session that has seen an invocation, and so may answer one. */
async function joinAsCallee(
  router: Scenario,
  serializer: (typeof SERIALIZERS)[number],
): Promise<RawClient> {
  const client = await router.join({ serializer });
  await client.register("com.own");
  await client.send([48, client.nextRequest(), {}, "com.own"]);
  assertEquals((await client.receive()).slice(0, 2), [68, 1]);
  return client;
}

/** What no client may send while its session is established. */
const IN_A_SESSION: [name: string, message: WireMessage][] = [
  ["PV-06: HELLO", [1, "realm1", helloDetails()]],
  ["PV-06: WELCOME", [2, 5, { roles: {} }]],
  ["PV-06: CHALLENGE", [4, "ticket", {}]],
  ["PV-07: AUTHENTICATE", [5, "", {}]],
  ["PV-07: PUBLISHED", [17, 1, 5]],
  ["PV-07: SUBSCRIBED", [33, 1, 5]],
  ["PV-07: UNSUBSCRIBED", [35, 1]],
  ["PV-07: EVENT", [36, 1, 5, {}]],
  ["PV-07: RESULT", [50, 1, {}]],
  ["PV-07: REGISTERED", [65, 1, 5]],
  ["PV-07: UNREGISTERED", [67, 1]],
  ["PV-07: INVOCATION", [68, 1, 5, {}]],
  ["PV-07: INTERRUPT", [69, 1, {}]],
  ["PV-06: ERROR that answers CALL", [8, 48, 1, {}, "com.a"]],
  ["PV-06: ERROR that answers PUBLISH", [8, 16, 1, {}, "com.a"]],
  ["PV-06: ERROR that answers nothing known", [8, 0, 1, {}, "com.a"]],
  ["PV-06: an empty list", []],
  ["PV-06: an unknown type", [77]],
  ["PV-06: CALL with unannounced progress", [48, 9, { progress: true }, "a"]],
  ["PV-06: CALL in unannounced PPT", [48, 9, { ppt_scheme: "x_my" }, "a"]],
  ["PV-06: PUBLISH in unannounced PPT", [16, 9, { ppt_scheme: "x_my" }, "a"]],
  ["PV-06: YIELD in unannounced PPT", [70, 1, { ppt_scheme: "x_my" }]],
  ["PV-06: SUBSCRIBE of a wrong shape", [32, 1, {}]],
  ["PV-06: PUBLISH of a wrong shape", [16, 1, [], "com.a"]],
  ["PV-06 PV-08: YIELD to invocation 0", [70, 0, {}]],
  ["PV-06 PV-08: YIELD to an invocation never issued", [70, 2, {}]],
  ["PV-06 PV-08: YIELD to invocation 2^53", [70, 2 ** 53, {}]],
  ["PV-08: ERROR to invocation 0", [8, 68, 0, {}, "com.a"]],
  ["PV-08: ERROR to an invocation never issued", [8, 68, 2, {}, "com.a"]],
];

for (const [name, message] of IN_A_SESSION) {
  scenario(`${name} ends an established session`, async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await joinAsCallee(router, serializer);
      await client.send(message);
      await expectViolation(client);
    }
  });
}

/** What no client may send before its session is established, HELLO aside. */
const BEFORE_A_SESSION: [name: string, message: WireMessage][] = [
  ["PV-06: GOODBYE", [6, {}, "wamp.close.normal"]],
  ["PV-06: ERROR", [8, 68, 1, {}, "com.a"]],
  ["PV-06: SUBSCRIBED", [33, 1, 5]],
  ["PV-06: UNSUBSCRIBED", [35, 1]],
  ["PV-06: PUBLISHED", [17, 1, 5]],
  ["PV-06: RESULT", [50, 1, {}]],
  ["PV-06: REGISTERED", [65, 1, 5]],
  ["PV-06: UNREGISTERED", [67, 1]],
  ["PV-06: INVOCATION", [68, 1, 5, {}]],
  ["PV-07: WELCOME", [2, 5, { roles: {} }]],
  ["PV-07: CHALLENGE", [4, "ticket", {}]],
  ["PV-07: EVENT", [36, 1, 5, {}]],
  ["PV-07: INTERRUPT", [69, 1, {}]],
  ["PV-07: SUBSCRIBE", [32, 1, {}, "com.a"]],
  ["PV-07: CALL", [48, 1, {}, "com.a"]],
  ["PV-06: an empty list", []],
  ["PV-06: an unknown type", [77]],
  ["PV-06: HELLO of a wrong shape", [1, "realm1"]],
];

for (const [name, message] of BEFORE_A_SESSION) {
  scenario(
    `${name} before a session ends the connection, after an ABORT (PV-04)`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.open(serializer);
        await client.send(message);
        await expectViolation(client);
      }
    },
  );
}

scenario(
  "PV-04: the ABORT before a session is in the serializer of the handshake",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      await client.sendFrame(0, bytesOf("C1"));
      await expectViolation(client);
    }
  },
);

/** Octets that are no message, by serializer. */
const UNDECODABLE: Record<string, [name: string, octets: Uint8Array][]> = {
  json: [
    ["cut off", utf8("[16,1,{}")],
    ["no JSON", utf8("hello")],
    ["no UTF-8", concat(utf8('[32,1,{},"com.'), bytesOf("FF"), utf8('"]'))],
  ],
  msgpack: [
    ["cut off", bytesOf("94 10 01 80 A5 61")],
    ["no type", bytesOf("C1")],
    ["a claim of 2^32 - 1 elements", bytesOf("DD FF FF FF FF 10")],
  ],
  cbor: [
    ["cut off", bytesOf("84 10 01 A0 65 61")],
    ["reserved", bytesOf("1C")],
    ["a claim of 2^64 - 1 elements", bytesOf("9B FF FF FF FF FF FF FF FF 10")],
  ],
};

for (const serializer of SERIALIZERS) {
  for (const [name, octets] of UNDECODABLE[serializer]) {
    scenario(
      `PV-06: ${serializer} that cannot be decoded (${name}) ends the session at any time`,
      async (router) => {
        for (const client of await openAndJoin(router, serializer)) {
          await client.sendFrame(0, octets);
          await expectViolation(client);
        }
      },
    );
  }
}

/** A client before its session and one with it. */
async function openAndJoin(
  router: Scenario,
  serializer: (typeof SERIALIZERS)[number],
): Promise<RawClient[]> {
  return [await router.open(serializer), await router.join({ serializer })];
}

scenario(
  "PV-01: the ABORT names wamp.error.protocol_violation, and says in a text what was wrong",
  async (router) => {
    const client = await router.join();
    await client.send([48, 1, {}]);
    const abort = await client.receive();
    assertEquals(abort.length, 3, show(abort));
    assertEquals([abort[0], abort[2]], [3, "wamp.error.protocol_violation"]);
    assertEquals(Object.keys(abort[1]), ["message"]);
    assertEquals(abort[1].message, "The message has too few elements");
    await client.expectClosed();
  },
  { everySerializer: true },
);

scenario(
  "PV-02: the session is over at once, and for all others",
  async (router) => {
    const [witness, offender] = await router.joinMany(2);
    await offender.register("com.offender");
    const subscription = await offender.subscribe("com.a");
    await witness.send([48, 1, {}, "com.offender"]);
    assertEquals((await offender.receive())[0], 68);
    await offender.send([77]);
    await expectError(witness, 48, 1, "wamp.error.canceled");
    await witness.send([48, 2, {}, "com.offender"]);
    await expectError(witness, 48, 2, "wamp.error.no_such_procedure");
    assertEquals(router.server.running.inventory().subscriptions, 0);
    await witness.send([16, 3, {}, "com.a", [subscription]]);
    await witness.expectNothing();
    await expectViolation(offender);
  },
  { everySerializer: true },
);

scenario(
  "PV-02 PV-09: what is queued behind the offence is not handled, nor answered",
  async (router) => {
    const [witness, offender] = await router.joinMany(2);
    await witness.subscribe("com.a");
    await offender.sendBytes(concat(
      framesOf(offender, [[16, 1, {}, "com.a", ["before"]], [77]]),
      frame(1, bytesOf("2A")),
      framesOf(offender, [
        [16, 2, { acknowledge: true }, "com.a", ["behind"]],
        [48, 3, {}, "com.none"],
        [99],
        [1, "realm1", helloDetails()],
      ]),
      bytesOf("03 00 00 00"),
    ));
    await expectViolation(offender);
    assertEquals((await witness.receive())[4], ["before"]);
    await witness.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "PV-09: no PONG and no answer follows the ABORT, even to what comes later",
  async (router) => {
    const offender = await router.join();
    await offender.send([77]);
    assertEquals((await offender.receive())[0], 3);
    await offender.sendBytes(concat(
      frame(1, bytesOf("2A")),
      framesOf(offender, [[3, {}, "com.a"], [6, {}, "com.a"]]),
    ));
    await offender.expectClosed();
  },
  { everySerializer: true },
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `PV-03: the transport is closed after the ABORT was flushed, over ${kind}`,
    async ({ server }) => {
      using publisher = await RawClient.join(server.address(kind), "msgpack");
      using offender = await RawClient.join(server.address(kind), "msgpack");
      await offender.subscribe("com.a");
      // More than the sockets hold: the ABORT waits behind it.
      const count = 70;
      const text = "x".repeat(100_000);
      for (let i = 0; i < count; i++) {
        await publisher.send([16, i + 1, {}, "com.a", [i, text]]);
      }
      await publisher.expectNothing();
      await offender.send([77]);
      for (let i = 0; i < count; i++) {
        assertEquals((await offender.receive())[4][0], i);
      }
      await expectViolation(offender);
      await publisher.expectNothing();
    },
    { kinds: [kind] },
  );
}

scenario(
  "PV-05: sessions that work together with an offender go on, and so do all calls of theirs",
  async (router) => {
    const clients = await router.joinMany(6);
    await clients[0].register("com.echo");
    for (const client of clients.slice(1)) await client.subscribe("com.a");
    const pending = clients[1];
    await pending.send([48, 500, {}, "com.echo", ["pending"]]);
    const invocation = await clients[0].receive();
    for (const serializer of SERIALIZERS) {
      const offender = await joinAsCallee(router, serializer);
      await offender.subscribe("com.a");
      await offender.send([70, 99, {}]);
      await expectViolation(offender);
    }
    await clients[0].send([70, invocation[1], {}, ["answer"]]);
    assertEquals(await pending.receive(), [50, 500, {}, ["answer"]]);
    await clients[0].send([16, 50, {}, "com.a", [1]]);
    for (const client of clients.slice(1)) {
      assertEquals((await client.receive())[4], [1]);
      await client.expectNothing();
    }
  },
);

scenario(
  "PV-08: an answer to an invocation that is over is dropped without a word",
  async (router) => {
    const [callee, caller] = await router.joinMany(2);
    await callee.register("com.a");
    for (const _turn of [1, 2]) {
      await caller.send([48, caller.nextRequest(), {}, "com.a"]);
      await callee.receive();
    }
    await callee.send([70, 1, {}]);
    await callee.send([8, 68, 2, {}, "com.error"]);
    assertEquals(await caller.receive(), [50, 1, {}]);
    assertEquals(await caller.receive(), [8, 48, 2, {}, "com.error"]);
    for (const invocation of [1, 2]) {
      await callee.send([70, invocation, {}, ["again"]]);
      await callee.send([8, 68, invocation, {}, "com.again"]);
    }
    await callee.expectNothing();
    await caller.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "PV-08: an invocation of another session is none of one's own",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const callee = await router.join({ serializer });
      await callee.register("com.a");
      await callee.send([48, 7, {}, "com.a"]);
      assertEquals((await callee.receive()).slice(0, 2), [68, 1]);
      const other = await router.join({ serializer });
      await other.send([70, 1, {}]);
      await expectViolation(other);
      await callee.send([70, 1, {}]);
      assertEquals(await callee.receive(), [50, 7, {}]);
      await callee.send([66, 8, 99]);
      await expectError(callee, 66, 8, "wamp.error.no_such_registration");
      callee.close();
      await router.server.emptied();
    }
  },
);

/** When a client can send ABORT. */
for (const state of ["before HELLO", "in a session", "after GOODBYE"]) {
  scenario(
    `PV-09: ABORT ${state} gets no answer, and the connection ends`,
    async (router) => {
      const client = await router.open();
      if (state !== "before HELLO") await client.hello();
      if (state === "after GOODBYE") {
        await client.request([6, {}, "wamp.close.normal"]);
      }
      await client.send([3, {}, "com.example.enough"]);
      await client.expectClosed();
    },
    { everySerializer: true },
  );
}
