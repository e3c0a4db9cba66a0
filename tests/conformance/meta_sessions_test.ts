/** Session meta API (checklist §11.1), and what all meta procedures share. */
import { assertEquals } from "@std/assert";
import {
  askMeta,
  callMeta,
  doMeta,
  guardedRealm,
  refuseMeta,
  watch,
} from "../support/meta.ts";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import {
  expectError,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const REALMS = [guardedRealm("realm1"), guardedRealm("realm2")];
const INVALID_ARGUMENT = "wamp.error.invalid_argument";
const INVALID_URI = "wamp.error.invalid_uri";
const NO_SUCH_SESSION = "wamp.error.no_such_session";

/** What the meta API tells about `client`, which sent HELLO just now. */
async function joinKnown(
  router: Scenario,
  serializer = SERIALIZERS[0],
): Promise<[RawClient, Record<string, unknown>]> {
  const client = await router.open(serializer);
  const welcome = await client.hello();
  const { authid, authrole, authmethod, authprovider } = welcome;
  const session = client.sessionId;
  return [client, { session, authid, authrole, authmethod, authprovider }];
}

scenario(
  "MS-01 MS-03 MS-05: on_join tells once, with the details that get tells too",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const watcher = await router.join({ serializer });
      const events = await watch(watcher, "wamp.session.");
      const [client, details] = await joinKnown(router);
      await events.expect(["wamp.session.on_join", details]);
      // How the client keeps up is told to who asks only.
      const { outbox, ...told } = await askMeta(
        watcher,
        "wamp.session.get",
        client.sessionId,
      ) as Record<string, unknown>;
      assertEquals(told, details);
      assertEquals(typeof outbox, "object");
      watcher.close();
    }
  },
);

scenario(
  "MS-03: a client that is refused joins and leaves without an event",
  async (router) => {
    const events = await watch(await router.join(), "wamp.session.");
    const hellos = [
      [1, "no.such.realm", helloDetails()],
      [1, "realm1", {}],
      [1, "realm1", { ...helloDetails(), authmethods: ["ticket"] }],
    ];
    for (const hello of hellos) {
      const client = await router.open();
      assertEquals((await client.request(hello))[0], 3);
      await client.expectClosed();
    }
    await events.expect();
  },
);

