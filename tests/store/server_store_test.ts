/** Stores of a running router that cannot do what they should. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import { startServer } from "../../src/server/server.ts";
import { UnusableStoreError } from "../../src/store/sqlite_database.ts";
import { callMeta, refuseMeta } from "../support/meta.ts";
import { RawClient } from "../support/raw_client.ts";
import { openRealm, TestServer } from "../support/test_server.ts";

const GET_EVENTS = "wamp.subscription.get_events";

/** A realm that keeps events of `com.kept` in the file `path`. */
function realmIn(path: string, name = "realm1"): RealmConfig {
  return {
    ...openRealm(name),
    store: {
      type: "sqlite",
      path,
      flushMs: 200,
      sync: false,
      maxBufferedEvents: 1000,
      maxBufferedBytes: 2 ** 20,
      maxRetainedTopics: 10,
      maxRetainedBytes: 2 ** 20,
      histories: [{
        uri: "com.kept",
        match: "exact",
        maxEvents: 10,
        maxBytes: 2 ** 20,
      }],
    },
  };
}

/** Registers a test with a folder of its own. */
function folderTest(
  name: string,
  body: (folder: string) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-store-" });
    try {
      await body(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Events go from one session to another. */
async function assertRoutes(
  client: RawClient,
  other: RawClient,
): Promise<void> {
  await other.subscribe("com.kept");
  const request = client.nextRequest();
  const options = { acknowledge: true, retain: true };
  await client.request([16, request, options, "com.kept", ["live"]]);
  assertEquals((await other.receive()).slice(3), [{}, ["live"]]);
}

folderTest(
  "a router with a damaged store starts, says so once, and routes; who asks for a history is told",
  async (folder) => {
    const path = `${folder}/events.db`;
    await Deno.writeTextFile(path, "no database".repeat(1000));
    await using server = await TestServer.start({ realms: [realmIn(path)] });
    using client = await RawClient.join(server.address());
    using other = await RawClient.join(server.address());
    const lines = server.log.filter(({ level }) => level === "error");
    assertEquals(lines, [{
      level: "error",
      message:
        "the store is damaged: no events are stored until the router is restarted with an intact file",
      fields: {
        realm: "realm1",
        store: path,
        reason: `Cannot use ${path} as store: file is not a database`,
      },
    }]);
    await assertRoutes(client, other);
    const [[id]] = await callMeta(client, "wamp.subscription.lookup", [
      "com.kept",
    ]);
    await refuseMeta(client, "wamp.error.unavailable", GET_EVENTS, [id]);
    await client.subscribe("com.kept", { get_retained: true });
    await client.expectNothing();
    assertEquals(server.running.counted("events_not_stored"), 2);
    assert(server.running.counted("store_errors") >= 2);
    assertEquals(server.log.filter(({ level }) => level === "error").length, 1);
  },
);

folderTest(
  "a store that cannot be opened keeps the router from starting, and no other store stays open",
  async (folder) => {
    const config = {
      realms: [
        realmIn(`${folder}/one.db`, "realm1"),
        realmIn(`${folder}/none/two.db`, "realm2"),
      ],
      transports: [],
      shutdownTimeoutMs: 100,
      maxTotalOutboxBytes: 2 ** 29,
      maxSourceBytes: 2 ** 26,
      maxTotalFrameBytes: 2 ** 28,
    };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    await assertRejects(() => startServer(config, log), UnusableStoreError);
    await using server = await TestServer.start({
      realms: [realmIn(`${folder}/one.db`)],
    });
    using client = await RawClient.join(server.address());
    await client.expectNothing();
  },
);

folderTest("realms have stores of their own", async (folder) => {
  await using server = await TestServer.start({
    realms: [
      realmIn(`${folder}/one.db`, "realm1"),
      realmIn(`${folder}/two.db`, "realm2"),
    ],
  });
  using one = await RawClient.join(server.address());
  using other = await RawClient.join(
    server.address(),
    "msgpack",
    undefined,
    "realm2",
  );
  const request = one.nextRequest();
  await one.request([16, request, { acknowledge: true }, "com.kept", [1]]);
  for (const [client, count] of [[one, 1], [other, 0]] as const) {
    const [[id]] = await callMeta(client, "wamp.subscription.lookup", [
      "com.kept",
    ]);
    const [events = []] = await callMeta(client, GET_EVENTS, [id]);
    assertEquals(events.length, count);
  }
});

folderTest(
  "the store holds no deadline once everything is written",
  async (folder) => {
    await using server = await TestServer.start({
      realms: [realmIn(`${folder}/one.db`)],
    });
    using client = await RawClient.join(server.address());
    const request = client.nextRequest();
    await client.request([16, request, { acknowledge: true }, "com.kept"]);
    assertEquals(server.running.inventory().deadlines, 1);
    client.close();
    await server.emptied();
  },
);
