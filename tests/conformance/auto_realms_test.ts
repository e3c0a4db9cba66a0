/** Realms that come about when a client asks for them. */
import { assertEquals } from "@std/assert";
import type { AutoRealmsConfig } from "../../src/config/config.ts";
import type { RawClient } from "../support/raw_client.ts";
import { expectSilence, type Scenario, scenario } from "../support/scenario.ts";
import { openRealm, TRANSPORT_KINDS } from "../support/test_server.ts";

/** Those below `tenant.`, like a realm in which everything is allowed. */
function tenants(more: Partial<AutoRealmsConfig> = {}): AutoRealmsConfig {
  const template = openRealm("tenant.*");
  return { prefix: "tenant.", maxRealms: 2, template, ...more };
}

/** HELLO to a realm; why it is refused. */
async function refusal(router: Scenario, realm: string): Promise<unknown> {
  const client = await router.open();
  const abort = await client.request([1, realm, { roles: { caller: {} } }]);
  assertEquals(abort[0], 3);
  return abort[2];
}

/** Says good-bye, so that the router is done with the session. */
async function leave(client: RawClient): Promise<void> {
  const goodbye = await client.request([6, {}, "wamp.close.normal"]);
  assertEquals(goodbye[0], 6);
}

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `auto_realms: a realm comes about for who joins it, apart from the others (${kind})`,
    async (router) => {
      const joinTenant = (realm: string) => router.join({ realm, kind });
      const [one, same] = [
        await joinTenant("tenant.a"),
        await joinTenant("tenant.a"),
      ];
      const other = await joinTenant("tenant.b");
      const fixed = await router.join({ kind });
      for (const client of [same, other, fixed]) {
        await client.subscribe("com.a");
      }
      await one.send([16, one.nextRequest(), {}, "com.a", [1]]);
      assertEquals((await same.receive())[4], [1]);
      await expectSilence(one, other, fixed);
    },
    { autoRealms: tenants(), kinds: TRANSPORT_KINDS },
  );
}

scenario(
  "auto_realms: WELCOME tells the realm's own name",
  async (router) => {
    const client = await router.open();
    const details = await client.hello(undefined, "tenant.a");
    assertEquals(details["realm"], "tenant.a");
  },
  { autoRealms: tenants() },
);

scenario(
  "auto_realms: a realm goes with its last session, and what it retained with it",
  async (router) => {
    const first = await router.join({ realm: "tenant.a" });
    const second = await router.join({ realm: "tenant.a" });
    const retain = { acknowledge: true, retain: true };
    await first.request([16, first.nextRequest(), retain, "com.a", ["kept"]]);
    await leave(first);
    const subscribe = { get_retained: true };
    await second.subscribe("com.a", subscribe);
    assertEquals((await second.receive())[4], ["kept"]);
    await leave(second);
    const later = await router.join({ realm: "tenant.a" });
    await later.subscribe("com.a", subscribe);
    await later.expectNothing();
  },
  { autoRealms: tenants() },
);

scenario(
  "auto_realms: past max_realms a login is refused and counted; a realm that goes makes room",
  async (router) => {
    const first = await router.join({ realm: "tenant.a" });
    await router.join({ realm: "tenant.b" });
    assertEquals(
      await refusal(router, "tenant.c"),
      "sluice.error.limit_reached",
    );
    assertEquals(router.server.running.counted("limits_reached"), 1);
    // Those that are there can be joined.
    await router.join({ realm: "tenant.b" });
    await router.join();
    await leave(first);
    await router.join({ realm: "tenant.c" });
  },
  { autoRealms: tenants() },
);

/** Names that no realm can have, or none that begins otherwise. */
const UNFIT = [
  "realm2",
  "tenant",
  "tenan",
  "tenant.",
  "tenant..a",
  "tenant.a b",
  "tenant.#",
  `tenant.${"x".repeat(249)}`,
];

scenario(
  "SL-11 auto_realms: other names are no realms",
  async (router) => {
    for (const name of UNFIT) {
      const expected = /[\s#]|\.\.|\.$/.test(name)
        ? "wamp.error.invalid_uri"
        : "wamp.error.no_such_realm";
      assertEquals(await refusal(router, name), expected, name);
    }
    await router.join({ realm: `tenant.${"x".repeat(248)}` });
  },
  { autoRealms: tenants() },
);

scenario(
  "UR-09 auto_realms: no realm comes about below wamp., even where any may",
  async (router) => {
    for (const name of ["wamp", "wamp.a"]) {
      assertEquals(await refusal(router, name), "wamp.error.no_such_realm");
    }
    await router.join({ realm: "wampum" });
  },
  { autoRealms: tenants({ prefix: "" }) },
);

scenario(
  "AU-06 auto_realms: a login that is refused leaves no realm behind",
  async (router) => {
    for (const name of ["tenant.a", "tenant.b", "tenant.c"]) {
      assertEquals(await refusal(router, name), "wamp.error.no_such_role");
    }
    assertEquals(router.server.running.counted("limits_reached"), 0);
  },
  { autoRealms: tenants(), role: "nobody" },
);