/** The ways in which a session can end, at the hands of the client or a killer. */
const ENDINGS: [
  name: string,
  end: (client: RawClient, killer: RawClient) => Promise<void>,
][] = [
  ["GOODBYE", async (client) => {
    assertEquals((await client.request([6, {}, "com.bye"]))[0], 6);
  }],
  ["loss of the connection", (client) => {
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
  ["kill", async (client, killer) => {
    await doMeta(killer, "wamp.session.kill", [client.sessionId]);
    assertEquals(await client.receive(), [6, {}, "wamp.close.killed"]);
    await client.send([6, {}, "wamp.close.goodbye_and_out"]);
    await client.expectClosed();
  }],
];

for (const [name, end] of ENDINGS) {
  scenario(
    `MS-02 MS-03: on_leave tells once when a session ends by ${name}, but not the one that leaves`,
    async (router) => {
      const [watcher, killer] = await router.joinMany(2);
      const events = await watch(watcher, "wamp.session.on_leave");
      const [client, details] = await joinKnown(router);
      await watch(client);
      // end() fails on any message to the client but those that are due.
      await end(client, killer);
      await events.expect([
        "wamp.session.on_leave",
        details["session"],
        details["authid"],
        details["authrole"],
      ]);
    },
    { realms: REALMS },
  );
}

scenario(
  "SL-11 MS-05: sessions and their events do not cross realms",
  async (router) => {
    const one = await router.join();
    const events = await watch(one);
    const other = await router.join({ realm: "realm2" });
    assertEquals(await askMeta(one, "wamp.session.count"), 1);
    assertEquals(await askMeta(other, "wamp.session.list"), [other.sessionId]);
    const elsewhere = [one.sessionId];
    await refuseMeta(other, NO_SUCH_SESSION, "wamp.session.get", elsewhere);
    await refuseMeta(other, NO_SUCH_SESSION, "wamp.session.kill", elsewhere);
    assertEquals(await askMeta(other, "wamp.session.kill_all"), 0);
    await other.subscribe("com.a");
    await other.register("com.a");
    await other.request([6, {}, "com.bye"]);
    await events.expect();
  },
  { realms: REALMS },
);

scenario(
  "MS-04: count and list tell all sessions, the caller's too, or those of some roles",
  async (router) => {
    const users = await router.joinMany(2);
    const admin = await router.join({ kind: "unix" });
    const usersOnly = users.map((user) => user.sessionId);
    const all = [...usersOnly, admin.sessionId];
    const cases: [filter: unknown[], sessions: number[]][] = [
      [[], all],
      [[null], all],
      [[["anonymous"]], usersOnly],
      [[["admin"]], [admin.sessionId]],
      [[["admin", "anonymous", "nobody"]], all],
      [[["nobody"]], []],
      [[[]], []],
    ];
    for (const client of [users[0], admin]) {
      for (const [filter, sessions] of cases) {
        assertEquals(
          await askMeta(client, "wamp.session.list", ...filter),
          sessions,
        );
        assertEquals(
          await askMeta(client, "wamp.session.count", ...filter),
          sessions.length,
        );
      }
    }
  },
  {
    everySerializer: true,
    realms: [twoRoleRealm()],
    kinds: ["tcp", "unix"],
    roles: { unix: "admin" },
  },
);

/** A realm with the roles `anonymous` and `admin`. */
function twoRoleRealm(): ReturnType<typeof guardedRealm> {
  const realm = guardedRealm();
  const [anonymous] = realm.roles;
  return { ...realm, roles: [anonymous, { ...anonymous, name: "admin" }] };
}

scenario(
  "MS-05 MS-07: a session that is unknown, or has left, is no such session",
  async (router) => {
    const [client, leaver] = await router.joinMany(2);
    const left = leaver.sessionId;
    await leaver.request([6, {}, "com.bye"]);
    for (const session of [1, 2 ** 53, left]) {
      for (const procedure of ["wamp.session.get", "wamp.session.kill"]) {
        await refuseMeta(client, NO_SUCH_SESSION, procedure, [session]);
      }
    }
  },
  { realms: REALMS },
);

/** Arguments that are missing or of a wrong type. */
const ILL_TYPED: [
  procedure: string,
  args: unknown[],
  kwargs?: Record<string, unknown>,
][] = [
  ["wamp.session.count", ["anonymous"]],
  ["wamp.session.count", [[1]]],
  ["wamp.session.list", [{}]],
  ["wamp.session.list", [true]],
  ["wamp.session.get", []],
  ["wamp.session.get", ["1"]],
  ["wamp.session.get", [0]],
  ["wamp.session.get", [-1]],
  ["wamp.session.get", [1.5]],
  ["wamp.session.get", [null]],
  ["wamp.session.kill", []],
  ["wamp.session.kill", ["1"]],
  ["wamp.session.kill", [1], { reason: 5 }],
  ["wamp.session.kill", [1], { message: 5 }],
  ["wamp.session.kill_by_authid", []],
  ["wamp.session.kill_by_authid", [5]],
  ["wamp.session.kill_by_authid", ["x"], { reason: [] }],
  ["wamp.session.kill_by_authrole", []],
  ["wamp.session.kill_by_authrole", [["anonymous"]]],
  ["wamp.session.kill_by_authrole", ["x"], { message: {} }],
  ["wamp.session.kill_all", [], { reason: 5 }],
];

scenario(
  "MS-04 MS-05 MS-06: missing and ill-typed arguments are refused",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    for (const [procedure, args, kwargs] of ILL_TYPED) {
      await refuseMeta(client, INVALID_ARGUMENT, procedure, args, kwargs);
    }
    await other.expectNothing();
  },
  { realms: REALMS, everySerializer: true },
);

scenario(
  "MS-06: kill sends GOODBYE with the reason and the message that are given",
  async (router) => {
    const killer = await router.join();
    const cases: [Record<string, unknown>, unknown[]][] = [
      [{}, [6, {}, "wamp.close.killed"]],
      [{ reason: null, message: null }, [6, {}, "wamp.close.killed"]],
      [{ reason: "com.why" }, [6, {}, "com.why"]],
      [{ message: "Out!" }, [6, { message: "Out!" }, "wamp.close.killed"]],
      [{ message: "" }, [6, { message: "" }, "wamp.close.killed"]],
      [
        { reason: "com.why", message: "Out!" },
        [6, { message: "Out!" }, "com.why"],
      ],
    ];
    for (const [kwargs, goodbye] of cases) {
      const client = await router.join();
      await doMeta(killer, "wamp.session.kill", [client.sessionId], kwargs);
      assertEquals(await client.receive(), goodbye);
    }
  },
  { realms: REALMS, everySerializer: true },
);

scenario(
  "MS-06 FR-14: a killed client that cannot take the message gets GOODBYE without, and in place of a reason that is too long the usual one",
  async (router) => {
    const killer = await router.join();
    const [client, other] = [
      await router.join({ limit: 2 }),
      await router.join({ limit: 2 }),
    ];
    await doMeta(killer, "wamp.session.kill", [client.sessionId], {
      message: "m".repeat(2048),
    });
    assertEquals(await client.receive(), [6, {}, "wamp.close.killed"]);
    await doMeta(killer, "wamp.session.kill", [other.sessionId], {
      reason: "r".repeat(2048),
    });
    assertEquals(await other.receive(), [6, {}, "wamp.close.killed"]);
    assertEquals(await askMeta(killer, "wamp.session.count"), 1);
  },
  { realms: REALMS },
);

scenario(
  "MS-07: nobody kills its own session, and the reason must be a URI",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    await refuseMeta(client, NO_SUCH_SESSION, "wamp.session.kill", [
      client.sessionId,
    ]);
    for (const reason of ["", "a..b", "a b", "a#"]) {
      for (
        const [procedure, args] of [
          ["wamp.session.kill", [other.sessionId]],
          ["wamp.session.kill_by_authid", ["x"]],
          ["wamp.session.kill_by_authrole", ["anonymous"]],
          ["wamp.session.kill_all", []],
        ] as [string, unknown[]][]
      ) await refuseMeta(client, INVALID_URI, procedure, args, { reason });
    }
    await other.expectNothing();
  },
  { realms: REALMS },
);

