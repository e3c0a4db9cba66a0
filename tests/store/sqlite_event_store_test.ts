/** A store in a file: when it writes, and what it does when it cannot. */
import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { EventStoreError } from "../../src/router/event_store.ts";
import { openDatabase } from "../../src/store/sqlite_database.ts";
import { SqliteEventStore } from "../../src/store/sqlite_event_store.ts";
import {
  boundsOf,
  event,
  history,
  openSqlite,
  publications,
  StoreWorld,
  withStoreFile,
} from "./_stores.ts";

const HISTORY = history("com.a");
const BOUNDS = boundsOf({ histories: [HISTORY] });

/** What another process would find in the file, were the router killed now. */
function writtenEvents(path: string): number[] {
  const copy = `${path}.copy`;
  Deno.copyFileSync(path, copy);
  Deno.copyFileSync(`${path}-wal`, `${copy}-wal`);
  const db = new DatabaseSync(copy);
  try {
    return db.prepare("SELECT head FROM history_event ORDER BY seq").all()
      .map(({ head }) => JSON.parse(String(head)).publication);
  } finally {
    db.close();
    Deno.removeSync(copy);
  }
}

/** Registers a test with a file, a world, and a way to open the store. */
function storeTest(
  name: string,
  body: (path: string, world: StoreWorld) => void,
): void {
  Deno.test(name, () => withStoreFile((path) => body(path, new StoreWorld())));
}

storeTest(
  "events are written in one batch within flush_ms, not before",
  (path, world) => {
    const store = openSqlite(path, world, { bounds: BOUNDS, flushMs: 200 });
    store.append(HISTORY, event(1));
    store.append(HISTORY, event(2));
    assertEquals(writtenEvents(path), []);
    world.time.pass(49);
    assertEquals(writtenEvents(path), []);
    // The rest of the time is left for timers that are late.
    world.time.pass(1);
    assertEquals(writtenEvents(path), [1, 2]);
    assertEquals(world.time.deadlines, 0);
    store.append(HISTORY, event(3));
    assertEquals(world.time.deadlines, 1);
    world.time.pass(50);
    assertEquals(writtenEvents(path), [1, 2, 3]);
    store.close();
  },
);

storeTest(
  "256 events that wait are written at once: no batch takes long",
  (path, world) => {
    const store = openSqlite(path, world, { bounds: BOUNDS, flushMs: 200 });
    for (let n = 1; n <= 255; n++) store.append(HISTORY, event(n));
    assertEquals(writtenEvents(path), []);
    store.append(HISTORY, event(256));
    assertEquals(writtenEvents(path).at(-1), 256);
    store.close();
  },
);

storeTest(
  "a buffer that is full is written at once: events are not lost",
  (path, world) => {
    const store = openSqlite(path, world, { bounds: BOUNDS, maxEvents: 3 });
    store.append(HISTORY, event(1));
    store.append(HISTORY, event(2));
    assertEquals(writtenEvents(path), []);
    store.append(HISTORY, event(3));
    assertEquals(writtenEvents(path), [1, 2, 3]);
    assertEquals(world.time.deadlines, 0);
    store.close();
    const narrow = openSqlite(path, world, { bounds: BOUNDS, maxBytes: 2000 });
    narrow.append(HISTORY, event(4));
    assertEquals(writtenEvents(path), [1, 2, 3]);
    narrow.append(HISTORY, event(5, { text: "x".repeat(2000) }));
    assertEquals(writtenEvents(path), [1, 2, 3, 4, 5]);
    assertEquals(world.counters.get("events_not_stored"), 0);
    narrow.close();
  },
);

storeTest(
  "who reads a history gets what waits to be written too",
  (path, world) => {
    const store = openSqlite(path, world, { bounds: BOUNDS });
    store.append(HISTORY, event(1));
    world.time.pass(50);
    store.append(HISTORY, event(2));
    assertEquals(publications(store.history(HISTORY, true)), [2, 1]);
    assertEquals(world.time.deadlines, 0);
    store.close();
  },
);

