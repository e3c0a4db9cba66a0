/**
 * `REGISTER.Options.concurrency`: how many invocations a callee takes at a time,
 * and the queue of a registration whose callees are all busy.
 */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import { doMeta, guardedRealm } from "../support/meta.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  CANCELING,
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const REACHED = "wamp.error.max_concurrency_reached";
const CANCELED = "wamp.error.canceled";

function queueOf(callQueueLength: number): { realms: RealmConfig[] } {
  return { realms: [{ ...openRealm("realm1"), callQueueLength }] };
}

/** Calls `com.a` with these request IDs; the ID is the argument, too. */
async function call(caller: RawClient, ...requests: number[]): Promise<void> {
  for (const request of requests) {
    await caller.send([48, request, {}, "com.a", [request]]);
  }
}

/** Expects that `callee` gets the call with that argument. */
async function expectCall(
  callee: RawClient,
  argument: number,
): Promise<number> {
  const message = await callee.receive();
  assertEquals([message[0], message[4]], [68, [argument]]);
  return message[1];
}

/** A caller, and a callee of `com.a` that takes one invocation at a time. */
async function busyPair(
  router: Scenario,
): Promise<[caller: RawClient, callee: RawClient]> {
  const caller = await router.join();
  const callee = await router.join({ features: CANCELING });
  await callee.register("com.a", { concurrency: 1 });
  return [caller, callee];
}

scenario(
  "concurrency that is negative, no integer or no number ends the session",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      for (const concurrency of [-1, 1.5, "2", true]) {
        const client = await router.join({ serializer });
        await client.send([64, 1, { concurrency }, "com.a"]);
        await expectViolation(client);
      }
    }
  },
);

for (const concurrency of [undefined, null, 0]) {
  scenario(
    `with a concurrency of ${concurrency} a callee takes any number of invocations`,
    async (router) => {
      const [caller, callee] = await router.joinMany(2);
      await callee.register(
        "com.a",
        concurrency === undefined ? {} : { concurrency },
      );
      const requests = Array.from({ length: 300 }, (_, i) => i + 1);
      await call(caller, ...requests);
      for (const request of requests) await expectCall(callee, request);
    },
  );
}

scenario(
  "a callee gets as many invocations at a time as it takes, and one past it is refused where none may wait",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join();
    await callee.register("com.a", { concurrency: 2 });
    await call(caller, 1, 2, 3);
    const first = await expectCall(callee, 1);
    const second = await expectCall(callee, 2);
    await expectError(caller, 48, 3, REACHED);
    await callee.send([70, second, {}]);
    assertEquals(await caller.receive(), [50, 2, {}]);
    await call(caller, 4, 5);
    const fourth = await expectCall(callee, 4);
    await expectError(caller, 48, 5, REACHED);
    // Progress is no answer; an ERROR is one.
    await callee.send([70, fourth, { progress: true }]);
    await call(caller, 6);
    await expectError(caller, 48, 6, REACHED);
    await callee.send([8, 68, first, {}, "com.failed"]);
    assertEquals((await caller.receive()).slice(0, 3), [8, 48, 1]);
    await call(caller, 7);
    await expectCall(callee, 7);
    await expectSilence(caller, callee);
  },
  { everySerializer: true },
);

scenario(
  "further calls wait in order, whoever calls, until there is room; one past call_queue is refused",
  async (router) => {
    const [caller, callee] = await busyPair(router);
    const other = await router.join();
    await call(caller, 1, 2);
    await caller.expectNothing();
    await call(other, 30);
    await other.expectNothing();
    await call(caller, 4);
    await caller.expectNothing();
    await call(caller, 5);
    await expectError(caller, 48, 5, REACHED);
    let invocation = await expectCall(callee, 1);
    await callee.expectNothing();
    for (
      const [answered, next, who] of [
        [1, 2, caller],
        [2, 30, caller],
        [30, 4, other],
      ] as const
    ) {
      await callee.send([70, invocation, {}, [answered]]);
      assertEquals(await who.receive(), [50, answered, {}, [answered]]);
      invocation = await expectCall(callee, next);
    }
    await callee.send([70, invocation, {}]);
    assertEquals(await caller.receive(), [50, 4, {}]);
    await expectSilence(callee, caller, other);
  },
  { ...queueOf(3), everySerializer: true },
);