scenario(
  "MS-08: kill_by_authid lists the killed, kill_by_authrole and kill_all count them; the caller is spared",
  async (router) => {
    const killer = await router.join();
    const farewell = { reason: "com.why", message: "Out!" };
    const goodbye = [6, { message: "Out!" }, "com.why"];
    const ask = async (procedure: string, ...args: unknown[]) =>
      (await callMeta(killer, procedure, args, farewell))[0][0];

    const [client, details] = await joinKnown(router);
    const killed = await ask(
      "wamp.session.kill_by_authid",
      details["authid"],
    );
    assertEquals(killed, [client.sessionId]);
    assertEquals(await client.receive(), goodbye);

    const own = await askMeta(killer, "wamp.session.get", killer.sessionId);
    const { authid } = own as { authid: string };
    for (const nobody of [authid, "nobody", details["authid"]]) {
      assertEquals(await ask("wamp.session.kill_by_authid", nobody), []);
    }
    assertEquals(await ask("wamp.session.kill_by_authrole", "nobody"), 0);
    assertEquals(await ask("wamp.session.kill_by_authrole", "anonymous"), 0);
    assertEquals(await ask("wamp.session.kill_all"), 0);

    const users = await router.joinMany(2);
    const admin = await router.join({ kind: "unix" });
    assertEquals(await ask("wamp.session.kill_by_authrole", "anonymous"), 2);
    for (const user of users) assertEquals(await user.receive(), goodbye);
    await admin.expectNothing();

    const newcomer = await router.join();
    assertEquals(await ask("wamp.session.kill_all"), 2);
    assertEquals(await newcomer.receive(), goodbye);
    assertEquals(await admin.receive(), goodbye);
    assertEquals(await askMeta(killer, "wamp.session.count"), 1);
  },
  {
    realms: [twoRoleRealm()],
    kinds: ["tcp", "unix"],
    roles: { unix: "admin" },
    everySerializer: true,
  },
);

/** Gives `client` something of everything that is told about when it ends. */
async function equip(client: RawClient): Promise<void> {
  await client.subscribe("com.a");
  await client.register("com.a");
  await doMeta(client, "wamp.session.add_testament", ["com.will", [1], {}]);
}

scenario(
  "MS-09 A-70: kill_all is followed by no meta event and no testament of the killed",
  async (router) => {
    const [killer, victim] = await router.joinMany(2);
    await equip(victim);
    await killer.subscribe("com.will");
    const events = await watch(killer);
    assertEquals(await askMeta(killer, "wamp.session.kill_all"), 1);
    assertEquals(await victim.receive(), [6, {}, "wamp.close.killed"]);
    await events.expect();
    assertEquals(
      await askMeta(killer, "wamp.registration.list"),
      { exact: [], prefix: [], wildcard: [] },
    );
  },
  { realms: REALMS },
);

scenario(
  "MS-06 MS-10: a killed session is out of routing at once, and may still say GOODBYE",
  async (router) => {
    const [killer, caller] = await router.joinMany(2);
    const victim = await router.join();
    await victim.register("com.a");
    await victim.subscribe("com.a");
    await caller.send([48, 1, {}, "com.a"]);
    assertEquals((await victim.receive())[0], 68);
    await doMeta(killer, "wamp.session.kill", [victim.sessionId]);
    assertEquals(await victim.receive(), [6, {}, "wamp.close.killed"]);
    await expectError(caller, 48, 1, "wamp.error.canceled");
    await caller.send([48, 2, {}, "com.a"]);
    await expectError(caller, 48, 2, "wamp.error.no_such_procedure");
    assertEquals(await askMeta(killer, "wamp.session.count"), 2);
    // Whatever the killed one sends now is ignored, but for its GOODBYE.
    await caller.subscribe("com.b");
    await victim.send([16, 9, { acknowledge: true }, "com.b"]);
    await victim.send([70, 1, {}]);
    await victim.send([6, {}, "wamp.close.goodbye_and_out"]);
    await victim.expectClosed();
    await caller.expectNothing();
  },
  { realms: REALMS, everySerializer: true },
);

scenario(
  "MS-06 RP-12: calls of a killed session are interrupted",
  async (router) => {
    const [killer, victim] = await router.joinMany(2);
    const callee = await router.join({
      features: { callee: { call_canceling: true } },
    });
    await callee.register("com.a");
    await victim.send([48, 1, {}, "com.a"]);
    await callee.receive();
    await doMeta(killer, "wamp.session.kill", [victim.sessionId]);
    assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
    await callee.send([70, 1, {}]);
    await callee.expectNothing();
  },
  { realms: REALMS },
);

scenario(
  "MS-11 HW-16: session_meta_api is announced by broker and dealer",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    for (const role of ["broker", "dealer"]) {
      assertEquals(roles[role].features["session_meta_api"], true);
    }
  },
);
