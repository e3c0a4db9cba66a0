/** Registration meta API (checklist §11.2). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { askMeta, guardedRealm, refuseMeta, watch } from "../support/meta.ts";
import type { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";

const NO_SUCH_REGISTRATION = "wamp.error.no_such_registration";
const INVALID_ARGUMENT = "wamp.error.invalid_argument";
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What the meta API tells about `id`, and that its time is in order. */
async function detailsOf(
  client: RawClient,
  id: number,
): Promise<Record<string, unknown>> {
  const { created, ...details } = await askMeta(
    client,
    "wamp.registration.get",
    id,
  ) as Record<string, unknown>;
  assertMatch(created as string, ISO_8601);
  const age = Date.now() - Date.parse(created as string);
  assert(age >= 0 && age < 60_000, `created ${created}`);
  return details;
}

scenario(
  "MR-01 MR-02: the first callee creates a registration, the last one deletes it",
  async (router) => {
    const watcher = await router.join();
    const [first, second] = await router.joinMany(2);
    const events = await watch(watcher);
    const id = await first.register("com.a", { invoke: "roundrobin" });
    const [topic, session, details] = await events.next();
    assertEquals([topic, session], [
      "wamp.registration.on_create",
      first.sessionId,
    ]);
    assertEquals(
      details,
      await askMeta(second, "wamp.registration.get", id),
    );
    await events.expect([
      "wamp.registration.on_register",
      first.sessionId,
      id,
    ]);
    await second.register("com.a", { invoke: "roundrobin" });
    await events.expect([
      "wamp.registration.on_register",
      second.sessionId,
      id,
    ]);
    // The same session again changes nothing (SH-06).
    await second.register("com.a", { invoke: "roundrobin" });
    await events.expect();
    await first.request([66, 9, id]);
    await events.expect([
      "wamp.registration.on_unregister",
      first.sessionId,
      id,
    ]);
    await second.request([66, 9, id]);
    await events.expect(
      ["wamp.registration.on_unregister", second.sessionId, id],
      ["wamp.registration.on_delete", second.sessionId, id],
    );
  },
  { everySerializer: true },
);

scenario(
  "MR-02 TS-06: a session that leaves unregisters before it is said to have left",
  async (router) => {
    const [watcher, callee] = await router.joinMany(2);
    const events = await watch(watcher);
    const id = await callee.register("com.a");
    await events.next();
    await events.next();
    callee.close();
    assertEquals(await events.next(), [
      "wamp.registration.on_unregister",
      callee.sessionId,
      id,
    ]);
    assertEquals(await events.next(), [
      "wamp.registration.on_delete",
      callee.sessionId,
      id,
    ]);
    assertEquals((await events.next())[0], "wamp.session.on_leave");
  },
);

scenario(
  "MR-01: a refused or unknown REGISTER and UNREGISTER cause no event",
  async (router) => {
    const [watcher, one, other] = await router.joinMany(3);
    await one.register("com.a");
    const events = await watch(watcher);
    assertEquals((await other.request([64, 1, {}, "com.a"]))[0], 8);
    assertEquals((await other.request([64, 1, {}, "com..a"]))[0], 8);
    assertEquals((await other.request([66, 1, 1]))[0], 8);
    await events.expect();
  },
);

/** How a procedure is registered, and what is told of it. */
const REGISTRATIONS: [
  procedure: string,
  options: Record<string, unknown>,
  details: Record<string, unknown>,
][] = [
  ["com.a", {}, { match: "exact", invoke: "single" }],
  ["com.a", { match: "prefix", invoke: "first" }, {
    match: "prefix",
    invoke: "first",
  }],
  ["com.a", { match: "wildcard", invoke: "least_pending" }, {
    match: "wildcard",
    invoke: "least_pending",
  }],
  ["com.b", { match: "exact", invoke: "random" }, {
    match: "exact",
    invoke: "random",
  }],
  ["com..x", { match: "wildcard" }, { match: "wildcard", invoke: "single" }],
  ["", { match: "prefix" }, { match: "prefix", invoke: "single" }],
];

scenario(
  "MR-03 MR-04 MR-05: list, get and lookup tell each registration under its own policy",
  async (router) => {
    const [callee, client] = await router.joinMany(2);
    assertEquals(await askMeta(client, "wamp.registration.list"), {
      exact: [],
      prefix: [],
      wildcard: [],
    });
    const ids: number[] = [];
    for (const [uri, options, details] of REGISTRATIONS) {
      const id = await callee.register(uri, options);
      assertEquals(await detailsOf(client, id), { id, uri, ...details });
      const { match } = details;
      assertEquals(
        await askMeta(client, "wamp.registration.lookup", uri, { match }),
        id,
      );
      ids.push(id);
    }
    assertEquals(await askMeta(client, "wamp.registration.list"), {
      exact: [ids[0], ids[3]],
      prefix: [ids[1], ids[5]],
      wildcard: [ids[2], ids[4]],
    });
  },
  { everySerializer: true },
);

