/** From HELLO to the end of a session (checklist §5.1). */
import { assertEquals, assertNotEquals } from "@std/assert";
import { assertOnceLess } from "../support/growth.ts";
import { concat } from "../support/hex.ts";
import {
  helloDetails,
  type RawClient,
  type WireMessage,
} from "../support/raw_client.ts";
import {
  CANCELING,
  expectError,
  expectViolation,
  framesOf,
  type Scenario,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { quietRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const TWO_REALMS = { realms: [quietRealm("realm1"), quietRealm("realm2")] };

/** First messages that are none. */
const NO_FIRST_MESSAGES: [name: string, message: WireMessage][] = [
  ["SUBSCRIBE", [32, 1, {}, "com.a"]],
  ["UNSUBSCRIBE", [34, 1, 1]],
  ["PUBLISH", [16, 1, {}, "com.a"]],
  ["acknowledged PUBLISH", [16, 1, { acknowledge: true }, "com.a"]],
  ["REGISTER", [64, 1, {}, "com.a"]],
  ["UNREGISTER", [66, 1, 1]],
  ["CALL", [48, 1, {}, "com.a"]],
  ["CANCEL", [49, 1, {}]],
  ["YIELD", [70, 1, {}]],
  ["AUTHENTICATE", [5, "", {}]],
];

for (const [name, message] of NO_FIRST_MESSAGES) {
  scenario(
    `SL-01: ${name} as the first message ends the connection`,
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
  "SL-02: WELCOME is the answer to HELLO, and the first message of all",
  async (router) => {
    const { server } = router;
    const publisher = await router.join();
    const client = await router.open();
    // What HELLO is glued to gets its answers behind WELCOME.
    await sendTogether(client, [
      [1, "realm1", helloDetails()],
      [32, 1, {}, "com.a"],
      [64, 2, {}, "com.a"],
    ]);
    await publisher.send([16, 1, {}, "com.a"]);
    const first = await client.receive();
    assertEquals(first[0], 2);
    assertEquals((await client.receive()).slice(0, 2), [33, 1]);
    assertEquals(server.running.inventory().sessions, 2);
  },
  { everySerializer: true },
);

scenario(
  "SL-03: a session lives on through refusals, silence and its peers' ends",
  async (router) => {
    const client = await router.join();
    for (let i = 1; i <= 20; i++) {
      const other = await router.join();
      await client.send([48, i, {}, "com.none"]);
      await expectError(client, 48, i, "wamp.error.no_such_procedure");
      if (i % 2 === 0) other.close();
      else {
        await other.send([99]);
        await expectViolation(other);
      }
    }
    assertEquals(await client.request([64, 21, {}, "com.a"]), [65, 21, 1]);
  },
);

scenario(
  "SL-04: a second HELLO ends the session",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      for (const realm of ["realm1", "realm2", "com.unknown"]) {
        const client = await router.join({ serializer });
        await client.send([1, realm, helloDetails()]);
        await expectViolation(client);
      }
    }
  },
  TWO_REALMS,
);

/** The ways in which a session can end. */
const ENDS: [name: string, end: (client: RawClient) => Promise<void>][] = [
  ["GOODBYE", async (client) => {
    await client.send([6, {}, "wamp.close.close_realm"]);
    assertEquals((await client.receive())[0], 6);
  }],
  ["ABORT", async (client) => {
    await client.send([3, {}, "com.example.enough"]);
    await client.expectClosed();
  }],
  ["a protocol violation", async (client) => {
    await client.send([100]);
    await expectViolation(client);
  }],
  ["the end of its transport", (client) => {
    client.close();
    return Promise.resolve();
  }],
  ["half closing its transport", async (client) => {
    await client.conn.closeWrite();
    await client.expectClosed();
  }],
];

for (const [name, end] of ENDS) {
  scenario(
    `SL-05: a session that ends by ${name} leaves nothing behind`,
    async (router) => {
      const [other, callee] = await router.joinMany(2, { features: CANCELING });
      const leaver = await router.join();
      await leaver.subscribe("com.a");
      await leaver.subscribe("com", { match: "prefix" });
      await leaver.register("com.leaver");
      await callee.register("com.callee");
      // It waits for a call, and is waited for by one.
      await leaver.send([48, leaver.nextRequest(), {}, "com.callee"]);
      assertEquals((await callee.receive()).slice(0, 2), [68, 1]);
      await other.send([48, other.nextRequest(), {}, "com.leaver"]);
      assertEquals((await leaver.receive()).slice(0, 2), [68, 1]);

      await end(leaver);

      assertEquals(
        (await other.receive()).slice(0, 5),
        [8, 48, 1, {}, "wamp.error.canceled"],
      );
      assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
      await other.send([48, 2, {}, "com.leaver"]);
      await expectError(other, 48, 2, "wamp.error.no_such_procedure");
      // The answer to the call of nobody is dropped.
      await callee.send([70, 1, {}, ["late"]]);
      await callee.expectNothing();
      await assertOnlyOwned(router);
    },
    { everySerializer: true },
  );
}

/** What the two that stay own, and no more. */
async function assertOnlyOwned(router: Scenario): Promise<void> {
  const prober = await router.join();
  await prober.expectNothing();
  const left = router.server.running.inventory();
  assertEquals(
    [left.sessions, left.subscriptions, left.registrations, left.pendingCalls],
    [3, 0, 1, 0],
  );
}

scenario(
  "SL-06: after GOODBYE another session may open on the same transport, also of another realm",
  async (router) => {
    const client = await router.join();
    const others = [
      await router.join(),
      await router.join({
        realm: "realm2",
      }),
    ];
    const ids = new Set<number>();
    for (const realm of ["realm1", "realm2", "realm1"]) {
      if (ids.size > 0) await client.hello(helloDetails(), realm);
      ids.add(client.sessionId);
      await client.subscribe("com.a");
      await client.register("com.a");
      assertEquals(
        await client.request([6, {}, "wamp.close.normal"]),
        [6, {}, "wamp.close.goodbye_and_out"],
      );
      for (const other of others) {
        await other.send([16, other.nextRequest(), {}, "com.a"]);
        const request = other.nextRequest();
        await other.send([48, request, {}, "com.a"]);
        await expectError(other, 48, request, "wamp.error.no_such_procedure");
      }
    }
    assertEquals(ids.size, 3);
    await client.hello(helloDetails(), "realm2");
    await client.expectNothing();
  },
  { ...TWO_REALMS, everySerializer: true },
);

scenario(
  "SL-06: GOODBYE, HELLO and requests in one write are two sessions in turn",
  async (router) => {
    const client = await router.join();
    const first = client.sessionId;
    await sendTogether(client, [
      [32, 1, {}, "com.a"],
      [6, {}, "wamp.close.normal"],
      [1, "realm1", helloDetails()],
      [16, 1, { acknowledge: true, exclude_me: false }, "com.a"],
    ]);
    assertEquals((await client.receive()).slice(0, 2), [33, 1]);
    assertEquals((await client.receive())[0], 6);
    const welcome = await client.receive();
    assertEquals(welcome[0], 2);
    assertNotEquals(welcome[1], first);
    // No event: the subscription was the first session's.
    assertEquals((await client.receive()).slice(0, 2), [17, 1]);
  },
  { everySerializer: true },
);

scenario(
  "SL-06: between GOODBYE and HELLO the transport is as it was at first",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      await client.request([6, {}, "wamp.close.normal"]);
      await client.send([16, 1, {}, "com.a"]);
      await expectViolation(client);
      const other = await router.join({ serializer });
      await other.request([6, {}, "wamp.close.normal"]);
      await other.send([6, {}, "wamp.close.normal"]);
      await expectViolation(other);
    }
  },
);

