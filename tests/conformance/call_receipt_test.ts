/**
 * A call's time runs from its receipt, and its caller can take it back, also
 * while it waits for its turn (checklist TO-02, CX-04, AZ-09).
 */
import { assert, assertEquals } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import { challenged } from "../support/login.ts";
import { withAuth } from "../support/principals.ts";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import {
  CANCELING,
  expectError,
  type Scenario,
  scenario,
  type ScenarioOptions,
  sendTogether,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { asked, authenticator, question } from "./_authenticator.ts";
import {
  authorized,
  Authorizer,
  authorizer,
  joinTrusted,
} from "./_authorizer.ts";

const TIMEOUT = "wamp.error.timeout";
const CANCELED = "wamp.error.canceled";
const PIECES = {
  caller: { progressive_call_invocations: true, call_canceling: true },
  callee: { progressive_call_invocations: true, call_canceling: true },
};

/** Waits for as long as a call that nobody answers takes to time out. */
async function elapse(router: Scenario, ms: number): Promise<void> {
  const client = await joinTrusted(router);
  await client.register("com.elapse");
  await client.send([48, 7, { timeout: ms }, "com.elapse"]);
  assertEquals((await client.receive())[0], 68);
  await expectError(client, 48, 7, TIMEOUT);
  await client.request([6, {}, "wamp.close.normal"]);
}

/** An authorizer that takes INTERRUPT. */
async function interruptible(router: Scenario): Promise<Authorizer> {
  const callee = await router.join({ kind: "unix", features: CANCELING });
  await callee.register("com.authorize");
  return new Authorizer(callee);
}

/** The callee of `com.a`, which may do everything. */
async function calleeOf(
  router: Scenario,
  features: Record<string, Record<string, boolean>> = {},
  register: Record<string, unknown> = {},
): Promise<RawClient> {
  const callee = await router.join({ kind: "unix", features });
  await callee.register("com.a", register);
  return callee;
}

scenario(
  "TO-02 AZ-09: a call ends when its time is up, though its authorizer is silent; that one is interrupted, and nobody invoked",
  async (router) => {
    const decides = await interruptible(router);
    const callee = await calleeOf(router);
    const caller = await router.join();
    await caller.send([48, 1, { timeout: 30 }, "com.a"]);
    const question = await decides.asked();
    await expectError(caller, 48, 1, TIMEOUT);
    const [code, , options] = await decides.callee.receive();
    assertEquals([code, options], [69, { mode: "killnowait" }]);
    // That comes too late, and is no answer to the next question.
    await question.answer(true);
    await caller.send([48, 2, {}, "com.a"]);
    await decides.decide("com.a", false);
    await expectError(caller, 48, 2, "wamp.error.not_authorized");
    await callee.expectNothing();
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "TO-02 TO-04: what an authorizer took is no part of the time that the callee is told",
  async (router) => {
    const decides = await authorizer(router);
    const callee = await calleeOf(
      router,
      { callee: { call_timeout: true } },
      { forward_timeout: true },
    );
    const caller = await router.join();
    await caller.send([48, 1, { timeout: 60_000 }, "com.a"]);
    const question = await decides.asked();
    await elapse(router, 50);
    await question.answer(true);
    const { timeout } = (await callee.receive())[3];
    assert(timeout > 0 && timeout <= 59_950, `${timeout} ms are left`);
    assert(Number.isInteger(timeout));
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "TO-02 PG-10: the pieces behind a first one whose time is up are discarded",
  async (router) => {
    const decides = await authorizer(router);
    const callee = await calleeOf(router, PIECES);
    const caller = await router.join({ features: PIECES });
    await sendTogether(caller, [
      [48, 1, { progress: true, timeout: 30 }, "com.a"],
      [48, 1, { progress: true }, "com.a"],
      [48, 1, {}, "com.a"],
      [48, 2, {}, "com.b"],
    ]);
    await decides.asked();
    await expectError(caller, 48, 1, TIMEOUT);
    await decides.decide("com.b", false);
    await expectError(caller, 48, 2, "wamp.error.not_authorized");
    await callee.expectNothing();
  },
  authorized(),
);

for (const together of [true, false]) {
  scenario(
    `TO-02 AZ-09: a call whose time is up behind a message that waits, ${
      together ? "of the same" : "of another"
    } read, is not asked about and invokes nobody`,
    async (router) => {
      const decides = await authorizer(router);
      const callee = await calleeOf(router);
      const caller = await router.join();
      const first = [16, 1, { acknowledge: true }, "com.topic"];
      const second = [48, 2, { timeout: 30 }, "com.a"];
      if (together) await sendTogether(caller, [first, second]);
      else await caller.send(first);
      const question = await decides.asked();
      if (!together) await caller.send(second);
      await elapse(router, 50);
      await question.answer(true);
      assertEquals((await caller.receive()).slice(0, 2), [17, 1]);
      await expectError(caller, 48, 2, TIMEOUT);
      await decides.expectNoQuestion();
      await callee.expectNothing();
    },
    { ...authorized(), everySerializer: true },
  );
}

scenario(
  "TO-02 TO-05: the time of a role runs while its authorizer is asked, too, also for the router's own procedures",
  async (router) => {
    const decides = await authorizer(router);
    const caller = await router.join();
    for (const [i, procedure] of ["com.a", "wamp.session.count"].entries()) {
      await caller.send([48, i + 1, {}, procedure]);
      await decides.asked();
      await expectError(caller, 48, i + 1, TIMEOUT);
    }
  },
  timed(authorized()),
);

/** As `options`, where the calls of role `asked` have 30 ms. */
function timed(options: ScenarioOptions): ScenarioOptions {
  const realms = options.realms?.map((realm) => ({
    ...realm,
    roles: realm.roles.map((role) =>
      role.name === "asked" ? { ...role, callTimeoutMs: 30 } : role
    ),
  }));
  return { ...options, ...(realms !== undefined && { realms }) };
}

for (const mode of ["skip", "kill", "killnowait", undefined]) {
  scenario(
    `CX-03 CX-04 CX-05 AZ-09: CANCEL in mode ${mode} ends a call that its authorizer is asked about, and nobody is invoked`,
    async (router) => {
      const decides = await interruptible(router);
      const callee = await calleeOf(router, CANCELING);
      const caller = await router.join();
      await caller.send([48, 1, {}, "com.a"]);
      const question = await decides.asked();
      await caller.send([49, 1, mode === undefined ? {} : { mode }]);
      await expectError(caller, 48, 1, CANCELED);
      const [code, , options] = await decides.callee.receive();
      assertEquals([code, options], [69, { mode: "killnowait" }]);
      await question.answer(true);
      await caller.send([48, 2, {}, "com.a"]);
      await decides.decide("com.a", true);
      assertEquals((await callee.receive()).slice(0, 2), [68, 1]);
      await callee.send([70, 1, {}]);
      assertEquals(await caller.receive(), [50, 2, {}]);
      await callee.expectNothing();
    },
    { ...authorized(), everySerializer: true },
  );
}

scenario(
  "CX-04 AZ-09: of calls that came with their CANCELs only the first is asked about, and each has one answer",
  async (router) => {
    const decides = await interruptible(router);
    const callee = await calleeOf(router);
    const caller = await router.join();
    await sendTogether(caller, [
      [48, 1, {}, "com.a"],
      [48, 2, {}, "com.b"],
      [49, 2, {}],
      [49, 1, {}],
      [48, 3, {}, "com.c"],
    ]);
    await expectError(caller, 48, 1, CANCELED);
    await expectError(caller, 48, 2, CANCELED);
    assertEquals((await decides.asked()).uri, "com.a");
    assertEquals((await decides.callee.receive())[0], 69);
    await decides.decide("com.c", false);
    await expectError(caller, 48, 3, "wamp.error.not_authorized");
    await callee.expectNothing();
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "CX-08 AZ-09: a CANCEL before its call, or of another one, takes nothing back",
  async (router) => {
    const decides = await authorizer(router);
    const caller = await router.join();
    await sendTogether(caller, [
      [48, 1, {}, "com.a"],
      [49, 2, {}],
      [49, 7, {}],
      [48, 2, {}, "com.b"],
    ]);
    await decides.decide("com.a", false);
    await expectError(caller, 48, 1, "wamp.error.not_authorized");
    await decides.decide("com.b", false);
    await expectError(caller, 48, 2, "wamp.error.not_authorized");
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "CX-04 FR-07: a CANCEL behind a PING takes back the call that waits, and one that is broken ends the session in its turn",
  async (router) => {
    const decides = await authorizer(router);
    const caller = await router.join();
    await caller.send([48, 1, {}, "com.a"]);
    await decides.asked();
    await caller.sendFrame(1, Uint8Array.of(1, 2, 3));
    assertEquals((await caller.readFrame()).first, 2);
    await caller.send([49, 1, {}]);
    await expectError(caller, 48, 1, CANCELED);
    await caller.send([48, 2, {}, "com.b"]);
    const question = await decides.asked();
    await caller.send([49, 2, { mode: "maybe" }]);
    await question.answer(false);
    await expectError(caller, 48, 2, "wamp.error.not_authorized");
    await caller.expectAbort("wamp.error.protocol_violation");
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "TO-02: a call whose time is up while its connection is not read because of a quota invokes nobody",
  async (router) => {
    const callee = await calleeOf(router);
    const caller = await router.join();
    const burst = Array.from(
      { length: 140 },
      (_, index) => [32, index + 1, {}, "com.topic"],
    );
    await sendTogether(caller, burst);
    // The last of them is owed: nothing is read for a while.
    for (const _ of burst) assertEquals((await caller.receive())[0], 33);
    await caller.send([48, 141, { timeout: 30 }, "com.a"]);
    await expectError(caller, 48, 141, TIMEOUT);
    assert(router.server.running.counted("reads_paused") > 0);
    await callee.expectNothing();
  },
  slowed(100),
);

/** A router that takes so many messages a second of its TCP clients. */
function slowed(messagesPerSecond: number): ScenarioOptions {
  const realm = openRealm("realm1");
  const [free, counted] = ["free", "counted"].map((name) => ({
    ...realm.roles[0],
    name,
  }));
  const { role } = buildQuotas();
  const quotas = { role: { ...role, messagesPerSecond } };
  return {
    kinds: ["tcp", "unix"],
    roles: { tcp: "counted", unix: "free" },
    realms: [{ ...realm, roles: [free, { ...counted, quotas }] }],
  };
}

scenario(
  "TO-02 AU-08: the time of a call that came before WELCOME runs from its receipt, too",
  async (router) => {
    const decides = await authenticator(router);
    const callee = await router.open();
    await callee.hello(
      { ...helloDetails(), authmethods: ["anonymous"] },
      "realm2",
    );
    await callee.register("com.a");
    const caller = await router.open();
    await challenged(caller, "ticket", { authid: "joe" });
    await sendTogether(caller, [
      [5, "the ticket", {}],
      [48, 1, { timeout: 30 }, "com.a"],
      [48, 2, { timeout: 60_000 }, "com.a"],
    ]);
    const { answer } = await question(decides);
    // As long as a call of that time takes.
    await callee.send([48, callee.nextRequest(), { timeout: 50 }, "com.a"]);
    assertEquals((await callee.receive())[0], 68);
    assertEquals((await callee.receive())[4], TIMEOUT);
    await answer([{ role: "guest", realm: "realm2" }]);
    assertEquals((await caller.receive())[0], 2);
    await expectError(caller, 48, 1, TIMEOUT);
    assertEquals((await callee.receive()).slice(0, 2), [68, 2]);
    await callee.send([70, 2, {}]);
    assertEquals(await caller.receive(), [50, 2, {}]);
    await callee.expectNothing();
  },
  withAuth(asked("ticket")),
);