scenario(
  "a call that waits has its own payload and options when its time comes",
  async (router) => {
    const caller = await router.join({ serializer: "json" });
    const callee = await router.join({ serializer: "msgpack" });
    await callee.register("com", { match: "prefix", concurrency: 1 });
    const payloads = Array.from({ length: 20 }, (_, i) => [
      ["x".repeat(3000), i, { deep: [i, null, true] }],
      { i },
    ]);
    for (const [i, payload] of payloads.entries()) {
      await caller.send([
        48,
        i + 1,
        { disclose_me: i % 2 === 1 },
        `com.p${i}`,
        ...payload,
      ]);
    }
    for (const [i, payload] of payloads.entries()) {
      const [, id, , details, ...got] = await callee.receive();
      assertEquals(got, payload);
      assertEquals(details["procedure"], `com.p${i}`);
      assertEquals("caller" in details, i % 2 === 1);
      await callee.send([70, id, {}, [i]]);
      assertEquals(await caller.receive(), [50, i + 1, {}, [i]]);
    }
  },
  queueOf(100),
);

for (const mode of ["skip", "kill", "killnowait"]) {
  scenario(
    `CX-03 CX-12 RP-09: a call that waits is canceled at once, in mode ${mode} too, and its callee hears nothing of it`,
    async (router) => {
      const [caller, callee] = await busyPair(router);
      await call(caller, 1, 2, 3);
      const first = await expectCall(callee, 1);
      await caller.send([49, 2, { mode }]);
      await expectError(caller, 48, 2, CANCELED);
      await callee.send([70, first, {}]);
      assertEquals(await caller.receive(), [50, 1, {}]);
      await expectCall(callee, 3);
      await expectSilence(caller, callee);
    },
    queueOf(3),
  );
}

scenario(
  "TO-02: a call that waits too long times out, and its place is free",
  async (router) => {
    const [caller, callee] = await busyPair(router);
    await call(caller, 1);
    await caller.send([48, 2, { timeout: 1 }, "com.a", [2]]);
    await expectError(caller, 48, 2, "wamp.error.timeout");
    await call(caller, 3, 4);
    await expectError(caller, 48, 4, REACHED);
    await callee.send([70, await expectCall(callee, 1), {}]);
    await expectCall(callee, 3);
  },
  queueOf(1),
);

scenario(
  "RP-12: what a caller has waiting goes with it, and makes room",
  async (router) => {
    const [caller, callee] = await busyPair(router);
    const leaver = await router.join();
    await call(leaver, 1, 2, 3);
    await leaver.expectNothing();
    await call(caller, 4);
    await expectError(caller, 48, 4, REACHED);
    const first = await expectCall(callee, 1);
    leaver.close();
    assertEquals(await callee.receive(), [69, first, { mode: "killnowait" }]);
    await call(caller, 5);
    await caller.expectNothing();
    // The room is the callee's to give: it is still at the leaver's call.
    await callee.expectNothing();
    await callee.send([8, 68, first, {}, CANCELED]);
    await expectCall(callee, 5);
    await expectSilence(caller, callee);
  },
  queueOf(2),
);

/** Ways in which a caller has its answer before the callee has answered. */
const ABANDONED: [
  name: string,
  options: Record<string, unknown>,
  end: (caller: RawClient) => Promise<void>,
][] = [
  ["canceled", {}, async (caller) => {
    await caller.send([49, 1, { mode: "killnowait" }]);
    await expectError(caller, 48, 1, CANCELED);
  }],
  ["timed out", { timeout: 1 }, async (caller) => {
    await expectError(caller, 48, 1, "wamp.error.timeout");
  }],
];

for (const [name, options, end] of ABANDONED) {
  for (
    const [answer, message] of [
      ["YIELD", [70, 1, {}]],
      ["ERROR", [8, 68, 1, {}, "com.stopped"]],
    ] as const
  ) {
    scenario(
      `an invocation that was ${name} counts until the callee has sent ${answer}`,
      async (router) => {
        const [caller, callee] = await busyPair(router);
        await caller.send([48, 1, options, "com.a", [1]]);
        await expectCall(callee, 1);
        await end(caller);
        assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
        await call(caller, 2);
        await expectSilence(caller, callee);
        await callee.send([70, 1, { progress: true }]);
        await callee.expectNothing();
        await callee.send([...message]);
        await expectCall(callee, 2);
        await callee.send([...message]);
        await expectSilence(callee, caller);
      },
      queueOf(1),
    );
  }
}

