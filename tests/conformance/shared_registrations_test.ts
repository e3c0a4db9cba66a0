/** Shared registrations (checklist §9.9), and our policy `least_pending`. */
import { assert, assertEquals } from "@std/assert";
import { askMeta } from "../support/meta.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const ALREADY_EXISTS = "wamp.error.procedure_already_exists";
const POLICIES = [
  "single",
  "roundrobin",
  "random",
  "first",
  "last",
  "least_pending",
];

/** Callees that registered `com.a` one after another. */
async function sharers(
  router: Scenario,
  invoke: string,
  count = 3,
): Promise<RawClient[]> {
  const callees = await router.joinMany(count);
  for (const callee of callees) await callee.register("com.a", { invoke });
  return callees;
}

/** Calls `com.a` and answers: which of `callees` served it. */
async function servedBy(
  caller: RawClient,
  callees: readonly RawClient[],
): Promise<number> {
  const request = caller.nextRequest();
  await caller.send([48, request, {}, "com.a"]);
  const answers = callees.map(async (callee, index) => {
    const message = await callee.receive();
    if (message[0] === 17) return -1;
    await callee.send([70, message[1], {}, [index]]);
    return index;
  });
  const [, , , [index]] = await caller.receive();
  // The others are still listening: they are told something of their own.
  for (const [i, callee] of callees.entries()) {
    if (i === index) continue;
    await callee.send([
      16,
      callee.nextRequest(),
      { acknowledge: true },
      "test.fence",
    ]);
  }
  const served = (await Promise.all(answers)).filter((i) => i >= 0);
  assertEquals(served, [index]);
  return index;
}

/** Which callees served so many calls. */
async function servers(
  caller: RawClient,
  callees: readonly RawClient[],
  count: number,
): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push(await servedBy(caller, callees));
  return seen;
}

scenario(
  "SH-01: an unknown policy ends the session",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      for (const invoke of ["", "any", "Single", 1, true]) {
        const client = await router.join({ serializer });
        await client.send([64, 1, { invoke }, "com.a"]);
        await expectViolation(client);
      }
    }
  },
);

scenario(
  "SH-01 SH-02: without a policy, or with null, a registration is single",
  async (router) => {
    const [one, other] = await router.joinMany(2);
    for (const [i, options] of [{}, { invoke: null }].entries()) {
      const id = await one.register(`com.x${i}`, options);
      const details = await askMeta(one, "wamp.registration.get", id) as {
        invoke: string;
      };
      assertEquals(details.invoke, "single");
      const request = other.nextRequest();
      await other.send([64, request, options, `com.x${i}`]);
      await expectError(other, 64, request, ALREADY_EXISTS);
    }
  },
);

for (const held of POLICIES) {
  scenario(
    `SH-02 SH-03 SH-04: a procedure held under ${held} takes further callees with the same policy only`,
    async (router) => {
      const [holder, other] = await router.joinMany(2);
      const id = await holder.register("com.a", { invoke: held });
      for (const wanted of POLICIES) {
        const request = other.nextRequest();
        await other.send([64, request, { invoke: wanted }, "com.a"]);
        if (held !== "single" && wanted === held) {
          assertEquals(await other.receive(), [65, request, id]);
        } else await expectError(other, 64, request, ALREADY_EXISTS);
      }
      const request = other.nextRequest();
      await other.send([64, request, {}, "com.a"]);
      await expectError(other, 64, request, ALREADY_EXISTS);
    },
  );
}

scenario(
  "SH-04: UNREGISTER takes the sender out only; the last one frees the name and its policy",
  async (router) => {
    const caller = await router.join();
    const callees = await sharers(router, "first", 2);
    const id = await callees[0].register("com.a", { invoke: "first" });
    assertEquals(await callees[0].request([66, 9, id]), [67, 9]);
    assertEquals(await servedBy(caller, callees), 1);
    await callees[0].send([66, 10, id]);
    await expectError(callees[0], 66, 10, "wamp.error.no_such_registration");
    assertEquals(await callees[1].request([66, 9, id]), [67, 9]);
    const request = caller.nextRequest();
    await caller.send([48, request, {}, "com.a"]);
    await expectError(caller, 48, request, "wamp.error.no_such_procedure");
    const next = await callees[0].register("com.a", { invoke: "last" });
    assert(next !== id, "the ID of the deleted registration is not used again");
  },
);

/** Which of three callees serve seven calls, one after another. */
const ORDERS: [policy: string, served: number[]][] = [
  ["roundrobin", [0, 1, 2, 0, 1, 2, 0]],
  ["first", [0, 0, 0, 0, 0, 0, 0]],
  ["last", [2, 2, 2, 2, 2, 2, 2]],
  ["least_pending", [0, 0, 0, 0, 0, 0, 0]],
];

