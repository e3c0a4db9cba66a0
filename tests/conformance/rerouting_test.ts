/** Call rerouting (checklist §9.10). */
import { assertEquals } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  type Scenario,
  scenario,
} from "../support/scenario.ts";

const UNAVAILABLE = "wamp.error.unavailable";
const NO_AVAILABLE_CALLEE = "wamp.error.no_available_callee";

const FEATURES = {
  caller: {
    progressive_call_results: true,
    progressive_call_invocations: true,
  },
  callee: {
    call_reroute: true,
    call_canceling: true,
    progressive_call_results: true,
    progressive_call_invocations: true,
  },
};

/** A caller, and callees that share `com.a`. */
async function sharers(
  router: Scenario,
  invoke: string,
  count: number,
): Promise<[RawClient, RawClient[]]> {
  const caller = await router.join({ features: FEATURES });
  const callees = await router.joinMany(count, { features: FEATURES });
  for (const callee of callees) await callee.register("com.a", { invoke });
  return [caller, callees];
}

/** `callee` gets the call with its payload, and sends it away. */
async function sendAway(callee: RawClient, payload: unknown[]): Promise<void> {
  const invocation = await callee.receive();
  assertEquals(invocation[0], 68);
  assertEquals(invocation.slice(4), payload);
  await callee.send([8, 68, invocation[1], {}, UNAVAILABLE, ["busy"]]);
}

const PAYLOAD = [[1, "two", null], { three: [3] }];

/** In what order three callees get a call that each sends away. */
const ORDERS: [policy: string, order: number[]][] = [
  ["roundrobin", [0, 1, 2]],
  ["first", [0, 1, 2]],
  ["last", [2, 1, 0]],
  ["least_pending", [0, 1, 2]],
];

for (const [policy, order] of ORDERS) {
  scenario(
    `RR-01 RR-02 RR-03: under ${policy} a call that is sent away goes to ${
      order.join(", ")
    }, then ends in no_available_callee`,
    async (router) => {
      const [caller, callees] = await sharers(router, policy, 3);
      await caller.send([48, 7, {}, "com.a", ...PAYLOAD]);
      for (const index of order) await sendAway(callees[index], PAYLOAD);
      await expectError(caller, 48, 7, NO_AVAILABLE_CALLEE);
      await expectSilence(caller, ...callees);
    },
    { everySerializer: true },
  );

  scenario(
    `RR-01: under ${policy} the callee that takes the call answers it; the caller sees nothing of the others`,
    async (router) => {
      const [caller, callees] = await sharers(router, policy, 3);
      await caller.send([48, 7, { disclose_me: true }, "com.a", ...PAYLOAD]);
      await sendAway(callees[order[0]], PAYLOAD);
      const invocation = await callees[order[1]].receive();
      assertEquals(invocation[3]["caller"], caller.sessionId);
      assertEquals(invocation.slice(4), PAYLOAD);
      await callees[order[1]].send([70, invocation[1], {}, ["done"]]);
      assertEquals(await caller.receive(), [50, 7, {}, ["done"]]);
      // An answer of the one that sent it away comes too late.
      await callees[order[0]].send([70, 1, {}, ["late"]]);
      await expectSilence(callees[order[0]], caller);
    },
    { everySerializer: true },
  );
}

scenario(
  "RR-02 RR-03: under random each callee is tried once",
  async (router) => {
    const [caller, callees] = await sharers(router, "random", 4);
    for (let request = 1; request <= 5; request++) {
      await caller.send([48, request, {}, "com.a", ...PAYLOAD]);
      await Promise.all(callees.map((callee) => sendAway(callee, PAYLOAD)));
      await expectError(caller, 48, request, NO_AVAILABLE_CALLEE);
    }
    await expectSilence(caller, ...callees);
  },
);

scenario(
  "RR-02: turn by turn goes on behind the callee that took the call",
  async (router) => {
    const [caller, callees] = await sharers(router, "roundrobin", 3);
    await caller.send([48, 1, {}, "com.a"]);
    await sendAway(callees[0], []);
    assertEquals((await callees[1].receive())[0], 68);
    await caller.send([48, 2, {}, "com.a"]);
    assertEquals((await callees[2].receive())[0], 68);
  },
);

scenario(
  "RR-02: a single callee that is unavailable ends the call in no_available_callee",
  async (router) => {
    const [caller, [callee]] = await sharers(router, "single", 1);
    await caller.send([48, 7, {}, "com.a"]);
    await sendAway(callee, []);
    await expectError(caller, 48, 7, NO_AVAILABLE_CALLEE);
    await expectSilence(caller, callee);
  },
);

