/** Remote procedure calls, basic (checklist §9.1). */
import { assert, assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  assertError,
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const NO_SUCH_REGISTRATION = "wamp.error.no_such_registration";
const NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure";

/** A caller and a callee with a call to `com.a`, request 7, pending. */
async function withPendingCall(
  router: Scenario,
  features = {},
): Promise<[caller: RawClient, callee: RawClient, invocation: number]> {
  const caller = await router.join();
  const callee = await router.join({ features });
  await callee.register("com.a");
  await caller.send([48, 7, {}, "com.a"]);
  return [caller, callee, (await callee.receive())[1]];
}

scenario(
  "RP-01: REGISTER is answered by REGISTERED, or by ERROR of its type",
  async (router) => {
    const client = await router.join();
    const answer = await client.request([64, 17, {}, "com.a"]);
    assertEquals(answer.slice(0, 2), [65, 17]);
    assertEquals(answer.length, 3);
    assert(Number.isInteger(answer[2]) && answer[2] > 0);
    await client.send([64, 18, {}, "com..a"]);
    await expectError(client, 64, 18, "wamp.error.invalid_uri");
  },
  { everySerializer: true },
);

for (const match of ["exact", "prefix", "wildcard"]) {
  scenario(
    `RP-02: a ${match} procedure that is taken is refused, also to its own session`,
    async (router) => {
      const clients = await router.joinMany(2);
      await clients[0].register("com.a", { match });
      for (const client of clients) {
        await client.send([64, 9, { match }, "com.a"]);
        await expectError(client, 64, 9, "wamp.error.procedure_already_exists");
      }
    },
  );
}

scenario(
  "RP-03: UNREGISTER of an own registration is answered by UNREGISTERED",
  async (router) => {
    const [callee, other] = await router.joinMany(2);
    const registration = await callee.register("com.a");
    assertEquals(await callee.request([66, 5, registration]), [67, 5]);
    // The name is free again.
    await other.register("com.a");
  },
  { everySerializer: true },
);

scenario(
  "RP-03: UNREGISTER of what is not an own registration is refused",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    const ended = await client.register("com.a");
    await client.request([66, 2, ended]);
    const foreign = await other.register("com.b");
    for (const [i, id] of [ended, foreign, 9999, 2 ** 53].entries()) {
      await client.send([66, 10 + i, id]);
      await expectError(client, 66, 10 + i, NO_SUCH_REGISTRATION);
    }
    // The other session's registration was left alone.
    await client.send([48, 20, {}, "com.b"]);
    assertEquals((await other.receive())[0], 68);
  },
);

scenario(
  "RP-04: after UNREGISTERED no INVOCATION follows, and pending calls are still answered",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    const registration = await callee.register("com.a");
    await caller.send([48, 1, {}, "com.a"]);
    await caller.send([48, 2, {}, "com.a"]);
    await callee.receive();
    await callee.receive();
    await callee.request([66, 2, registration]);
    await caller.send([48, 3, {}, "com.a"]);
    await expectError(caller, 48, 3, NO_SUCH_PROCEDURE);
    await callee.send([70, 1, {}, ["late"]]);
    assertEquals(await caller.receive(), [50, 1, {}, ["late"]]);
    await callee.send([8, 68, 2, {}, "com.late"]);
    assertEquals(await caller.receive(), [8, 48, 2, {}, "com.late"]);
    await expectSilence(caller, callee);
  },
);

scenario(
  "RP-05: a CALL that nothing matches is refused with no_such_procedure",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await callee.register("com.b.c", { match: "prefix" });
    for (const uri of ["com.none", "com.a.b", "com", "com.b", "COM.A"]) {
      const request = caller.nextRequest();
      await caller.send([48, request, {}, uri]);
      await expectError(caller, 48, request, NO_SUCH_PROCEDURE);
    }
  },
  { everySerializer: true },
);

scenario(
  "RP-06: CALL becomes INVOCATION at exactly one callee",
  async (router) => {
    const [caller, callee, other] = await router.joinMany(3);
    const registration = await callee.register("com.a");
    await other.register("com.b");
    await other.register("com", { match: "prefix" });
    await caller.send([48, 9, {}, "com.a", [1, "a"], { k: [true] }]);
    assertEquals(
      await callee.receive(),
      [68, 1, registration, {}, [1, "a"], { k: [true] }],
    );
    await expectSilence(caller, callee, other);
  },
  { everySerializer: true },
);

/** Payload as sent, and as the other side gets it. */
const PAYLOADS: [name: string, sent: WireMessage, received: WireMessage][] = [
  ["none", [], []],
  ["empty lists", [[], {}], []],
  ["only Arguments", [[1, "a", null]], [[1, "a", null]]],
  ["only ArgumentsKw", [[], { k: 1 }], [[], { k: 1 }]],
  ["both", [[true], { k: { n: [1.5] } }], [[true], { k: { n: [1.5] } }]],
  ["large", [["x".repeat(70_000)]], [["x".repeat(70_000)]]],
];

