/** Who may take a procedure by `force_reregister`, and from whom (RV-04). */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { AuthConfig } from "../../src/auth/methods.ts";
import type { PermissionConfig } from "../../src/config/config.ts";
import {
  challenged,
  craSignature,
  sendHello,
  welcomedBy,
} from "../support/login.ts";
import { ticketOf, userOf } from "../support/principals.ts";
import { type RawClient, show } from "../support/raw_client.ts";
import {
  expectError,
  type Scenario,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { authorized, authorizer, joinTrusted } from "./_authorizer.ts";

const TAKEN = "wamp.error.procedure_already_exists";
const FORCE = { force_reregister: true };

type Allow = PermissionConfig["allow"];
const ALL: Allow = {
  call: true,
  register: true,
  publish: true,
  subscribe: true,
};
const FORCING: Allow = { ...ALL, force_reregister: true };

/** A rule of a role that may do everything below `uri`. */
function rule(
  uri: string,
  match: PermissionConfig["match"],
  allow: Allow = ALL,
): PermissionConfig {
  const disclose = { caller: false, publisher: false };
  return { uri, match, allow, disclose };
}

/** Every method that a test logs in by. */
const AUTH: Partial<AuthConfig> = {
  anonymous: { role: "user" },
  ticket: {
    principals: [
      ticketOf("anna", "t-anna"),
      ticketOf("bob", "t-bob"),
      ticketOf("root", "t-root", { role: "admin" }),
    ],
  },
  wampcra: {
    principals: [
      userOf("anna", "c-anna"),
      userOf("bob", "c-bob", { role: "admin" }),
    ],
  },
};

/** A realm whose users may register everything, and whose admins `rules`. */
function takeovers(
  rules: PermissionConfig[] = [rule("", "prefix")],
  anonymous: AuthConfig["anonymous"] = { role: "user" },
): ScenarioOptions {
  const realm = openRealm("realm1", ["user", "admin"]);
  const [user, admin] = realm.roles;
  return {
    realms: [{ ...realm, roles: [user, { ...admin, permissions: rules }] }],
    auth: { ...AUTH, anonymous },
  };
}

/** A session that logs in as `who`: `anna` by ticket, `anna/cra`, `anonymous`. */
async function joinAs(router: Scenario, who: string): Promise<RawClient> {
  const client = await router.open();
  const [authid, method] = who.split("/");
  if (authid === "anonymous") {
    const welcome = await sendHello(client, "anonymous", {});
    assertEquals(welcome[0], 2, show(welcome));
    client.sessionId = welcome[1];
  } else if (method === "cra") {
    const extra = await challenged(client, "wampcra", { authid });
    await welcomedBy(client, craSignature(`c-${authid}`, extra));
  } else {
    await challenged(client, "ticket", { authid });
    await welcomedBy(client, `t-${authid}`);
  }
  return client;
}

/** REGISTER of `client`: whether it has the procedure. */
async function registers(
  client: RawClient,
  procedure: string,
  options: Record<string, unknown> = FORCE,
): Promise<boolean> {
  const request = client.nextRequest();
  const answer = await client.request([64, request, options, procedure]);
  if (answer[0] === 65) return true;
  assertEquals(answer.slice(0, 5), [8, 64, request, {}, TAKEN], show(answer));
  return false;
}

/** Who has the procedure, who wants it, and whether that one gets it. */
const OWNERS: readonly [holder: string, newcomer: string, taken: boolean][] = [
  ["anna", "anna", true],
  ["anna", "anna/cra", true],
  ["anna", "bob", false],
  ["anna", "root", false],
  // The same authid under another role.
  ["bob", "bob/cra", false],
  ["bob/cra", "bob", false],
  ["anna", "anonymous", false],
  ["anonymous", "anna", false],
  ["anonymous", "anonymous", false],
];

for (const [holder, newcomer, isTaken] of OWNERS) {
  scenario(
    `RV-04: ${newcomer} ${
      isTaken ? "takes" : "does not take"
    } a procedure from ${holder}, which did not agree to it`,
    async (router) => {
      const first = await joinAs(router, holder);
      const second = await joinAs(router, newcomer);
      const id = await first.register("com.a");
      assertEquals(await registers(second, "com.a"), isTaken);
      const caller = await joinAs(router, "anonymous");
      await caller.send([48, 1, {}, "com.a"]);
      const invocation = await (isTaken ? second : first).receive();
      assertEquals(invocation[0], 68);
      assertEquals(invocation[2] === id, !isTaken);
    },
    { ...takeovers(), everySerializer: true },
  );
}

scenario(
  "RV-04: an authid that all anonymous sessions are given makes none of them another's owner",
  async (router) => {
    const holder = await joinAs(router, "anonymous");
    const newcomer = await joinAs(router, "anonymous");
    await holder.register("com.a");
    assertEquals(await registers(newcomer, "com.a"), false);
    // Nor of who proved to be the one of that name.
    const anna = await joinAs(router, "anna");
    assertEquals(await registers(anna, "com.a"), false);
    await anna.register("com.b");
    assertEquals(await registers(newcomer, "com.b"), false);
  },
  takeovers([], { role: "user", authid: "anna" }),
);

scenario(
  "RV-04: who registered with force_reregister agreed to be replaced by anybody who may register",
  async (router) => {
    const holder = await joinAs(router, "anonymous");
    const anna = await joinAs(router, "anna");
    const bob = await joinAs(router, "bob");
    assertEquals(await registers(holder, "com.a"), true);
    assertEquals(await registers(anna, "com.a", {}), false);
    assertEquals(await registers(anna, "com.a"), true);
    assertEquals(await registers(bob, "com.a"), true);
  },
  takeovers(),
);

scenario(
  "RV-04: who takes a procedure without agreeing to lose it has not agreed",
  async (router) => {
    const holder = await joinAs(router, "anonymous");
    const newcomer = await joinAs(router, "anonymous");
    for (const options of [{}, { force_reregister: false }]) {
      const id = await holder.register("com.a", options);
      assertEquals(await registers(newcomer, "com.a"), false);
      await holder.request([66, holder.nextRequest(), id]);
    }
  },
  takeovers(),
);

for (const match of ["exact", "prefix", "wildcard"] as const) {
  scenario(
    `RV-04: the ${match} registration of another is not taken without its consent`,
    async (router) => {
      const holder = await joinAs(router, "anna");
      const newcomer = await joinAs(router, "bob");
      await holder.register("com.a", { match });
      const options = { match, ...FORCE };
      assertEquals(await registers(newcomer, "com.a", options), false);
      await holder.register("com.b", options);
      assertEquals(await registers(newcomer, "com.b", options), true);
    },
    takeovers(),
  );
}

scenario(
  "RV-04 SH-02: of a shared registration each callee has to have agreed, or to be of the same owner",
  async (router) => {
    const [anna, other] = [
      await joinAs(router, "anna"),
      await joinAs(router, "anna/cra"),
    ];
    const shared = { invoke: "roundrobin" };
    const forced = { ...shared, ...FORCE };
    const id = await anna.register("com.a", forced);
    assertEquals(await other.register("com.a", shared), id);
    const bob = await joinAs(router, "bob");
    assertEquals(await registers(bob, "com.a", forced), false);
    // Each of them is hers.
    const again = await joinAs(router, "anna");
    assertEquals(await registers(again, "com.a", forced), true);
    // And now there is only one, which agreed.
    assertEquals(await registers(bob, "com.a", forced), true);
    assertEquals(
      await bob.register("com.c", shared),
      await anna.register("com.c", shared),
    );
    assertEquals(await registers(again, "com.c", shared), true);
    assertEquals(await registers(again, "com.c", forced), false);
  },
  takeovers(),
);

scenario(
  "RV-04: a session takes what is its own alone, whoever it is",
  async (router) => {
    const client = await joinAs(router, "anonymous");
    const other = await joinAs(router, "anonymous");
    const shared = { invoke: "first" };
    const id = await client.register("com.a", shared);
    assertNotEquals(
      await client.register("com.a", { ...shared, ...FORCE }),
      id,
    );
    await other.register("com.a", shared);
    assertEquals(
      await registers(client, "com.a", { ...shared, ...FORCE }),
      false,
    );
  },
  takeovers(),
);

scenario(
  "RV-04 AZ-06: allow.force_reregister of the deciding rule takes a procedure from anybody",
  async (router) => {
    const [anna, bob] = [
      await joinAs(router, "anna"),
      await joinAs(router, "bob"),
    ];
    const root = await joinAs(router, "root");
    const shared = { invoke: "roundrobin" };
    for (const procedure of ["com.a", "com.mine", "org.a"]) {
      await anna.register(procedure, shared);
      await bob.register(procedure, shared);
    }
    assertEquals(await registers(root, "com.a"), true);
    // A more exact rule decides, and has no such right.
    assertEquals(await registers(root, "com.mine"), false);
    assertEquals(await registers(root, "org.a"), false);
    await anna.register("com.sub", { match: "prefix" });
    await anna.register("com.", { match: "prefix" });
    const forced = { match: "prefix", ...FORCE };
    assertEquals(await registers(root, "com.sub", forced), true);
    // Of what the pattern matches a rule gives a part without the right.
    assertEquals(await registers(root, "com.", forced), false);
  },
  takeovers([
    rule("", "prefix"),
    rule("com.", "prefix", FORCING),
    rule("com.mine", "exact"),
  ]),
);

scenario(
  "RV-04 AZ-02: the right to take does not give the right to register",
  async (router) => {
    const anna = await joinAs(router, "anna");
    const root = await joinAs(router, "root");
    await anna.register("com.a");
    await root.send([64, 1, FORCE, "com.a"]);
    await expectError(root, 64, 1, "wamp.error.not_authorized");
  },
  takeovers([
    rule("test.", "prefix"),
    rule("com.", "prefix", { ...FORCING, register: false }),
  ]),
);

scenario(
  "RV-04 AZ-08: an authorizer is shown force_reregister, and its own key grants it",
  async (router) => {
    const decider = await authorizer(router);
    const holder = await joinTrusted(router);
    await holder.register("com.a");
    const client = await router.join();
    let request = 0;
    const ask = () =>
      client.send([64, request = client.nextRequest(), FORCE, "com.a"]);
    for (
      const result of [true, { allow: true }, {
        allow: true,
        force_reregister: false,
      }]
    ) {
      await ask();
      const question = await decider.decide("com.a", result);
      assertEquals(question.options, { match: "exact", ...FORCE });
      await expectError(client, 64, request, TAKEN);
    }
    await ask();
    await decider.decide("com.a", { allow: false, force_reregister: true });
    await expectError(
      client,
      64,
      request,
      "wamp.error.not_authorized",
    );
    await ask();
    await decider.decide("com.a", { allow: true, force_reregister: true });
    assertEquals((await client.receive())[0], 65);
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "RV-04 AZ-08: that an authorizer granted it is remembered for requests that ask for it alone",
  async (router) => {
    const decider = await authorizer(router);
    const [holder, client] = [await joinTrusted(router), await router.join()];
    const grant = { allow: true, force_reregister: true, cache: true };
    for (const isFirst of [true, false]) {
      await holder.register("com.a");
      await client.send([64, client.nextRequest(), FORCE, "com.a"]);
      if (isFirst) await decider.decide("com.a", grant);
      const [code, , id] = await client.receive();
      assertEquals(code, 65);
      await client.request([66, client.nextRequest(), id]);
    }
    const request = client.nextRequest();
    await client.send([64, request, {}, "com.a"]);
    await decider.decide("com.a", false);
    await expectError(
      client,
      64,
      request,
      "wamp.error.not_authorized",
    );
  },
  authorized(),
);
