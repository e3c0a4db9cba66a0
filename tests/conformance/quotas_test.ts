/** Quotas: what sessions of a role, of an authid and from an address may have. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import type {
  QuotaConfig,
  QuotasConfig,
} from "../../src/config/table/quota_keys.ts";
import { DEADLINE_MS, within } from "../support/deadline.ts";
import { callMeta, guardedRealm } from "../support/meta.ts";
import {
  helloDetails,
  RawClient,
  type WireMessage,
} from "../support/raw_client.ts";
import {
  expectError,
  type Scenario,
  scenario,
  type ScenarioOptions,
  sendTogether,
} from "../support/scenario.ts";
import { openRealm, TestServer } from "../support/test_server.ts";
import { decodeValue } from "../support/wire_codec.ts";

const LIMIT_REACHED = "sluice.error.limit_reached";
const SCOPES: readonly (keyof QuotasConfig)[] = ["role", "authid", "address"];

/**
 * A router whose TCP clients, all of one authid, have quotas. Those on the Unix
 * socket have another role, and none.
 */
function limited(
  scope: keyof QuotasConfig,
  limits: Partial<QuotaConfig>,
  realm = openRealm("realm1"),
): ScenarioOptions {
  const { role } = buildQuotas();
  const [free, counted] = ["free", "counted"].map((name) => ({
    ...realm.roles[0],
    name,
  }));
  const quotas = { role, [scope]: { ...role, ...limits } };
  return {
    kinds: ["tcp", "unix"],
    roles: { tcp: "counted", unix: "free" },
    realms: [{ ...realm, roles: [free, { ...counted, quotas }] }],
    authid: "everyone",
  };
}

/** Requests that give a session something, and what gives it up again. */
const OWNED: readonly [
  kind: "subscriptions" | "registrations",
  code: number,
  undo: number,
][] = [["subscriptions", 32, 34], ["registrations", 64, 66]];

/** Says good-bye, so that the router is done with the session. */
async function leave(client: RawClient): Promise<void> {
  await client.send([6, {}, "wamp.close.normal"]);
  while ((await client.receive())[0] !== 6);
  client.close();
}

for (const scope of SCOPES) {
  scenario(
    `quota max_sessions by ${scope}: past it ABORT, counted; who leaves makes room`,
    async (router) => {
      const [first] = await router.joinMany(2);
      const refused = await router.open();
      await refused.send([1, "realm1", { roles: { caller: {} } }]);
      await refused.expectAbort(LIMIT_REACHED);
      assertEquals(router.server.running.counted("limits_reached"), 1);
      await router.join({ kind: "unix" });
      await leave(first);
      await router.join();
    },
    limited(scope, { sessions: 2 }),
  );

  for (const [kind, code, undo] of OWNED) {
    scenario(
      `quota max_${kind} by ${scope}: past it ERROR, counted; what is given up or left makes room`,
      async (router) => {
        const [one, other] = await router.joinMany(2);
        const send = (client: RawClient, uri: string) =>
          client.request([code, client.nextRequest(), {}, uri]);
        const [, , id] = await send(one, "com.a");
        assertEquals((await send(other, "com.b"))[0], code + 1);
        const request = other.nextRequest();
        await other.send([code, request, {}, "com.c"]);
        await expectError(other, code, request, LIMIT_REACHED);
        assertEquals(router.server.running.counted("limits_reached"), 1);
        // What one has already costs nothing.
        if (kind === "subscriptions") {
          assertEquals((await send(other, "com.b"))[0], code + 1);
        }
        const free = await router.join({ kind: "unix" });
        assertEquals((await send(free, "com.c"))[0], code + 1);
        await one.request([undo, one.nextRequest(), id]);
        assertEquals((await send(one, "com.d"))[0], code + 1);
        await leave(one);
        assertEquals((await send(other, "com.e"))[0], code + 1);
      },
      limited(scope, { [kind]: 2 }),
    );
  }

  scenario(
    `quota max_pending_calls by ${scope}: past it ERROR, counted; an answer makes room`,
    async (router) => {
      const callee = await router.join({ kind: "unix" });
      await callee.register("com.p");
      const [one, other] = await router.joinMany(2);
      const call = (client: RawClient): Promise<void> =>
        client.send([48, client.nextRequest(), {}, "com.p"]);
      const invoked = async (): Promise<number> => (await callee.receive())[1];
      await call(one);
      const first = await invoked();
      await call(other);
      const second = await invoked();
      const request = one.nextRequest();
      await one.send([48, request, {}, "com.p"]);
      await expectError(one, 48, request, LIMIT_REACHED);
      assertEquals(router.server.running.counted("limits_reached"), 1);
      await callee.send([70, first, {}]);
      assertEquals((await one.receive())[0], 50);
      await call(one);
      await callee.send([70, await invoked(), {}]);
      await one.receive();
      // A caller that leaves has none pending any more.
      await leave(other);
      await call(one);
      await call(one);
      for (const invocation of [await invoked(), await invoked()]) {
        await callee.send([70, invocation, {}]);
        assertEquals((await one.receive())[0], 50);
      }
      await callee.send([70, second, {}]);
    },
    limited(scope, { pendingCalls: 2 }),
  );

  for (
    const rate of [{ messagesPerSecond: 60 }, { bytesPerSecond: 2048 }]
  ) {
    const [name] = Object.keys(rate);
    scenario(
      `quota ${name} by ${scope}: who is quicker is slowed, loses nothing, and holds up no other`,
      async (router) => {
        const [hasty, alike] = await router.joinMany(2);
        const free = await router.join({ kind: "unix" });
        await hasty.subscribe("com.a");
        const burst = Array.from({ length: 80 }, (_, index): WireMessage => [
          16,
          hasty.nextRequest(),
          { acknowledge: true },
          "com.b",
          [index, "xxxxxxxxxxxxxxxxxxxx"],
        ]);
        for (const message of burst) await hasty.send(message);
        // Sharing the quota, it waits as well, but is not cut off.
        await alike.send([16, 77, { acknowledge: true }, "com.c"]);
        await paused(router);
        await free.send([16, 78, { acknowledge: true }, "com.c"]);
        assertEquals((await free.receive())[1], 78);
        for (const [, request] of burst) {
          assertEquals((await hasty.receive()).slice(0, 2), [17, request]);
        }
        assertEquals((await alike.receive()).slice(0, 2), [17, 77]);
      },
      limited(scope, rate),
    );
  }
}

