/**
 * What clients are told holds no paths, stacks and internals, whatever has
 * failed: those are for the operator, in the log (checklist MF-11, AZ-04, DY-03).
 */
import { assert, assertEquals, assertNotMatch } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { EventStore } from "../../src/router/event_store.ts";
import { openDatabase } from "../../src/store/sqlite_database.ts";
import { SqliteEventStore } from "../../src/store/sqlite_event_store.ts";
import { event, history, StoreWorld } from "../store/_stores.ts";
import { challenged } from "../support/login.ts";
import { callMeta } from "../support/meta.ts";
import { withAuth } from "../support/principals.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { encodeValue, JSON_CODEC, payloadOf } from "../support/serializers.ts";
import { TestRealm } from "../support/test_realm.ts";
import { openRealm, TestServer } from "../support/test_server.ts";
import { asked, authenticator, FAILED, question } from "./_authenticator.ts";
import { authorized, authorizer } from "./_authorizer.ts";

const GET_EVENTS = "wamp.subscription.get_events";
const HISTORY = history("com.a");
/** What an exception of another's program says, as clients' libraries send it. */
const EXCEPTION =
  "FileNotFoundError: /srv/secret/users.db at check (file:///srv/auth.ts:7:3)";

/** Expects words for people, and nothing that only the operator should know. */
function assertForClients(text: unknown): void {
  assert(typeof text === "string" && text.length > 0, "a text for humans");
  assertNotMatch(
    text,
    /[\w.]\/|\/[\w.]|\.(ts|js|json|db)\b|\w+Error\b|\bat \w+ \(|sqlite|database|disk|malformed|readonly|internal|undefined/i,
  );
}

/** The text of the ERROR that `get_events` answers where `store` fails. */
function textOf(store: EventStore): string | undefined {
  const asker = new TestRealm({ store }).join();
  const octets = encodeValue(JSON_CODEC, [1]);
  asker.call(GET_EVENTS, payloadOf(JSON_CODEC, octets, 1));
  const [answer] = asker.take();
  assert(answer.code === 8, "an ERROR is due");
  assertEquals(answer.error, "wamp.error.unavailable");
  return answer.text;
}

/** What becomes of a store's file while the router runs, and what the log says. */
const FAULTS: [what: string, pragma: string, reason: RegExp][] = [
  ["a full disk", "max_page_count = 1", /disk is full/],
  ["a read-only file", "query_only = 1", /readonly/],
];

for (const [what, pragma, reason] of FAULTS) {
  Deno.test(`MF-11: ${what} is the log's to tell, not a client's`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-texts-" });
    try {
      const world = new StoreWorld();
      const db = openDatabase({ path: `${folder}/events.db`, sync: false });
      const store = new SqliteEventStore(db, {
        bounds: {
          histories: [HISTORY],
          retention: { maxTopics: 10, maxBytes: 2 ** 20 },
        },
        buffer: { maxEvents: 1000, maxBytes: 2 ** 30 },
        flushMs: 200,
      }, world);
      db.exec(`PRAGMA ${pragma}`);
      store.append(HISTORY, event(1, { text: "x".repeat(20_000) }));
      assertForClients(textOf(store));
      assert(
        world.lines.some(({ fields }) => reason.test(`${fields["reason"]}`)),
      );
      store.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** A realm that keeps events of `com.a` in the file `path`. */
function realmIn(path: string): RealmConfig {
  return {
    ...openRealm("realm1"),
    store: {
      type: "sqlite",
      path,
      flushMs: 200,
      sync: false,
      maxBufferedEvents: 1000,
      maxBufferedBytes: 2 ** 20,
      maxRetainedTopics: 10,
      maxRetainedBytes: 2 ** 20,
      histories: [HISTORY],
    },
  };
}

Deno.test("MF-11: a damaged store is the log's to tell, not a client's", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-texts-" });
  try {
    const path = `${folder}/events.db`;
    await Deno.writeTextFile(path, "no database".repeat(1000));
    await using server = await TestServer.start({ realms: [realmIn(path)] });
    using client = await RawClient.join(server.address());
    const [[id]] = await callMeta(client, "wamp.subscription.lookup", [
      "com.a",
    ]);
    const call = [48, client.nextRequest(), {}, GET_EVENTS, [id]];
    const answer = await client.request(call);
    assertEquals(answer[4], "wamp.error.unavailable");
    assertForClients(answer[5][0]);
    await server.logged("file is not a database");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** How an authenticator fails, and what the log says of it. */
const AUTHENTICATOR_FAILURES: [
  what: string,
  answer: (asked: Awaited<ReturnType<typeof question>>) => Promise<void>,
  logged: string,
][] = [
  [
    "breaks",
    ({ refuse }) => refuse("wamp.error.runtime_error", [EXCEPTION]),
    "/srv/secret/users.db",
  ],
  [
    "answers with no URI",
    ({ refuse }) => refuse("in /srv/auth.ts", [EXCEPTION]),
    "/srv/auth.ts",
  ],
  [
    "returns nonsense",
    ({ answer }) => answer([[EXCEPTION]]),
    "the authenticator's result is",
  ],
];

for (const [what, respond, logged] of AUTHENTICATOR_FAILURES) {
  scenario(
    `MF-11 DY-03: an authenticator that ${what} is the log's to tell, not a client's`,
    async (router) => {
      const callee = await authenticator(router);
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe" });
      await client.send([5, "t", {}]);
      await respond(await question(callee));
      assertForClients((await client.expectAbort(FAILED))[1].message);
      await router.server.logged(logged);
    },
    withAuth(asked("ticket")),
  );
}

scenario(
  "MF-11 DY-03: that nobody serves an authenticator is the log's to tell, not a client's",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const [, details] = await client.expectAbort(FAILED);
    assertForClients(details.message);
    assert(!details.message.includes("com.authenticate"));
    await router.server.logged("com.authenticate");
  },
  withAuth(asked("ticket")),
);

scenario(
  "MF-11 AZ-04: how an authorizer failed is the log's to tell, not a client's",
  async (router) => {
    const client = await router.join();
    const call = async () => {
      await client.send([48, client.nextRequest(), {}, "com.a"]);
    };
    const failure = async () => {
      const answer = await client.receive();
      assertEquals(answer[4], "wamp.error.authorization_failed");
      assertForClients(answer[5][0]);
      assert(!answer[5][0].includes("com.authorize"));
    };
    await call();
    await failure();
    await router.server.logged("com.authorize");
    const decides = await authorizer(router);
    await call();
    await decides.callee.send([
      8,
      68,
      (await decides.callee.receive())[1],
      {},
      "wamp.error.runtime_error",
      [EXCEPTION],
    ]);
    await failure();
    await router.server.logged("/srv/secret/users.db");
    await call();
    await (await decides.asked()).answer({ file: "/srv/rules.json" });
    await failure();
    await decides.callee.request([6, {}, "wamp.close.normal"]);
    await call();
    await failure();
  },
  { ...authorized(), everySerializer: true },
);
