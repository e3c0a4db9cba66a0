/** Call timeouts (checklist §9.3); to the millisecond in tests/router. */
import { assert, assertEquals } from "@std/assert";
import {
  CANCELING,
  expectError,
  expectSilence,
  expectViolation,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const TIMEOUT = "wamp.error.timeout";

for (const canceling of [true, false]) {
  scenario(
    `TO-01 TO-02: a call that takes too long ends in wamp.error.timeout; the callee ${
      canceling ? "is interrupted" : "without call_canceling hears nothing"
    }`,
    async (router) => {
      const caller = await router.join();
      const callee = await router.join({
        features: { callee: { call_canceling: canceling } },
      });
      await callee.register("com.a");
      const start = performance.now();
      await caller.send([48, 7, { timeout: 60 }, "com.a"]);
      const [, invocation, , details] = await callee.receive();
      assertEquals(details, {});
      await expectError(caller, 48, 7, TIMEOUT);
      const elapsed = performance.now() - start;
      assert(elapsed >= 60, `${elapsed} ms are less than 60`);
      if (canceling) {
        assertEquals(
          await callee.receive(),
          [69, invocation, { mode: "killnowait" }],
        );
      }
      await callee.send([70, invocation, {}, ["late"]]);
      await callee.send([8, 68, invocation, {}, "com.late"]);
      await expectSilence(callee, caller);
    },
    { everySerializer: true },
  );
}

scenario(
  "TO-01: a timeout of 0, null or none is no timeout",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    const endless = [{}, { timeout: 0 }, { timeout: null }];
    for (const [i, options] of endless.entries()) {
      await caller.send([48, i + 1, options, "com.a"]);
      await callee.receive();
    }
    // That of a later call goes off first.
    await caller.send([48, 4, { timeout: 1 }, "com.a"]);
    await callee.receive();
    await expectError(caller, 48, 4, TIMEOUT);
    for (let i = 1; i <= 3; i++) {
      await callee.send([70, i, {}]);
      assertEquals(await caller.receive(), [50, i, {}]);
    }
  },
  { everySerializer: true },
);

scenario(
  "TO-01: a timeout that is negative, no integer or no number ends the session",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      for (const timeout of [-1, 0.5, "60", true, [60]]) {
        const client = await router.join({ serializer });
        await client.send([48, 1, { timeout }, "com.a"]);
        await expectViolation(client);
      }
    }
  },
);

scenario("TO-03: call_timeout is announced", async (router) => {
  const client = await router.open();
  const { roles } = await client.hello() as {
    roles: Record<string, { features: Record<string, boolean> }>;
  };
  assertEquals(roles["dealer"].features["call_timeout"], true);
});

scenario(
  "TO-04 TO-06: a callee that keeps the timer gets the timeout, and its ERROR reaches the caller unchanged",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join({
      features: { callee: { call_timeout: true } },
    });
    await callee.register("com.a", { forward_timeout: true });
    await caller.send([48, 7, { timeout: 60 }, "com.a"]);
    const [, invocation, , details] = await callee.receive();
    assertEquals(details, { timeout: 60 });
    // A call with a router's timer, and twice the time, ends before.
    await callee.register("com.b");
    await caller.send([48, 8, { timeout: 120 }, "com.b"]);
    assertEquals((await callee.receive())[3], {});
    await expectError(caller, 48, 8, TIMEOUT);
    await callee.send([8, 68, invocation, {}, TIMEOUT, ["mine"], { k: 1 }]);
    assertEquals(
      await caller.receive(),
      [8, 48, 7, {}, TIMEOUT, ["mine"], { k: 1 }],
    );
  },
  { everySerializer: true },
);

scenario(
  "TO-08: after an answer in time no timeout follows",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 1, { timeout: 30 }, "com.a"]);
    await callee.receive();
    await callee.send([70, 1, {}]);
    assertEquals(await caller.receive(), [50, 1, {}]);
    // By the time that this one is over, so would be the first.
    await caller.send([48, 2, { timeout: 60 }, "com.a"]);
    await callee.receive();
    await expectError(caller, 48, 2, TIMEOUT);
    await expectSilence(caller, callee);
  },
);

/** A router where the calls of the only role have 60 ms, unless they say otherwise. */
function timed(): ScenarioOptions {
  const realm = openRealm("realm1");
  const roles = realm.roles.map((role) => ({ ...role, callTimeoutMs: 60 }));
  return { realms: [{ ...realm, roles }], everySerializer: true };
}

scenario(
  "TO-05: a call without timeout ends after its role's, and the callee is interrupted",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join({ features: CANCELING });
    await callee.register("com.a");
    for (const [i, options] of [{}, { timeout: 0 }].entries()) {
      await caller.send([48, i + 1, options, "com.a"]);
      const [, invocation, , details] = await callee.receive();
      assertEquals(details, {});
      await expectError(caller, 48, i + 1, TIMEOUT);
      assertEquals(
        await callee.receive(),
        [69, invocation, { mode: "killnowait" }],
      );
      await callee.send([70, invocation, {}, ["late"]]);
    }
    await expectSilence(callee, caller);
  },
  timed(),
);

scenario(
  "TO-05: a call's own timeout counts in place of its role's, be it shorter or longer",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join();
    await callee.register("com.a");
    const timeouts = [{ timeout: 60_000 }, {}, { timeout: 1 }];
    for (const [i, options] of timeouts.entries()) {
      await caller.send([48, i + 1, options, "com.a"]);
      await callee.receive();
    }
    await expectError(caller, 48, 3, TIMEOUT);
    await expectError(caller, 48, 2, TIMEOUT);
    await callee.send([70, 1, {}]);
    assertEquals(await caller.receive(), [50, 1, {}]);
  },
  timed(),
);

scenario(
  "TO-05 TO-04: a callee that keeps the time is told the role's, and the router keeps it all the same",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join({
      features: { callee: { call_timeout: true, call_canceling: true } },
    });
    await callee.register("com.a", { forward_timeout: true });
    await caller.send([48, 1, {}, "com.a"]);
    const [, invocation, , details] = await callee.receive();
    assertEquals(details, { timeout: 60 });
    await expectError(caller, 48, 1, TIMEOUT);
    assertEquals(
      await callee.receive(),
      [69, invocation, { mode: "killnowait" }],
    );
  },
  timed(),
);

scenario(
  "TO-05 TO-07 PG-07: progress starts the role's time anew, and further pieces of a call do not",
  async (router) => {
    const features = {
      progressive_call_results: true,
      progressive_call_invocations: true,
      call_canceling: true,
    };
    const caller = await router.join({ features: { caller: features } });
    const callee = await router.join({ features: { callee: features } });
    await callee.register("com.a");
    await caller.send([
      48,
      1,
      { receive_progress: true, progress: true },
      "com.a",
    ]);
    const [, invocation] = await callee.receive();
    await callee.send([70, invocation, { progress: true }]);
    assertEquals(await caller.receive(), [50, 1, { progress: true }]);
    await caller.send([48, 1, { progress: true }, "com.a"]);
    assertEquals((await callee.receive()).slice(0, 2), [68, invocation]);
    await expectError(caller, 48, 1, TIMEOUT);
    assertEquals(
      await callee.receive(),
      [69, invocation, { mode: "killnowait" }],
    );
    await caller.send([48, 1, {}, "com.a"]);
    await expectSilence(caller, callee);
  },
  timed(),
);