for (const state of ["before HELLO", "in a session", "after GOODBYE"]) {
  scenario(
    `SL-06: R closes its side at once when the peer closes its own ${state}`,
    async (router) => {
      const close = async () => {
        const client = await router.open();
        if (state !== "before HELLO") await client.hello();
        if (state === "after GOODBYE") {
          await client.request([6, {}, "wamp.close.normal"]);
        }
        const before = performance.now();
        await client.conn.closeWrite();
        await client.expectClosed();
        await router.server.emptied();
        return performance.now() - before;
      };
      // Any timeout would be longer.
      await assertOnceLess(close, 1000);
    },
    { kinds: ["tcp"] },
  );
}

scenario(
  "SL-07: the answer to GOODBYE is sent when the client half closes behind it",
  async (router) => {
    const client = await router.join();
    await client.send([6, {}, "wamp.close.normal"]);
    await client.conn.closeWrite();
    assertEquals(
      await client.receive(),
      [6, {}, "wamp.close.goodbye_and_out"],
    );
    await client.expectClosed();
  },
  { everySerializer: true },
);

scenario(
  "SL-07: the answer to GOODBYE comes behind all that was sent before",
  async (router) => {
    const [client, publisher] = await router.joinMany(2);
    await client.subscribe("com.a");
    // More than the sockets hold: most of it waits in the outbox.
    const count = 70;
    const text = "x".repeat(100_000);
    for (let i = 0; i < count; i++) {
      await publisher.send([16, i + 1, {}, "com.a", [i, text]]);
    }
    await publisher.expectNothing();
    await client.send([6, {}, "wamp.close.normal"]);
    await client.conn.closeWrite();
    for (let i = 0; i < count; i++) {
      assertEquals((await client.receive())[4][0], i);
    }
    assertEquals((await client.receive())[0], 6);
    await client.expectClosed();
  },
);