storeTest(
  "ER-04: what waits and what is written make one list",
  (path, world) => {
    const store = openSqlite(path, world);
    const lists = { eligible_authid: ["anna"] };
    store.retain(event(1));
    store.retain(event(2, { lists }));
    store.retain(event(9, { topic: "com.b" }));
    world.time.pass(50);
    store.retain(event(3, { lists }));
    assertEquals(publications(store.retained("com.a")), [3, 2, 1]);
    const all = [...store.retainedMatching("com.", "prefix")].map(publications);
    assertEquals(all, [[3, 2, 1], [9]]);
    store.retain(event(4));
    assertEquals(publications(store.retained("com.a")), [4]);
    world.time.pass(50);
    assertEquals(publications(store.retained("com.a")), [4]);
    store.close();
  },
);

storeTest("EH-11: after a restart everything is there again", (path, world) => {
  const before = openSqlite(path, world, { bounds: BOUNDS });
  for (let id = 1; id <= 3; id++) before.append(HISTORY, event(id));
  before.retain(event(4));
  before.retain(event(5, { topic: "com.b", lists: { exclude: [7] } }));
  before.close();
  assertEquals(world.time.deadlines, 0);
  assertEquals([...Deno.readDirSync(path.replace(/\/[^/]*$/, ""))].length, 1);
  // Another object for the same history, as another process has.
  const same = history("com.a");
  const store = openSqlite(path, world, {
    bounds: boundsOf({ histories: [history("com.new"), same] }),
  });
  assertEquals(publications(store.history(same, false)), [1, 2, 3]);
  assertEquals(publications(store.retained("com.a")), [4]);
  assertEquals(store.retained("com.b")[0].lists, { exclude: [7] });
  store.append(same, event(6));
  assertEquals(publications(store.history(same, false)), [1, 2, 3, 6]);
  store.close();
});

storeTest(
  "bounds that have become narrower are applied at the start",
  (path, world) => {
    const before = openSqlite(path, world, { bounds: BOUNDS });
    for (let id = 1; id <= 9; id++) before.append(HISTORY, event(id));
    for (let id = 1; id <= 9; id++) {
      before.retain(
        event(id, { topic: `t${id}` }),
      );
    }
    before.close();
    const narrow = history("com.a", { maxEvents: 2 });
    const store = openSqlite(path, world, {
      bounds: {
        histories: [narrow],
        retention: { maxTopics: 1, maxBytes: 2 ** 30 },
      },
    });
    assertEquals(publications(store.history(narrow, false)), [8, 9]);
    assertEquals(
      [...store.retainedMatching("", "prefix")].map(publications),
      [[9]],
    );
    assertEquals(world.counters.get("history_events_evicted"), 7);
    assertEquals(world.counters.get("retained_events_evicted"), 8);
    store.close();
  },
);

/** A store whose file cannot grow, as on a disk that is full. */
function openOnFullDisk(
  path: string,
  world: StoreWorld,
  maxEvents: number,
): { readonly store: SqliteEventStore; readonly mend: () => void } {
  const db = openDatabase({ path, sync: false });
  const store = new SqliteEventStore(db, {
    bounds: BOUNDS,
    buffer: { maxEvents, maxBytes: 2 ** 30 },
    flushMs: 200,
  }, world);
  // No page more than there are.
  db.exec("PRAGMA max_page_count = 1");
  return { store, mend: () => db.exec("PRAGMA max_page_count = 1000000") };
}

/** Larger than what is left of the last page. */
const LARGE = { text: "x".repeat(20_000) };