for (const [policy, served] of ORDERS) {
  scenario(
    `SH-05: of three callees ${policy} takes ${served.join(", ")}`,
    async (router) => {
      const caller = await router.join();
      const callees = await sharers(router, policy);
      assertEquals(await servers(caller, callees, served.length), served);
    },
    { everySerializer: true },
  );
}

scenario(
  "SH-05: random takes each callee sometimes",
  async (router) => {
    const caller = await router.join();
    const callees = await sharers(router, "random");
    const seen = await servers(caller, callees, 60);
    for (let i = 0; i < 3; i++) {
      // Less than once in a million million runs.
      assert(seen.includes(i), `callee ${i} was never taken: ${seen}`);
    }
  },
);

scenario(
  "SH-05: with first and last the next in line takes over when the one before leaves",
  async (router) => {
    for (
      const [policy, order] of [
        ["first", [0, 1, 2]],
        ["last", [2, 1, 0]],
      ] as const
    ) {
      const caller = await router.join();
      const callees = await sharers(router, policy);
      for (const next of order) {
        assertEquals(
          await servedBy(caller, callees.filter((_, i) => i === next)),
          0,
        );
        await callees[next].request([6, {}, "com.bye"]);
      }
      const request = caller.nextRequest();
      await caller.send([48, request, {}, "com.a"]);
      await expectError(caller, 48, request, "wamp.error.no_such_procedure");
    }
  },
);

scenario(
  "SH-06 A-51: a session that registers again has the same ID and no double weight",
  async (router) => {
    const caller = await router.join();
    const callees = await router.joinMany(2);
    const options = { invoke: "roundrobin" };
    const id = await callees[0].register("com.a", options);
    assertEquals(await callees[0].register("com.a", options), id);
    assertEquals(await callees[1].register("com.a", options), id);
    assertEquals(await servers(caller, callees, 4), [0, 1, 0, 1]);
    assertEquals(
      await askMeta(caller, "wamp.registration.count_callees", id),
      2,
    );
    assertEquals(await callees[0].request([66, 9, id]), [67, 9]);
    assertEquals(await servers(caller, callees, 2), [1, 1]);
  },
  { everySerializer: true },
);

scenario(
  "SH-06 RP-02: a single procedure is refused to its own holder too",
  async (router) => {
    const client = await router.join();
    await client.register("com.a");
    await client.send([64, 2, {}, "com.a"]);
    await expectError(client, 64, 2, ALREADY_EXISTS);
  },
);

/** Who leaves whose turn of three is how far, and who serves then. */
const GAPS: [calls: number, leaver: number, served: number[]][] = [
  [0, 0, [1, 2, 1, 2]],
  [1, 0, [1, 2, 1, 2]],
  [1, 1, [2, 0, 2, 0]],
  [2, 0, [2, 1, 2, 1]],
  [2, 2, [0, 1, 0, 1]],
  [3, 1, [0, 2, 0, 2]],
];

for (const [calls, leaver, served] of GAPS) {
  scenario(
    `SH-07: after ${calls} calls in turn callee ${leaver} of three leaves, and ${
      served.join(", ")
    } serve`,
    async (router) => {
      const caller = await router.join();
      const callees = await sharers(router, "roundrobin");
      await servers(caller, callees, calls);
      await callees[leaver].request([6, {}, "com.bye"]);
      const others = callees.filter((_, i) => i !== leaver);
      const seen = await servers(caller, others, served.length);
      assertEquals(
        seen.map((i) => callees.indexOf(others[i])),
        served,
      );
    },
  );
}

scenario(
  "least_pending takes the callee with the fewest invocations, of equal ones the oldest",
  async (router) => {
    const caller = await router.join();
    const callees = await sharers(router, "least_pending");
    const call = async () => {
      await caller.send([48, caller.nextRequest(), {}, "com.a"]);
    };
    for (let round = 1; round <= 2; round++) {
      for (const callee of callees) {
        await call();
        assertEquals((await callee.receive())[1], round);
      }
    }
    await callees[2].send([70, 1, {}]);
    assertEquals((await caller.receive())[0], 50);
    await call();
    assertEquals((await callees[2].receive())[1], 3);
    await callees[1].send([8, 68, 2, {}, "com.failed"]);
    assertEquals((await caller.receive())[0], 8);
    await call();
    assertEquals((await callees[1].receive())[1], 3);
    await expectSilence(caller, ...callees);
  },
);

scenario(
  "MF-06: least_pending is announced under a name of ours, shared_registration under its own",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    const { features } = roles["dealer"];
    assertEquals(features["shared_registration"], true);
    assertEquals(features["_least_pending"], true);
    for (const name of Object.keys(features)) {
      assert(/^([a-z][a-z0-9_]{2,}|_[a-z0-9_]{3,})$/.test(name), name);
    }
  },
);
