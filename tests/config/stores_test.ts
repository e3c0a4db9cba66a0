/** Stores of realms: in Crossbar.io's form and in ours. */
import { assertEquals } from "@std/assert";
import type { StoreConfig } from "../../src/config/config.ts";
import {
  assertFindings,
  brief,
  load,
  loadSound,
  REALM,
  SOUND,
} from "./_load.ts";

function withStores(...stores: object[]): object {
  return {
    realms: stores.map((store, i) => ({ ...REALM, name: `r${i}`, store })),
    transports: [SOUND],
  };
}

async function loadStore(store: object): Promise<StoreConfig> {
  const { config } = await loadSound(withStores(store));
  return config.realms[0].store;
}

const BOUNDS = {
  histories: [],
  maxRetainedTopics: 10_000,
  maxRetainedBytes: 67_108_864,
};

Deno.test("loadConfig() fills in all defaults of a store in memory", async () => {
  assertEquals(await loadStore({ type: "memory" }), {
    type: "memory",
    ...BOUNDS,
  });
});

Deno.test("loadConfig() fills in all defaults of a store in a file", async () => {
  assertEquals(await loadStore({ type: "sqlite", path: "events.db" }), {
    type: "sqlite",
    path: "/etc/sluice/events.db",
    flushMs: 200,
    sync: false,
    maxBufferedEvents: 10_000,
    maxBufferedBytes: 16_777_216,
    ...BOUNDS,
  });
});

Deno.test("loadConfig() reads all keys of a store in a file", async () => {
  const store = await loadStore({
    type: "sqlite",
    path: "/a.db",
    flush_ms: 1000,
    sync: true,
    max_buffered_events: 1,
    max_buffered_bytes: 1024,
    limit: 7,
    max_history_bytes: 4096,
    max_retained_topics: 3,
    max_retained_bytes: 2048,
    "event-history": [{ uri: "com.a" }],
  });
  assertEquals(store, {
    type: "sqlite",
    path: "/a.db",
    flushMs: 1000,
    sync: true,
    maxBufferedEvents: 1,
    maxBufferedBytes: 1024,
    histories: [
      { uri: "com.a", match: "exact", maxEvents: 7, maxBytes: 4096 },
    ],
    maxRetainedTopics: 3,
    maxRetainedBytes: 2048,
  });
});

Deno.test("EH-02: loadConfig() reads histories as Crossbar.io has them", async () => {
  const { histories } = await loadStore({
    type: "memory",
    limit: 50,
    "event-history": [
      { uri: "com.a", limit: 10_000 },
      { uri: "com.b.", match: "prefix", limit: 1 },
      { uri: "com..c", match: "wildcard", max_bytes: 1024 },
      { uri: "com.d.*" },
      { uri: "com.*.e" },
    ],
  });
  const maxBytes = 16_777_216;
  assertEquals(histories, [
    { uri: "com.a", match: "exact", maxEvents: 10_000, maxBytes },
    { uri: "com.b.", match: "prefix", maxEvents: 1, maxBytes },
    { uri: "com..c", match: "wildcard", maxEvents: 50, maxBytes: 1024 },
    { uri: "com.d.", match: "prefix", maxEvents: 50, maxBytes },
    { uri: "com..e", match: "wildcard", maxEvents: 50, maxBytes },
  ]);
});

Deno.test("loadConfig() hands on the file of a store with its place", async () => {
  const { files } = await loadSound(
    withStores({ type: "sqlite", path: "x.db" }),
  );
  const stores = files.filter(({ use }) => use === "store");
  assertEquals(stores.map(({ path, keyPath }) => [path, keyPath]), [
    ["/etc/sluice/x.db", "realms[0].store.path"],
  ]);
});

Deno.test("loadConfig() expands environment variables in a store's path", async () => {
  const { config, environment } = await loadSound(
    withStores({ type: "sqlite", path: "${DATA}/x.db" }),
    { env: { DATA: "/var/lib/sluice" } },
  );
  const { store } = config.realms[0];
  assertEquals(store.type === "sqlite" && store.path, "/var/lib/sluice/x.db");
  assertEquals(environment, ["DATA"]);
});

const SQLITE = { type: "sqlite", path: "x.db" };

const WRONG: readonly [what: string, stores: object[], finding: string][] = [
  [
    "no type",
    [{}],
    '0].store: "type" is missing; add it: "memory" or "sqlite"',
  ],
  [
    "a type that is misspelt",
    [{ type: "sqllite" }],
    '0].store.type: a store of type "sqllite" is not known; write "memory" or "sqlite"; did you mean "sqlite"?',
  ],
  [
    "a store in a file without path",
    [{ type: "sqlite" }],
    '0].store: "path" is missing; add it (path)',
  ],
  [
    "a key of the other type",
    [{ type: "memory", path: "x.db" }],
    "0].store.path: unknown key; known here: type, limit, event-history, max_history_bytes, max_retained_topics, max_retained_bytes",
  ],
  [
    "two realms with one file",
    [SQLITE, { ...SQLITE, path: "/etc/sluice/./x.db" }],
    '1].store.path: "/etc/sluice/x.db" is already at realms[0].store.path; keep one of them',
  ],
  [
    "the same history twice",
    [{
      type: "memory",
      "event-history": [{ uri: "a.*" }, { uri: "a.", match: "prefix" }],
    }],
    '0].store.event-history[1].uri: prefix "a." is already at realms[0].store.event-history[0].uri; keep one of them',
  ],
  [
    "a history of what is not a URI",
    [{ type: "memory", "event-history": [{ uri: "a..b" }] }],
    '0].store.event-history[0].uri: "a..b" has an empty component; write "*" for the component that may be any, or "match": "wildcard"',
  ],
  [
    "a history of nothing",
    [{ type: "memory", "event-history": [{ uri: "a", limit: 0 }] }],
    "0].store.event-history[0].limit: 0 is out of range; write an integer from 1 to 1000000",
  ],
  [
    "a time that is too short for a batch",
    [{ ...SQLITE, flush_ms: 199 }],
    "0].store.flush_ms: 199 is out of range; write an integer from 200 to 60000",
  ],
];

for (const [what, stores, finding] of WRONG) {
  Deno.test(`loadConfig() reports ${what} in a store`, async () => {
    const { errors } = await load(withStores(...stores));
    assertFindings(errors, [`realms[${finding}`]);
  });
}

Deno.test("loadConfig() warns of a history that no URI of a strict realm gets into", async () => {
  const { warnings } = await loadSound({
    realms: [{
      ...REALM,
      options: { uri_check: "strict" },
      store: { type: "memory", "event-history": [{ uri: "com.X" }] },
    }],
    transports: [SOUND],
  });
  assertEquals(brief(warnings), [
    "realms[0].store.event-history[0].uri: no URI matches this: the realm is strict, its URIs have only lower case letters, digits and _",
  ]);
});