storeTest(
  "a full disk is logged once a minute, and told to who asks for a history",
  (path, world) => {
    const { store, mend } = openOnFullDisk(path, world, 1000);
    store.append(HISTORY, event(1, LARGE));
    assertEquals(world.lines, []);
    world.time.pass(50);
    assertEquals(world.lines, [{
      level: "error",
      message:
        "the store cannot write events; messages are routed all the same",
      fields: { reason: "database or disk is full" },
    }]);
    const error = assertThrows(
      () => store.history(HISTORY, false),
      EventStoreError,
    );
    assertEquals(
      error.message,
      "The store cannot be written: database or disk is full",
    );
    // It goes on trying, without a word.
    for (let i = 0; i < 59; i++) world.time.pass(1000);
    assertEquals(world.lines.length, 1);
    assertEquals(world.counters.get("store_errors"), 60);
    world.time.pass(1000);
    assertEquals(world.lines.length, 2);
    mend();
    world.time.pass(1000);
    assertEquals(world.lines.at(-1), {
      level: "info",
      message: "the store can write events again",
      fields: {},
    });
    assertEquals(publications(store.history(HISTORY, false)), [1]);
    assertEquals(world.counters.get("events_not_stored"), 0);
    store.close();
  },
);

storeTest(
  "a disk that is full now and then is logged once a minute as well",
  (path, world) => {
    const db = openDatabase({ path, sync: false });
    const store = new SqliteEventStore(db, {
      bounds: BOUNDS,
      buffer: { maxEvents: 1000, maxBytes: 2 ** 30 },
      flushMs: 200,
    }, world);
    for (let i = 0; i < 61; i++) {
      db.exec("PRAGMA query_only = 1");
      store.append(HISTORY, event(i));
      world.time.pass(50);
      db.exec("PRAGMA query_only = 0");
      world.time.pass(1000);
    }
    assertEquals(world.lines.map(({ level }) => level), [
      ...["error", "info"],
      ...["error", "info"],
    ]);
    assertEquals(world.lines[2].fields["not_logged_before"], 57);
    assertEquals(world.counters.get("store_errors"), 61);
    store.close();
  },
);

storeTest(
  "a disk that has become read-only is as one that is full",
  (path, world) => {
    const db = openDatabase({ path, sync: false });
    const store = new SqliteEventStore(db, {
      bounds: BOUNDS,
      buffer: { maxEvents: 1000, maxBytes: 2 ** 30 },
      flushMs: 200,
    }, world);
    db.exec("PRAGMA query_only = 1");
    store.append(HISTORY, event(1));
    world.time.pass(50);
    assertEquals(world.lines.map(({ fields }) => fields), [
      { reason: "attempt to write a readonly database" },
    ]);
    assertThrows(() => store.history(HISTORY, false), EventStoreError);
    db.exec("PRAGMA query_only = 0");
    world.time.pass(1000);
    assertEquals(publications(store.history(HISTORY, false)), [1]);
    store.close();
  },
);

storeTest("a file that can only be read is no store", (path) => {
  openDatabase({ path, sync: false }).close();
  const db = new DatabaseSync(path, { readOnly: true });
  assertThrows(
    () =>
      new SqliteEventStore(db, {
        bounds: BOUNDS,
        buffer: { maxEvents: 1000, maxBytes: 2 ** 30 },
        flushMs: 200,
      }, new StoreWorld()),
    Error,
    "readonly",
  );
  db.close();
});

storeTest(
  "ER-03: while the disk is full, retained events are those that wait",
  (path, world) => {
    const { store } = openOnFullDisk(path, world, 1000);
    store.retain(event(1, LARGE));
    world.time.pass(50);
    store.retain(event(2, LARGE));
    assertEquals(publications(store.retained("com.a")), [2]);
    store.close();
    assertEquals(world.counters.get("events_not_stored"), 1);
  },
);

storeTest(
  "while the disk is full, no more than the buffer holds is kept, the newest",
  (path, world) => {
    const { store, mend } = openOnFullDisk(path, world, 10);
    for (let id = 1; id <= 100; id++) store.append(HISTORY, event(id, LARGE));
    // Tried when the buffer was full, and not for each event after.
    assertEquals(world.counters.get("store_errors"), 1);
    mend();
    world.time.pass(1000);
    const kept = publications(store.history(HISTORY, false));
    assertEquals(kept.at(-1), 100);
    assertEquals(kept.length < 10, true, `${kept}`);
    assertEquals(kept, kept.map((_, i) => 100 - kept.length + 1 + i));
    assertEquals(world.counters.get("events_not_stored"), 100 - kept.length);
    store.close();
  },
);

