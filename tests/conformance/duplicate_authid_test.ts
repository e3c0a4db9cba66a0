/** What a second session of an authid brings about: `on_duplicate_authid` of a role. */
import { assertEquals } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import type { RoleConfig } from "../../src/config/config.ts";
import { challenged, refusedFor, welcomedBy } from "../support/login.ts";
import { ticketOf } from "../support/principals.ts";
import { RawClient } from "../support/raw_client.ts";
import {
  type Scenario,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const IN_USE = "sluice.error.authid_in_use";
const REPLACED = "sluice.close.replaced";

/** Joe is `user`, with the policy, or `boss`, without; ann is `user`. */
function router(
  onDuplicateAuthid: "refuse" | "replace" | undefined,
  more: Partial<RoleConfig> = {},
  options: ScenarioOptions = {},
): ScenarioOptions {
  const realms = ["realm1", "realm2"].map((name) => {
    const realm = openRealm(name, ["user", "boss", "guest"]);
    const roles = realm.roles.map((role) => ({
      ...role,
      ...(role.name !== "boss" && onDuplicateAuthid && { onDuplicateAuthid }),
      ...(role.name === "user" && more),
    }));
    return { ...realm, roles };
  });
  return {
    realms,
    kinds: ["tcp", "unix"],
    auth: {
      anonymous: { role: "guest" },
      ticket: {
        principals: [
          ticketOf("joe", "t"),
          ticketOf("ann", "t"),
          ticketOf("ceo", "t", { role: "boss" }),
        ],
      },
    },
    ...options,
  };
}

/** One that is challenged, and has only to answer. */
async function open(
  { server }: Scenario,
  authid = "joe",
  realm = "realm1",
  serializer: (typeof SERIALIZERS)[number] = "json",
): Promise<RawClient> {
  const client = await RawClient.open(server.address(), serializer);
  await challenged(client, "ticket", { authid, realm });
  return client;
}

async function join(
  ...args: Parameters<typeof open>
): Promise<RawClient> {
  const client = await open(...args);
  await welcomedBy(client, "t");
  return client;
}

async function expectReplaced(client: RawClient): Promise<void> {
  const [code, details, reason] = await client.receive();
  assertEquals([code, reason], [6, REPLACED]);
  assertEquals(typeof details.message, "string");
  await client.send([6, {}, "wamp.close.goodbye_and_out"]);
  await client.expectClosed();
}

function sessions({ server }: Scenario): number {
  return server.running.inventory().sessions;
}

scenario(
  "on_duplicate_authid: by default an authid has as many sessions as it likes",
  async (router) => {
    using one = await join(router);
    using other = await join(router);
    await one.expectNothing();
    await other.expectNothing();
    assertEquals(sessions(router), 2);
  },
  router(undefined),
);

for (const serializer of SERIALIZERS) {
  scenario(
    `on_duplicate_authid: replace: the session before is ended by GOODBYE, and gives up all it has (${serializer})`,
    async (router) => {
      const watcher = await router.join({ realm: "realm1" });
      await watcher.subscribe("wamp.session.on_leave");
      await watcher.subscribe("wamp.session.on_join");
      await watcher.subscribe("com.gone");
      using old = await join(router, "joe", "realm1", serializer);
      assertEquals((await watcher.receive())[4][0].authid, "joe");
      await old.register("com.p");
      const testament = ["com.gone", ["bye"], {}];
      const kept = await old.request(
        [48, old.nextRequest(), {}, "wamp.session.add_testament", testament],
      );
      assertEquals(kept[0], 50);
      using fresh = await join(router, "joe", "realm1", serializer);
      await expectReplaced(old);
      // Its registration is free.
      await fresh.register("com.p");
      const seen = [];
      for (let i = 0; i < 3; i++) {
        const [, , , , args] = await watcher.receive();
        seen.push(args[0]?.session ?? args[0]);
      }
      assertEquals(seen, ["bye", old.sessionId, fresh.sessionId]);
      const { fields } = await router.server.logged(
        "a session replaced an older one with the same authid (on_duplicate_authid)",
      );
      assertEquals(
        [fields["authid"], fields["authrole"], fields["realm"]],
        ["joe", "user", "realm1"],
      );
      assertEquals(
        [fields["session"], fields["replaced_session"]],
        [fresh.sessionId, old.sessionId],
      );
      await watcher.expectNothing();
    },
    router("replace"),
  );
}

scenario(
  "on_duplicate_authid: refuse: the new one gets ABORT after its proof, until the session before has left",
  async (router) => {
    using first = await join(router);
    using stranger = await open(router);
    await refusedFor(
      stranger,
      "wrong",
      "wamp.error.authentication_denied",
    );
    using second = await open(router);
    await refusedFor(second, "t", IN_USE);
    const { fields } = await router.server.logged("(on_duplicate_authid)");
    assertEquals([fields["reason"], fields["authid"]], [IN_USE, "joe"]);
    await first.expectNothing();
    // It was no guess.
    assertEquals(router.server.running.counted("logins_denied"), 1);
    assertEquals((await first.request([6, {}, "wamp.close.normal"]))[0], 6);
    {
      using third = await join(router);
      await third.expectNothing();
    }
    await until(() => sessions(router) === 0);
    using fourth = await join(router);
    await fourth.expectNothing();
  },
  router("refuse"),
);

for (const policy of ["refuse", "replace"] as const) {
  scenario(
    `on_duplicate_authid: ${policy}: other authids, roles and realms, and anonymous sessions, are not concerned`,
    async (router) => {
      const clients = [
        await join(router),
        await join(router, "ann"),
        await join(router, "ceo"),
        await join(router, "ceo"),
        await join(router, "joe", "realm2"),
        ...await router.joinMany(3, { realm: "realm1" }),
      ];
      for (const client of clients) {
        await client.expectNothing();
      }
      assertEquals(sessions(router), clients.length);
      for (const client of clients) client.close();
    },
    router(policy),
  );

  scenario(
    `on_duplicate_authid: ${policy}: of many that come at once one is left`,
    async (router) => {
      const clients = [];
      for (let i = 0; i < 9; i++) {
        clients.push(await open(router, "joe", "realm1", SERIALIZERS[i % 3]));
      }
      for (const client of clients) await client.send([5, "t", {}]);
      const ends: string[] = [];
      let left = 0;
      for (const client of clients) {
        let [code, , reason] = await client.receive();
        if (code === 2) {
          left++;
          // What comes of it, or the answer to what it asks for.
          const next = await client.request([32, 1, {}, "com.a"]);
          [code, , reason] = next;
        }
        if (code === 6 || code === 3) ends.push(reason);
      }
      assertEquals(
        ends,
        Array(8).fill(policy === "refuse" ? IN_USE : REPLACED),
      );
      assertEquals(left, policy === "refuse" ? 1 : 9);
      await until(() => sessions(router) === 1);
      for (const client of clients) client.close();
    },
    router(policy),
  );

  scenario(
    `on_duplicate_authid: ${policy}: one that said good-bye can join again over its connection`,
    async (router) => {
      using client = await join(router);
      for (let i = 0; i < 3; i++) {
        const answer = await client.request([6, {}, "wamp.close.normal"]);
        assertEquals(answer[0], 6);
        await challenged(client, "ticket", { authid: "joe" });
        await welcomedBy(client, "t");
      }
      await client.expectNothing();
    },
    router(policy),
  );
}

for (const scope of ["role", "authid", "address"] as const) {
  const { role } = buildQuotas();
  scenario(
    `on_duplicate_authid: replace: the session before gives its place in the quota of its ${scope}`,
    async (router) => {
      using old = await join(router);
      using fresh = await join(router);
      await expectReplaced(old);
      await fresh.expectNothing();
      if (scope !== "authid") {
        using ann = await open(router, "ann");
        await refusedFor(ann, "t", "sluice.error.limit_reached");
      }
    },
    router("replace", {
      quotas: { role, [scope]: { ...role, sessions: 1 } },
    }),
  );
}

scenario(
  "on_duplicate_authid: replace: one that does not read is out at once, and its connection in time",
  async (router) => {
    using ghost = await join(router);
    await ghost.register("com.p");
    using fresh = await join(router);
    await fresh.register("com.p");
    assertEquals(sessions(router), 1);
    const { running } = router.server;
    await until(() => running.inventory().connections === 1);
  },
  router("replace", {}, { limits: { goodbyeTimeoutMs: 100 } }),
);

scenario(
  "on_duplicate_authid auto_realms: a realm stays where its only session is replaced",
  async (router) => {
    using old = await join(router, "joe", "tenant.a");
    await old.send([16, 1, { retain: true }, "com.kept", [1]]);
    await old.expectNothing();
    using fresh = await join(router, "joe", "tenant.a");
    await expectReplaced(old);
    using ann = await join(router, "ann", "tenant.a");
    await fresh.subscribe("com.news");
    await ann.send([16, 1, {}, "com.news", ["here"]]);
    assertEquals((await fresh.receive())[4], ["here"]);
    await ann.send([32, 2, { get_retained: true }, "com.kept"]);
    const messages = [await ann.receive(), await ann.receive()];
    assertEquals(messages.map(([code]) => code).sort(), [33, 36]);
  },
  router("replace", {}, {
    autoRealms: {
      prefix: "tenant.",
      maxRealms: 1,
      template: {
        ...openRealm("tenant.*", ["user"]),
        roles: [{
          ...openRealm("x", ["user"]).roles[0],
          onDuplicateAuthid: "replace",
        }],
      },
    },
  }),
);
