/**
 * Who may register the procedures whose word the router takes, and whom it then
 * asks (AZ-05, AZ-08, DY-01).
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROLE_DEFAULTS } from "../../src/config/build_realms.ts";
import type { AuthConfig } from "../../src/auth/methods.ts";
import type { RealmConfig } from "../../src/config/config.ts";
import { loadSound } from "../config/_load.ts";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import { challenged, sendHello, welcomedBy } from "../support/login.ts";
import {
  expectError,
  type Scenario,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { authorizer, joinTrusted } from "./_authorizer.ts";

const NOT_AUTHORIZED = "wamp.error.not_authorized";
const FAILED = "wamp.error.authorization_failed";
const AUTHORIZER = "com.authorize";
const AUTHENTICATOR = "com.authenticate";

/**
 * A realm in which an authorizer decides about `asked` (on TCP), which `trusted`
 * (on the Unix socket) may register by its name, and `wide` (on TLS) by a rule for
 * everything.
 */
function guarded(timeoutMs = 10_000): ScenarioOptions {
  const [trusted] = openRealm("", ["trusted"], [AUTHORIZER]).roles;
  const open = openRealm("realm1", ["wide"]);
  const asked = {
    ...ROLE_DEFAULTS,
    name: "asked",
    authorizer: AUTHORIZER,
    authorizerTimeoutMs: timeoutMs,
    authorizerCache: 10,
  };
  return {
    kinds: ["tcp", "tls", "unix"],
    roles: { tcp: "asked", tls: "wide", unix: "trusted" },
    realms: [{ ...open, roles: [trusted, ...open.roles, asked] }],
  };
}

/** REGISTER that is refused by the rules. */
async function refusesToRegister(
  client: RawClient,
  procedure: string,
  options: Record<string, unknown> = {},
): Promise<void> {
  const request = client.nextRequest();
  await client.send([64, request, options, procedure]);
  await expectError(client, 64, request, NOT_AUTHORIZED);
}

for (
  const options of [{}, { force_reregister: true }, { invoke: "roundrobin" }]
) {
  scenario(
    `AZ-05: a rule for everything does not let a session register an authorizer with ${
      JSON.stringify(options)
    }`,
    async (router) => {
      const wide = await router.join({ kind: "tls" });
      await refusesToRegister(wide, AUTHORIZER, options);
      const trusted = await joinTrusted(router);
      await trusted.register(AUTHORIZER, options);
      await refusesToRegister(wide, AUTHORIZER, options);
      // What is like it by name is anybody's.
      for (const other of ["com.authorizes", "com.authorize.a", "com.auth"]) {
        await wide.register(other, options);
      }
      const line = await router.server.logged(AUTHORIZER);
      assertStringIncludes(
        String(line.fields["decided_by"]),
        'only a rule for exactly its uri can allow registering it; the implied prefix "" cannot',
      );
    },
    { ...guarded(), everySerializer: true },
  );
}

scenario(
  "AZ-05 AZ-08: no authorizer lets a session register an authorizer, nor is it asked",
  async (router) => {
    const client = await router.join();
    await refusesToRegister(client, AUTHORIZER);
    const decider = await authorizer(router);
    await refusesToRegister(client, AUTHORIZER);
    await refusesToRegister(client, AUTHORIZER, { force_reregister: true });
    await decider.expectNoQuestion();
    await client.send([64, client.nextRequest(), {}, "com.other"]);
    await decider.decide("com.other", true);
    assertEquals((await client.receive())[0], 65);
  },
  guarded(),
);

const CATCHING = [
  ["", "prefix"],
  ["com.", "prefix"],
  ["com.authorize", "prefix"],
  ["com.authorize", "wildcard"],
  ["com.", "wildcard"],
  [".authorize", "wildcard"],
] as const;

for (const [pattern, match] of CATCHING) {
  scenario(
    `AZ-04 AZ-08: a registration of the ${match} pattern "${pattern}" is not asked in an authorizer's place`,
    async (router) => {
      const wide = await router.join({ kind: "tls" });
      await wide.register(pattern, { match });
      const client = await router.join();
      await client.send([32, 1, {}, "com.a"]);
      await expectError(client, 32, 1, FAILED);
      await wide.expectNothing();
      const decider = await authorizer(router);
      await client.send([32, 2, {}, "com.a"]);
      await decider.decide("com.a", true);
      assertEquals((await client.receive())[0], 33);
      await wide.expectNothing();
    },
    guarded(),
  );
}

/** Tickets are judged by a procedure in `realm`; anonymous sessions are guests. */
function judged(realm: string | undefined): Partial<AuthConfig> {
  return {
    anonymous: { role: "guest" },
    dynamic: {
      ticket: { authenticator: AUTHENTICATOR, realm, defaultRole: undefined },
    },
  };
}

const EXAMPLE = await loadSound(
  await Deno.readTextFile(
    new URL("../../examples/authorizer.json", import.meta.url),
  ),
);