storeTest(
  "a batch is written whole or not at all, and counted anew",
  (path, world) => {
    const bounded = history("com.a", { maxEvents: 3 });
    const db = openDatabase({ path, sync: false });
    const store = new SqliteEventStore(db, {
      bounds: boundsOf({ histories: [bounded] }),
      buffer: { maxEvents: 1000, maxBytes: 2 ** 30 },
      flushMs: 200,
    }, world);
    store.append(bounded, event(1));
    store.append(bounded, event(2));
    world.time.pass(50);
    db.exec("PRAGMA max_page_count = 1");
    store.append(bounded, event(3));
    store.append(bounded, event(4, LARGE));
    world.time.pass(50);
    assertEquals(world.lines.length, 1);
    assertEquals(writtenEvents(path), [1, 2]);
    db.exec("PRAGMA max_page_count = 1000000");
    world.time.pass(1000);
    assertEquals(publications(store.history(bounded, false)), [2, 3, 4]);
    assertEquals(world.counters.get("history_events_evicted"), 1);
    store.close();
  },
);

/** Writes `count` events and closes; then overwrites the middle of the file. */
function damage(path: string, world: StoreWorld, count: number): void {
  const before = openSqlite(path, world, { bounds: BOUNDS, maxEvents: 10 });
  for (let id = 1; id <= count; id++) {
    before.append(HISTORY, event(id, { text: "x".repeat(3000) }));
    before.retain(event(id, { topic: `com.t${id}`, text: "x".repeat(3000) }));
  }
  before.close();
  using file = Deno.openSync(path, { read: true, write: true });
  const { size } = file.statSync();
  file.seekSync(size / 2, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(size / 2).fill(0xa5));
}

storeTest(
  "a damaged file is told to who asks, once in the log, and nothing else suffers",
  (path, world) => {
    damage(path, world, 50);
    const store = openSqlite(path, world, { bounds: BOUNDS });
    const readAll = () => publications(store.history(HISTORY, true));
    for (let i = 0; i < 3; i++) assertThrows(readAll, EventStoreError);
    assertThrows(
      () => [...store.retainedMatching("", "prefix")],
      EventStoreError,
    );
    assertEquals(world.lines.length, 1);
    assertEquals(world.lines[0].level, "error");
    assertEquals(
      world.lines[0].message,
      "the store cannot read events; messages are routed all the same",
    );
    assertEquals(world.counters.get("store_errors"), 4);
    store.append(HISTORY, event(51));
    store.retain(event(52));
    assertEquals(publications(store.retained("com.a")), [52]);
    store.close();
  },
);

storeTest(
  "an event that another program wrote into the file is an error, not a defect",
  (path, world) => {
    const db = openDatabase({ path, sync: false });
    const store = new SqliteEventStore(db, {
      bounds: BOUNDS,
      buffer: { maxEvents: 1, maxBytes: 2 ** 30 },
      flushMs: 200,
    }, world);
    const changes = [
      "head = '{'",
      "head = 'null'",
      "head = '{}'",
      "format = 'yaml'",
      "format = 'toString'",
      "payload = x'00'",
      "checksum = 0",
      "elements = 3",
    ];
    for (const change of changes) {
      store.append(HISTORY, event(1));
      store.retain(event(2));
      db.exec(`UPDATE history_event SET ${change}`);
      db.exec(`UPDATE retained_event SET ${change}`);
      assertThrows(
        () => publications(store.history(HISTORY, false)),
        EventStoreError,
        "damaged",
        change,
      );
      assertThrows(() => store.retained("com.a"), EventStoreError);
      // A new one takes its place all the same.
      store.retain(event(3, { lists: { exclude: [1] } }));
      assertEquals(publications(store.retained("com.a")), [3]);
      db.exec("DELETE FROM history_event");
      store.retain(event(4));
    }
    store.close();
  },
);