scenario(
  "RP-09 RP-14: when a callee leaves, callers that have their answer get no other, those that wait get one",
  async (router) => {
    const [caller, callee] = await busyPair(router);
    await call(caller, 1);
    await expectCall(callee, 1);
    await caller.send([49, 1, { mode: "killnowait" }]);
    await expectError(caller, 48, 1, CANCELED);
    await call(caller, 2);
    await caller.expectNothing();
    callee.close();
    await expectError(caller, 48, 2, CANCELED);
    await caller.expectNothing();
  },
  queueOf(1),
);

scenario(
  "RP-14: when the last callee leaves, what waits ends in the error canceled, each once",
  async (router) => {
    const [caller, callee] = await busyPair(router);
    await call(caller, 1, 2, 3);
    await expectCall(callee, 1);
    callee.close();
    const ended = new Set<number>();
    for (let i = 0; i < 3; i++) {
      const [code, type, request, , uri] = await caller.receive();
      assertEquals([code, type, uri], [8, 48, CANCELED]);
      ended.add(request);
    }
    assertEquals([...ended].sort(), [1, 2, 3]);
    await caller.expectNothing();
  },
  queueOf(3),
);

for (
  const [name, remove] of [
    ["unregisters", async (callee: RawClient, id: number) => {
      assertEquals(await callee.request([66, 9, id]), [67, 9]);
    }],
    ["is removed", async (callee: RawClient, id: number, admin: RawClient) => {
      await doMeta(admin, "wamp.registration.remove_callee", [
        id,
        callee.sessionId,
      ]);
    }],
  ] as const
) {
  scenario(
    `RP-04 RV-01: when the last callee ${name}, what waits is canceled, what is pending runs on`,
    async (router) => {
      const [caller, callee, admin] = await router.joinMany(3);
      const id = await callee.register("com.a", { concurrency: 1 });
      await call(caller, 1, 2);
      const first = await expectCall(callee, 1);
      await caller.expectNothing();
      await remove(callee, id, admin);
      await expectError(caller, 48, 2, CANCELED);
      await callee.send([70, first, {}]);
      assertEquals(await caller.receive(), [50, 1, {}]);
    },
    { realms: [{ ...guardedRealm(), callQueueLength: 3 }] },
  );
}

scenario(
  "when one of several callees leaves, its call is canceled and what waits goes on waiting for the others",
  async (router) => {
    const caller = await router.join();
    const callees = await router.joinMany(2);
    const options = { invoke: "roundrobin", concurrency: 1 };
    for (const callee of callees) await callee.register("com.a", options);
    await call(caller, 1, 2, 3, 4);
    await expectCall(callees[0], 1);
    const second = await expectCall(callees[1], 2);
    callees[0].close();
    await expectError(caller, 48, 1, CANCELED);
    await expectSilence(caller, callees[1]);
    await callees[1].send([70, second, {}]);
    assertEquals(await caller.receive(), [50, 2, {}]);
    await callees[1].send([70, await expectCall(callees[1], 3), {}]);
    assertEquals(await caller.receive(), [50, 3, {}]);
    await expectCall(callees[1], 4);
  },
  queueOf(5),
);

scenario(
  "a callee that joins takes what waits",
  async (router) => {
    const caller = await router.join();
    const callees = await router.joinMany(3);
    const options = { invoke: "last", concurrency: 2 };
    await callees[0].register("com.a", { ...options, concurrency: 1 });
    await call(caller, 1, 2, 3, 4, 5);
    await expectCall(callees[0], 1);
    await caller.expectNothing();
    await callees[1].register("com.a", options);
    await expectCall(callees[1], 2);
    await expectCall(callees[1], 3);
    await callees[2].register("com.a", { invoke: "last" });
    await expectCall(callees[2], 4);
    await expectCall(callees[2], 5);
    await expectSilence(caller, ...callees);
  },
  queueOf(5),
);