scenario(
  "AZ-08: examples/authorizer.json has an authorizer in the realm that it serves",
  async (router) => {
    const service = await router.join({ kind: "unix" });
    await service.register("com.example.authorize");
    const user = await router.join();
    await user.send([32, 1, {}, "com.example.news"]);
    const [, invocation, , , [session, uri, action]] = await service.receive();
    assertEquals(
      [session["realm"], session["authrole"], uri, action],
      ["realm1", "user", "com.example.news", "subscribe"],
    );
    await service.send([70, invocation, {}, [true]]);
    assertEquals((await user.receive())[0], 33);
    // What it does itself, nobody is asked about.
    const news = [
      16,
      service.nextRequest(),
      { acknowledge: true },
      "com.example.news",
    ] as const;
    assertEquals((await service.request([...news]))[0], 17);
    assertEquals((await user.receive())[0], 36);
    const flush = [48, service.nextRequest(), {}, "sluice.authorization.flush"];
    assertEquals((await service.request(flush as WireMessage))[0], 50);
    await refusesToRegister(user, "com.example.authorize");
  },
  {
    kinds: ["tcp", "unix"],
    roles: { tcp: "user", unix: "authorizer" },
    realms: EXAMPLE.config.realms,
    everySerializer: true,
  },
);

const REALMS: RealmConfig[] = ["realm1", "realm2"].map((name) =>
  openRealm(name, ["guest", "user"])
);

async function joinGuest(
  router: Scenario,
  realm: string,
): Promise<RawClient> {
  const client = await router.open();
  const welcome = await sendHello(client, "anonymous", { realm });
  assertEquals(welcome[0], 2);
  client.sessionId = welcome[1];
  return client;
}

scenario(
  "DY-01: an authenticator is guarded in the realm where it is asked, and there alone",
  async (router) => {
    const elsewhere = await joinGuest(router, "realm1");
    await elsewhere.register(AUTHENTICATOR);
    const guest = await joinGuest(router, "realm2");
    await refusesToRegister(guest, AUTHENTICATOR);
    await guest.register("", { match: "prefix" });
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    await client.expectAbort("wamp.error.authentication_failed");
    await guest.expectNothing();
    await elsewhere.expectNothing();
  },
  { realms: REALMS, auth: judged("realm2") },
);

scenario(
  "DY-01: an authenticator without a realm is guarded in all, also in those that come about",
  async (router) => {
    for (const realm of ["realm1", "realm2", "tenant.a"]) {
      const guest = await joinGuest(router, realm);
      await refusesToRegister(guest, AUTHENTICATOR);
    }
  },
  {
    realms: REALMS,
    auth: judged(undefined),
    autoRealms: {
      prefix: "tenant.",
      maxRealms: 3,
      template: openRealm("tenant.*", ["guest", "user"]),
    },
  },
);

scenario(
  "DY-01: an authenticator in the realm that it lets in to is registered by who gets in otherwise",
  async (router) => {
    const callee = await joinGuest(router, "realm1");
    await callee.register(AUTHENTICATOR);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    const welcome = welcomedBy(client, "t");
    const invocation = await callee.receive();
    await callee.send([70, invocation[1], {}, ["user"]]);
    assertEquals((await welcome)["authrole"], "user");
  },
  {
    realms: [openRealm("realm1", ["guest", "user"], [AUTHENTICATOR])],
    auth: judged(undefined),
  },
);

scenario(
  "AZ-08 AZ-09: an authorizer may call and publish in its own realm while it is asked",
  async (router) => {
    const decider = await authorizer(router);
    const database = await joinTrusted(router);
    await database.register("com.rights");
    const client = await router.join();
    const other = await router.join({ kind: "tls" });
    await other.subscribe("com.audit");
    await client.send([32, 1, {}, "com.a"]);
    const question = await decider.asked();
    const { callee } = decider;
    await callee.send([48, callee.nextRequest(), {}, "com.rights", ["com.a"]]);
    const invocation = await database.receive();
    await database.send([70, invocation[1], {}, [true]]);
    const [code, , , [right]] = await callee.receive();
    assertEquals(code, 50);
    await callee.send([16, callee.nextRequest(), {}, "com.audit", ["com.a"]]);
    assertEquals((await other.receive())[4], ["com.a"]);
    await question.answer(right);
    assertEquals((await client.receive())[0], 33);
  },
  { ...guarded(), everySerializer: true },
);

scenario(
  "AZ-04 AZ-09: an authorizer that waits for the session that it is asked about is late, and holds up nobody else",
  async (router) => {
    const decider = await authorizer(router);
    const { callee } = decider;
    const client = await router.join();
    await client.send([64, 1, {}, "com.own"]);
    await decider.decide("com.own", true);
    assertEquals((await client.receive())[0], 65);
    await client.send([32, 2, {}, "com.a"]);
    await decider.asked();
    const call = callee.nextRequest();
    await callee.send([48, call, {}, "com.own"]);
    const invocation = await client.receive();
    assertEquals(invocation[0], 68);
    // What it says stands behind its SUBSCRIBE.
    await client.send([70, invocation[1], {}, ["me"]]);
    const wide = await router.join({ kind: "tls" });
    await wide.subscribe("com.b");
    await expectError(client, 32, 2, FAILED);
    assertEquals(await callee.receive(), [50, call, {}, ["me"]]);
  },
  guarded(1000),
);