scenario(
  "RR-01: a callee that joined after the call gets it too",
  async (router) => {
    const [caller, [callee]] = await sharers(router, "first", 1);
    await caller.send([48, 7, {}, "com.a", ...PAYLOAD]);
    assertEquals((await callee.receive())[0], 68);
    const newcomer = await router.join({ features: FEATURES });
    await newcomer.register("com.a", { invoke: "first" });
    await callee.send([8, 68, 1, {}, UNAVAILABLE]);
    await sendAway(newcomer, PAYLOAD);
    await expectError(caller, 48, 7, NO_AVAILABLE_CALLEE);
  },
);

scenario(
  "RR-04 FD-04: unavailable from a callee that did not announce call_reroute is an error like any other",
  async (router) => {
    const caller = await router.join();
    const callees = await router.joinMany(2);
    for (const callee of callees) {
      await callee.register("com.a", { invoke: "first" });
    }
    await caller.send([48, 7, {}, "com.a"]);
    await sendAway(callees[0], []);
    assertEquals(
      await caller.receive(),
      [8, 48, 7, {}, UNAVAILABLE, ["busy"]],
    );
    await expectSilence(caller, ...callees);
  },
);

scenario(
  "RR-04: other errors of a callee that announced call_reroute are forwarded",
  async (router) => {
    const [caller, callees] = await sharers(router, "first", 2);
    await caller.send([48, 7, {}, "com.a"]);
    await callees[0].receive();
    await callees[0].send([8, 68, 1, {}, NO_AVAILABLE_CALLEE]);
    assertEquals(
      await caller.receive(),
      [8, 48, 7, {}, NO_AVAILABLE_CALLEE],
    );
    await expectSilence(caller, callees[1]);
  },
);

scenario(
  "RR-04: after a progressive result a call is not rerouted",
  async (router) => {
    const [caller, callees] = await sharers(router, "first", 2);
    await caller.send([48, 7, { receive_progress: true }, "com.a"]);
    await callees[0].receive();
    await callees[0].send([70, 1, { progress: true }]);
    assertEquals((await caller.receive())[0], 50);
    await callees[0].send([8, 68, 1, {}, UNAVAILABLE]);
    assertEquals(await caller.receive(), [8, 48, 7, {}, UNAVAILABLE]);
    await expectSilence(caller, callees[1]);
  },
);

scenario(
  "RR-04: a call in pieces is rerouted after its first chunk, and not after the second",
  async (router) => {
    const [caller, callees] = await sharers(router, "first", 3);
    await caller.send([48, 7, { progress: true }, "com.a", ["one"]]);
    await sendAway(callees[0], [["one"]]);
    assertEquals((await callees[1].receive()).slice(3), [
      { progress: true },
      ["one"],
    ]);
    await caller.send([48, 7, { progress: true }, "com.a", ["two"]]);
    assertEquals((await callees[1].receive())[4], ["two"]);
    await callees[1].send([8, 68, 1, {}, UNAVAILABLE]);
    assertEquals(await caller.receive(), [8, 48, 7, {}, UNAVAILABLE]);
    await expectSilence(caller, ...callees);
  },
);

scenario(
  "RR-04 CX-05: a call that is being killed is not rerouted",
  async (router) => {
    const [caller, callees] = await sharers(router, "first", 2);
    await caller.send([48, 7, {}, "com.a"]);
    await callees[0].receive();
    await caller.send([49, 7, { mode: "kill" }]);
    assertEquals((await callees[0].receive())[0], 69);
    await callees[0].send([8, 68, 1, {}, UNAVAILABLE]);
    assertEquals(await caller.receive(), [8, 48, 7, {}, UNAVAILABLE]);
    await expectSilence(caller, callees[1]);
  },
);

scenario(
  "RR-01 RP-09: a rerouted call can be canceled at its new callee",
  async (router) => {
    const [caller, callees] = await sharers(router, "first", 2);
    await caller.send([48, 7, {}, "com.a"]);
    await sendAway(callees[0], []);
    assertEquals((await callees[1].receive())[0], 68);
    await caller.send([49, 7, { mode: "killnowait" }]);
    await expectError(caller, 48, 7, "wamp.error.canceled");
    assertEquals(await callees[1].receive(), [69, 1, { mode: "killnowait" }]);
    await expectSilence(caller, ...callees);
  },
);

scenario("RR-01 HW-14: call_reroute is announced", async (router) => {
  const client = await router.open();
  const { roles } = await client.hello() as {
    roles: Record<string, { features: Record<string, boolean> }>;
  };
  assertEquals(roles["dealer"].features["call_reroute"], true);
});