for (const [name, sent, received] of PAYLOADS) {
  scenario(
    `RP-07 RP-08: RESULT and ERROR have the payload of YIELD and of the callee's ERROR (${name})`,
    async (router) => {
      for (const at of SERIALIZERS) {
        const callee = await router.join({ serializer: at });
        await callee.register(`com.${at}`);
        for (const from of SERIALIZERS) {
          const caller = await router.join({ serializer: from });
          await caller.send([48, 1, {}, `com.${at}`, ...sent]);
          const invocation = await callee.receive();
          assertEquals(invocation.slice(3), [{}, ...received]);
          await callee.send([70, invocation[1], {}, ...sent]);
          assertEquals(await caller.receive(), [50, 1, {}, ...received]);
          await caller.send([48, 2, {}, `com.${at}`]);
          const second = (await callee.receive())[1];
          await callee.send([8, 68, second, { x_own: 1 }, "com.err", ...sent]);
          assertEquals(
            await caller.receive(),
            [8, 48, 2, {}, "com.err", ...received],
          );
        }
      }
    },
  );
}

scenario(
  "RP-10: many calls are pending at once and are answered in any order",
  async (router) => {
    const [one, two, callee] = await router.joinMany(3);
    await callee.register("com.a");
    const count = 200;
    for (const caller of [one, two]) {
      await sendTogether(
        caller,
        Array.from(
          { length: count },
          (_, i) => [48, i + 1, {}, "com.a", [caller.serializer, i + 1]],
        ),
      );
    }
    const answers: WireMessage[] = [];
    for (let i = 0; i < 2 * count; i++) {
      const invocation = await callee.receive();
      answers.push([70, invocation[1], {}, invocation[4]]);
    }
    await sendTogether(callee, answers.reverse());
    for (const caller of [one, two]) {
      for (let i = count; i > 0; i--) {
        assertEquals(
          await caller.receive(),
          [50, i, {}, [caller.serializer, i]],
        );
      }
    }
  },
);

scenario("RP-10: a session may call its own procedure", async (router) => {
  const client = await router.join();
  const registration = await client.register("com.a");
  assertEquals(
    await client.request([48, 7, {}, "com.a", [1]]),
    [68, 1, registration, {}, [1]],
  );
  assertEquals(await client.request([70, 1, {}, [2]]), [50, 7, {}, [2]]);
}, { everySerializer: true });

scenario(
  "RP-15: a payload that the receiver's serializer cannot hold is refused with invalid_argument",
  async (router) => {
    const caller = await router.join({ serializer: "json" });
    const callee = await router.join({ serializer: "msgpack" });
    await callee.register("com.a");
    // 2^70 has no form in MessagePack.
    const call = '[48, 7, {}, "com.a", [1180591620717411303424]]';
    await caller.sendFrame(0, new TextEncoder().encode(call));
    await expectError(caller, 48, 7, "wamp.error.invalid_argument");
    await expectSilence(caller, callee);
  },
);

scenario(
  "RP-15: a result that the caller's serializer cannot hold becomes invalid_argument",
  async (router) => {
    const caller = await router.join({ serializer: "msgpack" });
    const callee = await router.join({ serializer: "json" });
    await callee.register("com.a");
    const answers = [
      "[70, 1, {}, [1180591620717411303424]]",
      '[8, 68, 2, {}, "com.error", [1180591620717411303424]]',
    ];
    for (const [i, answer] of answers.entries()) {
      await caller.send([48, i + 1, {}, "com.a"]);
      await callee.receive();
      await callee.sendFrame(0, new TextEncoder().encode(answer));
      await expectError(caller, 48, i + 1, "wamp.error.invalid_argument");
    }
    await callee.expectNothing();
  },
);

scenario(
  "RP-16: a slow callee blocks neither its own traffic nor its caller's",
  async (router) => {
    const [caller, callee, other] = await router.joinMany(3);
    await callee.register("com.slow");
    await callee.register("com.quick");
    await other.register("com.other");
    await callee.subscribe("com.topic");
    await caller.send([48, 1, {}, "com.slow"]);
    await callee.receive();

    await caller.send([48, 2, {}, "com.quick"]);
    assertEquals((await callee.receive())[1], 2);
    await callee.send([70, 2, {}, ["quick"]]);
    assertEquals(await caller.receive(), [50, 2, {}, ["quick"]]);
    await caller.send([48, 3, {}, "com.other"]);
    await other.receive();
    await other.send([70, 1, {}]);
    assertEquals(await caller.receive(), [50, 3, {}]);
    await caller.send([16, 4, {}, "com.topic"]);
    assertEquals((await callee.receive())[0], 36);
    await expectSilence(caller, callee);

    await callee.send([70, 1, {}, ["slow"]]);
    assertEquals(await caller.receive(), [50, 1, {}, ["slow"]]);
  },
);

scenario(
  "RP-06: a CALL whose request ID is that of a pending call ends the session",
  async (router) => {
    const [caller, callee] = await withPendingCall(router);
    await caller.send([48, 7, {}, "com.a"]);
    await expectViolation(caller);
    await callee.expectNothing();
  },
);

scenario(
  "RP-05: calls beyond max_pending_calls are refused, the pending ones go on",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 1, {}, "com.a"]);
    await caller.send([48, 2, {}, "com.a"]);
    assertError(
      await caller.request([48, 3, {}, "com.a"]),
      48,
      3,
      "sluice.error.limit_reached",
    );
    await callee.receive();
    await callee.send([70, 1, {}]);
    assertEquals(await caller.receive(), [50, 1, {}]);
    await caller.send([48, 4, {}, "com.a"]);
    assertEquals((await callee.receive())[1], 2);
    assertEquals((await callee.receive())[1], 3);
  },
  { limits: { maxPendingCalls: 2 } },
);