scenario(
  "MR-04: lookup takes the text and the policy, match the procedure that is called",
  async (router) => {
    const [callee, client] = await router.joinMany(2);
    const exact = await callee.register("com.a.b");
    const prefix = await callee.register("com.a", { match: "prefix" });
    const wildcard = await callee.register("com..b", { match: "wildcard" });
    const lookups: [args: unknown[], id: number | null][] = [
      [["com.a.b"], exact],
      [["com.a.b", null], exact],
      [["com.a.b", {}], exact],
      [["com.a.b", { match: null }], exact],
      [["com.a.b", { match: "exact", x_other: 1 }], exact],
      [["com.a.b", { match: "prefix" }], null],
      [["com.a"], null],
      [["com.a", { match: "prefix" }], prefix],
      [["com..b", { match: "wildcard" }], wildcard],
      [["com.x.b", { match: "wildcard" }], null],
      [["no..uri"], null],
      [["wamp.session.count"], null],
    ];
    for (const [args, id] of lookups) {
      assertEquals(
        await askMeta(client, "wamp.registration.lookup", ...args),
        id,
      );
    }
    const matches: [procedure: string, id: number | null][] = [
      ["com.a.b", exact],
      ["com.a.c", prefix],
      ["com.ab", prefix],
      ["com.x.b", wildcard],
      ["com.x.c", null],
      ["", null],
      ["wamp.session.count", null],
    ];
    for (const [procedure, id] of matches) {
      assertEquals(
        await askMeta(client, "wamp.registration.match", procedure),
        id,
      );
    }
  },
);

scenario(
  "MR-05: list_callees and count_callees tell who serves, in order",
  async (router) => {
    const [client, ...callees] = await router.joinMany(4);
    const options = { invoke: "last" };
    const id = await callees[0].register("com.a", options);
    for (const callee of callees) await callee.register("com.a", options);
    const sessions = callees.map((callee) => callee.sessionId);
    const ask = (what: string) =>
      askMeta(client, `wamp.registration.${what}_callees`, id);
    assertEquals(await ask("list"), sessions);
    assertEquals(await ask("count"), 3);
    await callees[1].request([66, 9, id]);
    assertEquals(await ask("list"), [sessions[0], sessions[2]]);
    assertEquals(await ask("count"), 2);
  },
  { everySerializer: true },
);

/** The procedures that take the ID of a registration. */
const BY_ID = ["get", "list_callees", "count_callees"];

scenario(
  "MR-05: an unknown registration is no such registration",
  async (router) => {
    const client = await router.join();
    const id = await client.register("com.a");
    await client.request([66, 2, id]);
    for (const what of BY_ID) {
      for (const unknown of [id, 99, 2 ** 53]) {
        await refuseMeta(
          client,
          NO_SUCH_REGISTRATION,
          `wamp.registration.${what}`,
          [unknown],
        );
      }
    }
    await refuseMeta(
      client,
      NO_SUCH_REGISTRATION,
      "wamp.registration.remove_callee",
      [id, client.sessionId],
    );
  },
  { realms: [guardedRealm()] },
);

/** Arguments that are missing or of a wrong type. */
const ILL_TYPED: [
  procedure: string,
  args: unknown[],
  kwargs?: Record<string, unknown>,
][] = [
  ["lookup", []],
  ["lookup", [1]],
  ["lookup", ["com.a", "exact"]],
  ["lookup", ["com.a", { match: "fuzzy" }]],
  ["lookup", ["com.a", { match: 1 }]],
  ["lookup", ["com.a", ["exact"]]],
  ["match", []],
  ["match", [null]],
  ...BY_ID.flatMap((what): [string, unknown[]][] => [
    [what, []],
    [what, ["1"]],
    [what, [0]],
    [what, [1.5]],
    [what, [{}]],
  ]),
  ["remove_callee", []],
  ["remove_callee", [1]],
  ["remove_callee", ["1", 1]],
  ["remove_callee", [1, "1"]],
  ["remove_callee", [1, 1], { reason: 5 }],
  ["remove_callee", [1, 1], { reason: "r".repeat(400) }],
];

scenario(
  "MR-04 MR-05 RV-04: missing and ill-typed arguments are refused",
  async (router) => {
    const client = await router.join();
    for (const [what, args, kwargs] of ILL_TYPED) {
      await refuseMeta(
        client,
        INVALID_ARGUMENT,
        `wamp.registration.${what}`,
        args,
        kwargs,
      );
    }
  },
  { realms: [guardedRealm()], everySerializer: true },
);

scenario(
  "MR-06 A-54: the router's own procedures are not listed and cause no event",
  async (router) => {
    const client = await router.join();
    await watch(client, "wamp.registration.");
    assertEquals(await askMeta(client, "wamp.registration.list"), {
      exact: [],
      prefix: [],
      wildcard: [],
    });
    assertEquals((await client.request([64, 9, {}, "wamp.x"]))[0], 8);
    await client.expectNothing();
  },
);

scenario(
  "MR-07: registration_meta_api is announced by the dealer",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    assertEquals(roles["dealer"].features["registration_meta_api"], true);
    assertEquals("registration_meta_api" in roles["broker"].features, false);
  },
);