scenario(
  "SL-11: events and calls do not cross realms",
  async (router) => {
    const [one, other] = [
      await router.join({ realm: "realm1" }),
      await router.join({ realm: "realm2" }),
    ];
    await one.subscribe("com.a");
    await one.subscribe("", { match: "prefix" });
    await one.register("com.a");
    await one.register("", { match: "prefix" });
    await other.send([16, 1, {}, "com.a", ["secret"]]);
    await other.send([48, 2, {}, "com.a"]);
    await expectError(other, 48, 2, "wamp.error.no_such_procedure");
    await one.expectNothing();
    // The same URIs are free there.
    await other.register("com.a");
    const subscription = await other.subscribe("com.a");
    assertEquals(
      (await other.request([34, 9, subscription])).slice(0, 2),
      [35, 9],
    );
  },
  { ...TWO_REALMS, everySerializer: true },
);

scenario(
  "SL-11: IDs of one realm mean nothing in another",
  async (router) => {
    const [one, other] = [
      await router.join({ realm: "realm1" }),
      await router.join({ realm: "realm2" }),
    ];
    const subscription = await one.subscribe("com.a");
    const registration = await one.register("com.a");
    await one.send([48, 50, {}, "com.a"]);
    assertEquals((await one.receive()).slice(0, 2), [68, 1]);
    await other.send([34, 1, subscription]);
    await expectError(other, 34, 1, "wamp.error.no_such_subscription");
    await other.send([66, 2, registration]);
    await expectError(other, 66, 2, "wamp.error.no_such_registration");
    await other.send([49, 50, { mode: "kill" }]);
    await other.expectNothing();
    await one.expectNothing();
    await other.send([70, 1, {}]);
    await expectViolation(other);
    assertEquals(await one.request([70, 1, {}]), [50, 50, {}]);
  },
  TWO_REALMS,
);

for (const realm of ["com.unknown", "realm", "realm11", "REALM1"]) {
  scenario(
    `SL-12: HELLO to realm "${realm}", which there is not, is refused with no_such_realm`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.open(serializer);
        await client.send([1, realm, helloDetails()]);
        await client.expectAbort("wamp.error.no_such_realm");
      }
    },
  );
}

scenario(
  "SL-12: what is glued behind a refused HELLO is not handled",
  async (router) => {
    const witness = await router.join();
    await witness.subscribe("com.a");
    const client = await router.open();
    await client.sendBytes(concat(
      framesOf(client, [[1, "com.unknown", helloDetails()]]),
      framesOf(client, [[1, "realm1", helloDetails()]]),
      framesOf(client, [[16, 1, {}, "com.a"]]),
    ));
    await client.expectAbort("wamp.error.no_such_realm");
    await witness.expectNothing();
  },
  { everySerializer: true },
);
