/** How calls end, whoever ends them (checklist RP-09, RP-11 to RP-14). */
import { assert, assertEquals } from "@std/assert";
import { DEADLINE_MS } from "../support/deadline.ts";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  CANCELING,
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";

const NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure";
const CANCELED = "wamp.error.canceled";

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

/** The callee's answers after which a call is over. */
const FINAL_ANSWERS: [name: string, answer: (id: number) => WireMessage][] = [
  ["RESULT", (id) => [70, id, {}, ["again"]]],
  ["ERROR", (id) => [8, 68, id, {}, "com.again"]],
];

for (const [first, firstAnswer] of FINAL_ANSWERS) {
  for (const [second, secondAnswer] of FINAL_ANSWERS) {
    scenario(
      `RP-09: a call that ended in ${first} does not end again in ${second}`,
      async (router) => {
        const [caller, callee, id] = await withPendingCall(router);
        await callee.send(firstAnswer(id));
        assertEquals((await caller.receive()).includes(7), true);
        await callee.send(secondAnswer(id));
        await expectSilence(callee, caller);
      },
    );
  }
}

/** How an invocation can be over before the callee answers. */
const OVER: [
  name: string,
  end: (caller: RawClient, callee: RawClient, id: number) => Promise<void>,
][] = [
  ["canceled", async (caller) => {
    assertEquals((await caller.request([49, 7, {}]))[4], CANCELED);
  }],
  ["of a caller that has left", async (caller) => {
    await caller.request([6, {}, "wamp.close.normal"]);
  }],
  ["answered by YIELD", async (caller, callee, id) => {
    await callee.send([70, id, {}]);
    await caller.receive();
  }],
  ["answered by ERROR", async (caller, callee, id) => {
    await callee.send([8, 68, id, {}, "com.a"]);
    await caller.receive();
  }],
];

for (const [name, end] of OVER) {
  scenario(
    `RP-11: YIELD and ERROR for an invocation ${name} are dropped, the callee lives on`,
    async (router) => {
      const [caller, callee, id] = await withPendingCall(router);
      await end(caller, callee, id);
      await callee.send([70, id, {}, ["late"]]);
      await callee.send([8, 68, id, {}, "com.late"]);
      await callee.expectNothing();
    },
  );
}

for (const [name, answer] of FINAL_ANSWERS) {
  scenario(
    `RP-11: ${name} for an invocation that was never issued ends the session`,
    async (router) => {
      for (const id of [0, 2, 2 ** 53]) {
        const [caller, callee] = await withPendingCall(router);
        await callee.send(answer(id));
        await expectViolation(callee);
        // The pending call went with its callee.
        await expectError(caller, 48, 7, CANCELED);
      }
    },
  );

  scenario(
    `RP-11: ${name} for another session's invocation ends the session`,
    async (router) => {
      const [, , id] = await withPendingCall(router);
      const stranger = await router.join();
      await stranger.send(answer(id));
      await expectViolation(stranger);
    },
  );
}

/** The ways in which a session can end. */
const ENDINGS: [name: string, end: (client: RawClient) => Promise<void>][] = [
  ["GOODBYE", async (client) => {
    assertEquals((await client.request([6, {}, "com.bye"]))[0], 6);
  }],
  ["loss of its connection", (client) => {
    client.close();
    return Promise.resolve();
  }],
  ["ABORT", async (client) => {
    await client.send([3, {}, "com.leaving"]);
    await client.expectClosed();
  }],
  ["a protocol violation", async (client) => {
    await client.send([99]);
    await expectViolation(client);
  }],
];

for (const [name, end] of ENDINGS) {
  scenario(
    `RP-12: when a caller leaves by ${name} a callee that takes INTERRUPT gets one`,
    async (router) => {
      const [caller, callee, id] = await withPendingCall(router, CANCELING);
      await end(caller);
      assertEquals(await callee.receive(), [69, id, { mode: "killnowait" }]);
      await callee.send([70, id, {}]);
      await callee.send([8, 68, id, {}, "wamp.error.canceled"]);
      await callee.expectNothing();
    },
  );

  scenario(
    `RP-12: when a caller leaves by ${name} a callee without call_canceling gets nothing`,
    async (router) => {
      const [caller, callee, id] = await withPendingCall(router);
      const other = await router.join();
      await end(caller);
      // The call is gone once the name of a leaver's procedure is free: wait for
      // the loss to be seen.
      await noLongerJoined(router, 2);
      await expectSilence(other, callee);
      await callee.send([70, id, {}]);
      await callee.expectNothing();
    },
  );

  scenario(
    `RP-13: when a session leaves by ${name} with a call to itself pending nothing is sent`,
    async (router) => {
      const client = await router.join({ features: CANCELING });
      await client.register("com.a");
      await client.send([48, 7, {}, "com.a"]);
      assertEquals((await client.receive())[0], 68);
      // end() fails on any message but the one that is due.
      await end(client);
      await noLongerJoined(router, 0);
      assertEquals(router.server.running.inventory().pendingCalls, 0);
    },
  );

  scenario(
    `RP-14: when a callee leaves by ${name} its callers get the error canceled at once`,
    async (router) => {
      const [caller, callee] = await withPendingCall(router);
      const other = await router.join();
      await other.send([48, 9, {}, "com.a"]);
      await callee.receive();
      await end(callee);
      await expectError(caller, 48, 7, CANCELED);
      await expectError(other, 48, 9, CANCELED);
      await caller.send([48, 8, {}, "com.a"]);
      await expectError(caller, 48, 8, NO_SUCH_PROCEDURE);
    },
  );
}

/** Waits until `count` sessions are left. */
async function noLongerJoined(router: Scenario, count: number): Promise<void> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  while (router.server.running.inventory().sessions > count) {
    assert(Date.now() < giveUpAt, "the session did not end");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
