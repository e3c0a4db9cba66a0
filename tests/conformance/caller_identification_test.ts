/** Caller identification and call trust levels (checklist §9.6, §9.7). */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

const DISALLOWED = "wamp.error.option_disallowed.disclose_me";

/** A realm that discloses callers of `com.open`, or nobody on request. */
function realmWith(
  changes: { discloses?: boolean; trustLevel?: number; allows?: boolean },
): RealmConfig {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  const [rule] = role.permissions;
  return {
    ...realm,
    allowsDisclosure: changes.allows ?? true,
    roles: [{
      ...role,
      trustLevel: changes.trustLevel,
      permissions: changes.discloses === true
        ? [rule, {
          ...rule,
          uri: "com.open",
          disclose: { caller: true, publisher: false },
        }]
        : [rule],
    }],
  };
}

/** A session, and INVOCATION.Details by which it is told. */
async function joinKnown(
  router: Scenario,
): Promise<[RawClient, Record<string, unknown>]> {
  const client = await router.open();
  const { authid, authrole } = await client.hello();
  return [client, {
    caller: client.sessionId,
    caller_authid: authid,
    caller_authrole: authrole,
  }];
}

scenario(
  "CI-01 CI-02 FD-04: a caller is disclosed if it asks for it, also where nobody announced it",
  async (router) => {
    const callee = await router.join();
    const [caller, identity] = await joinKnown(router);
    await callee.register("com.a");
    const cases: [Record<string, unknown>, Record<string, unknown>][] = [
      [{ disclose_me: true }, identity],
      [{ disclose_me: false }, {}],
      [{ disclose_me: null }, {}],
      [{}, {}],
    ];
    for (const [options, details] of cases) {
      await caller.send([48, caller.nextRequest(), options, "com.a"]);
      assertEquals((await callee.receive())[3], details);
    }
  },
  { everySerializer: true },
);

scenario(
  "CI-02 CI-04: a callee that registered with disclose_caller learns who calls",
  async (router) => {
    const [told, other] = await router.joinMany(2);
    const [caller, identity] = await joinKnown(router);
    const invoke = "roundrobin";
    await told.register("com.a", { invoke, disclose_caller: true });
    await other.register("com.a", { invoke, disclose_caller: false });
    for (const options of [{}, {}, { disclose_me: false }, {}]) {
      await caller.send([48, caller.nextRequest(), options, "com.a"]);
    }
    for (let i = 0; i < 2; i++) {
      assertEquals((await told.receive())[3], identity);
      assertEquals((await other.receive())[3], {});
    }
  },
  { everySerializer: true },
);

scenario(
  "CI-02: a permission with disclose tells the caller without its asking",
  async (router) => {
    const callee = await router.join();
    const [caller, identity] = await joinKnown(router);
    await callee.register("com.open");
    await callee.register("com.a");
    await callee.register("com", { match: "prefix" });
    await caller.send([48, 1, {}, "com.open"]);
    assertEquals((await callee.receive())[3], identity);
    await caller.send([48, 2, { disclose_me: false }, "com.open"]);
    assertEquals((await callee.receive())[3], identity);
    await caller.send([48, 3, {}, "com.a"]);
    assertEquals((await callee.receive())[3], {});
    await caller.send([48, 4, { disclose_me: true }, "com.b"]);
    assertEquals((await callee.receive())[3], {
      procedure: "com.b",
      ...identity,
    });
  },
  { realms: [realmWith({ discloses: true })] },
);

scenario(
  "CI-03 A-48: where the realm allows no disclosure, disclose_me is refused and nothing invoked",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 1, { disclose_me: true }, "com.a"]);
    await expectError(caller, 48, 1, DISALLOWED);
    await expectSilence(caller, callee);
    await caller.send([48, 2, { disclose_me: false }, "com.a"]);
    assertEquals((await callee.receive())[3], {});
  },
  { realms: [realmWith({ allows: false })], everySerializer: true },
);

scenario(
  "CI-03: where the realm allows no disclosure, REGISTER with disclose_caller is refused",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.send([64, 1, { disclose_caller: true }, "com.a"]);
    await expectError(callee, 64, 1, DISALLOWED);
    await caller.send([48, 1, {}, "com.a"]);
    await expectError(caller, 48, 1, "wamp.error.no_such_procedure");
  },
  { realms: [realmWith({ allows: false })] },
);

scenario(
  "CI-02: what the config discloses is disclosed also where clients may not ask for it",
  async (router) => {
    const callee = await router.join();
    const [caller, identity] = await joinKnown(router);
    await callee.register("com.open");
    await caller.send([48, 1, {}, "com.open"]);
    assertEquals((await callee.receive())[3], identity);
  },
  { realms: [realmWith({ allows: false, discloses: true })] },
);

scenario(
  "CI-01: a session that calls itself can be disclosed to itself",
  async (router) => {
    const [client, identity] = await joinKnown(router);
    await client.register("com.a");
    const request = client.nextRequest();
    await client.send([48, request, { disclose_me: true }, "com.a"]);
    assertEquals((await client.receive())[3], identity);
  },
);

for (const trustLevel of [0, 5]) {
  scenario(
    `CT-01: callees are told that a caller's role has trust level ${trustLevel}`,
    async (router) => {
      const [caller, callee] = await router.joinMany(2);
      await callee.register("com.a");
      await callee.register("com", { match: "prefix" });
      await caller.send([48, 1, {}, "com.a"]);
      assertEquals((await callee.receive())[3], { trustlevel: trustLevel });
      await caller.send([48, 2, {}, "com.b"]);
      assertEquals((await callee.receive())[3], {
        procedure: "com.b",
        trustlevel: trustLevel,
      });
    },
    { realms: [realmWith({ trustLevel })], everySerializer: true },
  );
}

scenario(
  "CT-01: without configuration there is no trust level",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 1, { disclose_me: true }, "com.a"]);
    assertEquals("trustlevel" in (await callee.receive())[3], false);
  },
);

scenario(
  "CI-01 CT-01 HW-14: caller_identification and call_trustlevels are announced",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    const { features } = roles["dealer"];
    assertEquals(features["caller_identification"], true);
    assertEquals(features["call_trustlevels"], true);
  },
);