/** Which of two callees with room for 1 and 2 take four calls that stay. */
const SHARED: [policy: string, taken: number[]][] = [
  ["first", [0, 1, 1]],
  ["last", [1, 1, 0]],
  ["roundrobin", [0, 1, 1]],
  ["least_pending", [0, 1, 1]],
];

for (const [invoke, taken] of SHARED) {
  scenario(
    `SH-05: under ${invoke} the callee that has room is taken: ${
      taken.join(", ")
    }`,
    async (router) => {
      const caller = await router.join();
      const callees = await router.joinMany(2);
      for (const [i, callee] of callees.entries()) {
        await callee.register("com.a", { invoke, concurrency: i + 1 });
      }
      for (const [i, index] of taken.entries()) {
        await call(caller, i + 1);
        await expectCall(callees[index], i + 1);
      }
      await call(caller, 9);
      await expectError(caller, 48, 9, REACHED);
      await expectSilence(caller, ...callees);
    },
  );
}

scenario(
  "SH-05: under random only callees that have room are taken",
  async (router) => {
    const caller = await router.join();
    const callees = await router.joinMany(4);
    for (const callee of callees) {
      await callee.register("com.a", { invoke: "random", concurrency: 1 });
    }
    await call(caller, 1, 2, 3, 4, 5);
    for (const callee of callees) assertEquals((await callee.receive())[0], 68);
    await expectError(caller, 48, 5, REACHED);
    await expectSilence(caller, ...callees);
  },
);

scenario(
  "PG-01 PG-10: a call in pieces does not wait, and is refused once",
  async (router) => {
    const features = {
      caller: { progressive_call_invocations: true },
      callee: { progressive_call_invocations: true, call_canceling: true },
    };
    const [caller, callee] = await router.joinMany(2, { features });
    await callee.register("com.a", { concurrency: 1 });
    await call(caller, 1);
    const first = await expectCall(callee, 1);
    for (const options of [{ progress: true }, { progress: true }, {}]) {
      await caller.send([48, 2, options, "com.a"]);
    }
    await expectError(caller, 48, 2, REACHED);
    await expectSilence(caller, callee);
    // With room it is one invocation, however many its chunks.
    await callee.send([70, first, {}]);
    await caller.receive();
    for (const options of [{ progress: true }, { progress: true }, {}]) {
      await caller.send([48, 3, options, "com.a"]);
      assertEquals((await callee.receive())[1], 2);
    }
    await callee.send([70, 2, {}]);
    assertEquals(await caller.receive(), [50, 3, {}]);
  },
  queueOf(3),
);

scenario(
  "PP-03 FR-17 RP-09: a call that waited and cannot be sent ends, and the next one is tried",
  async (router) => {
    const caller = await router.join({
      features: { caller: { payload_passthru_mode: true } },
    });
    const callee = await router.join({ limit: 2 });
    await callee.register("com.a", { concurrency: 1 });
    await call(caller, 1);
    await caller.send([48, 2, { ppt_scheme: "x_my" }, "com.a"]);
    await caller.send([48, 3, {}, "com.a", ["x".repeat(3000)]]);
    await call(caller, 4);
    const first = await expectCall(callee, 1);
    await callee.send([70, first, {}]);
    const seen = [];
    for (let i = 0; i < 3; i++) {
      const message = await caller.receive();
      seen.push(message[0] === 50 ? [message[1]] : [message[2], message[4]]);
    }
    assertEquals(seen.sort(), [
      [1],
      [2, "wamp.error.feature_not_supported"],
      [3, "wamp.error.payload_size_exceeded"],
    ]);
    await expectCall(callee, 4);
  },
  queueOf(5),
);

scenario(
  "RR-01: a callee that is unavailable has room again, and a busy one is passed over",
  async (router) => {
    const features = { callee: { call_reroute: true } };
    const caller = await router.join();
    const callees = await router.joinMany(3, { features });
    const options = { invoke: "first", concurrency: 1 };
    for (const callee of callees) await callee.register("com.a", options);
    await call(caller, 1, 2);
    const first = await expectCall(callees[0], 1);
    await expectCall(callees[1], 2);
    await callees[0].send([8, 68, first, {}, "wamp.error.unavailable"]);
    await expectCall(callees[2], 1);
    await call(caller, 3);
    await expectCall(callees[0], 3);
  },
);