/** Resolves once some connection is not read because of its quota. */
async function paused(router: Pick<Scenario, "server">): Promise<void> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  while (router.server.running.counted("reads_paused") === 0) {
    if (Date.now() > giveUpAt) throw new Error("No connection was slowed");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Without payload, and within one read. */
const FORTY_PINGS = Array.from({ length: 40 }, () => [1, 0, 0, 0]).flat();

scenario(
  "a session that is slowed can leave and be shut down at any time",
  async (router) => {
    const gone = await router.join();
    await gone.sendBytes(FORTY_PINGS);
    await paused(router);
    // It owes for 40 s; its end is noticed at once all the same.
    gone.close();
    await router.server.emptied();
    const stopped = await router.join();
    await router.server.running.shutdown();
    assertEquals((await stopped.receive())[0], 6);
  },
  limited("authid", { messagesPerSecond: 1 }),
);

/** The router's GOODBYE, behind PONGs. */
async function expectGoodbye(client: RawClient): Promise<void> {
  let frame = await client.readFrame();
  while ((frame.first & 7) !== 0) frame = await client.readFrame();
  const message = decodeValue(client.serializer, frame.payload);
  assertEquals((message as WireMessage)[0], 6);
}

async function untilEnd({ conn }: RawClient): Promise<void> {
  while (await conn.read(new Uint8Array(1024)) !== null);
}

/** Longer than a test waits for anything. */
const VERY_LONG_MS = 60_000;

for (const pings of [0, 100]) {
  scenario(
    `MS-06 a session that is killed while it is slowed is heard out (${pings} PINGs unread)`,
    async (router) => {
      const hasty = await router.join();
      await hasty.sendBytes(FORTY_PINGS);
      await paused(router);
      await hasty.sendBytes(
        Array.from({ length: pings }, () => [1, 0, 0, 0]).flat(),
      );
      const killer = await router.join({ kind: "unix" });
      await callMeta(killer, "wamp.session.kill", [hasty.sessionId]);
      await expectGoodbye(hasty);
      await hasty.send([6, {}, "wamp.close.goodbye_and_out"]);
      // It owes for 40 s.
      await within(untilEnd(hasty), "the connection's end");
    },
    {
      ...limited("authid", { messagesPerSecond: 1 }, guardedRealm()),
      limits: { goodbyeTimeoutMs: VERY_LONG_MS },
    },
  );
}

Deno.test("SL-13 the router's end does not wait for the debts of sessions that answer GOODBYE", async () => {
  await using server = await TestServer.start({
    ...limited("authid", { messagesPerSecond: 1 }),
    limits: { goodbyeTimeoutMs: VERY_LONG_MS },
    shutdownTimeoutMs: VERY_LONG_MS,
  });
  using hasty = await RawClient.join(server.address());
  await hasty.sendBytes(FORTY_PINGS);
  await paused({ server });
  const stopped = server.running.shutdown();
  await expectGoodbye(hasty);
  await hasty.send([6, {}, "wamp.close.goodbye_and_out"]);
  await hasty.expectClosed();
  await within(stopped, "the router's end");
});

scenario(
  "quota max_messages_per_s: sessions that come and go within one read are counted as well",
  async (router) => {
    const client = await router.open();
    // Before HELLO nothing is counted; its read buffer is large then.
    for (let i = 0; i < 8; i++) {
      await client.sendFrame(1, new Uint8Array(100_000));
      await client.readFrame();
    }
    for (let turn = 0; turn < 2; turn++) {
      await sendTogether(client, [
        [1, "realm1", helloDetails()],
        ...Array.from(
          { length: 900 },
          (_, i): WireMessage => [16, i + 1, {}, "com.a", ["x".repeat(30)]],
        ),
        [6, {}, "wamp.close.normal"],
      ]);
      assertEquals((await client.receive())[0], 2);
      assertEquals((await client.receive())[0], 6);
    }
    await paused(router);
  },
  limited("address", { messagesPerSecond: 1000 }),
);

scenario(
  "RV-04 quota max_registrations: who comes back takes over its own authid's registration at the bound",
  async (router) => {
    const [old, fresh, other] = await router.joinMany(3);
    const id = await old.register("com.p", { force_reregister: true });
    const again = await fresh.register("com.p", { force_reregister: true });
    assertNotEquals(again, id);
    await other.send([64, 1, {}, "com.q"]);
    await expectError(other, 64, 1, LIMIT_REACHED);
  },
  limited("authid", { registrations: 1 }),
);
