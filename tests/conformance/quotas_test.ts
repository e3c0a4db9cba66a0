/** Quotas: what sessions of a role, of an authid and from an address may have. */
import { assertEquals } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import type { QuotaConfig, QuotasConfig } from "../../src/config/config.ts";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  expectError,
  type Scenario,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

const LIMIT_REACHED = "sluice.error.limit_reached";
const SCOPES: readonly (keyof QuotasConfig)[] = ["role", "authid", "address"];

/**
 * A router whose TCP clients, all of one authid, have quotas. Those on the Unix
 * socket have another role, and none.
 */
function limited(
  scope: keyof QuotasConfig,
  limits: Partial<QuotaConfig>,
): ScenarioOptions {
  const { role } = buildQuotas();
  const realm = openRealm("realm1", ["free", "counted"]);
  const [free, counted] = realm.roles;
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
async function paused(router: Scenario): Promise<void> {
  while (router.server.running.counted("reads_paused") === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

scenario(
  "a session that is slowed can leave and be shut down at any time",
  async (router) => {
    const gone = await router.join();
    // 50 PINGs without payload.
    await gone.sendBytes(
      Array.from({ length: 50 }, () => [1, 0, 0, 0]).flat(),
    );
    await paused(router);
    // It owes for 50 s; its end is noticed at once all the same.
    gone.close();
    await router.server.emptied();
    const stopped = await router.join();
    await router.server.running.shutdown();
    assertEquals((await stopped.receive())[0], 6);
  },
  limited("authid", { messagesPerSecond: 1 }),
);
