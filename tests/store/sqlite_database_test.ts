/** The file of a store: whose it is, and what is told of one that is no store. */
import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  checkStoreFile,
  DamagedStoreError,
  inTransaction,
  openDatabase,
  UnusableStoreError,
} from "../../src/store/sqlite_database.ts";
import { withStoreFile } from "./_stores.ts";

function open(path: string): DatabaseSync {
  return openDatabase({ path, sync: false });
}

/** Makes a database by `sql`. */
function make(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

Deno.test("openDatabase() makes a database where there is none, and finds it again", () => {
  withStoreFile((path) => {
    checkStoreFile(path);
    assertEquals([...Deno.readDirSync(path.replace(/\/[^/]*$/, ""))], []);
    for (let i = 0; i < 2; i++) {
      const db = open(path);
      const tables = db.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
      ).all().map(({ name }) => name);
      assertEquals(tables, ["history", "history_event", "retained_event"]);
      db.close();
      checkStoreFile(path);
    }
  });
});

Deno.test("openDatabase() has batches outlive the router, and with `sync` the machine", () => {
  withStoreFile((path) => {
    for (const [sync, synchronous] of [[false, 1], [true, 2]] as const) {
      const db = openDatabase({ path, sync });
      const pragma = (name: string) =>
        Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {});
      assertEquals(pragma("journal_mode"), ["wal"]);
      assertEquals(pragma("synchronous"), [synchronous]);
      db.close();
    }
  });
});

/** Files that cannot be a store: how they come to be, and what is said. */
const UNUSABLE: readonly [
  what: string,
  prepare: (path: string) => void,
  message: string,
][] = [
  [
    "the database of another program",
    (path) => make(path, "CREATE TABLE users (name)"),
    "it is a database of another program",
  ],
  [
    "the database of another program that says so",
    (path) => make(path, "PRAGMA application_id = 7"),
    "it is a database of another program",
  ],
  [
    "a store of a later version",
    (path) => {
      open(path).close();
      make(path, "PRAGMA user_version = 2");
    },
    "its schema has version 2, and this router supports version 1",
  ],
  [
    "a folder",
    (path) => Deno.mkdirSync(path),
    "",
  ],
];

for (const [what, prepare, message] of UNUSABLE) {
  Deno.test(`openDatabase() and checkStoreFile() refuse ${what}, unchanged`, () => {
    withStoreFile((path) => {
      prepare(path);
      const before = Deno.statSync(path).isFile && Deno.readFileSync(path);
      for (const act of [open, checkStoreFile]) {
        const error = assertThrows(() => void act(path), UnusableStoreError);
        assertEquals(error.message.startsWith(`Cannot use ${path} as`), true);
        assertEquals(error.message.includes(message), true, error.message);
      }
      const after = Deno.statSync(path).isFile && Deno.readFileSync(path);
      assertEquals(after, before);
    });
  });
}

Deno.test("openDatabase() and checkStoreFile() refuse a file in a folder that is not there", () => {
  withStoreFile((path) => {
    const inNowhere = `${path}/none/x.db`;
    for (const act of [open, checkStoreFile]) {
      assertThrows(() => void act(inNowhere), UnusableStoreError);
    }
  });
});

Deno.test("openDatabase() and checkStoreFile() tell damage from what is no store at all", () => {
  withStoreFile((path) => {
    Deno.writeTextFileSync(path, "no database".repeat(1000));
    for (const act of [open, checkStoreFile]) {
      const error = assertThrows(() => void act(path), DamagedStoreError);
      assertEquals(
        error.message,
        `Cannot use ${path} as store: file is not a database`,
      );
    }
  });
});

Deno.test("two routers cannot have one store; one that is in use can be looked at", () => {
  withStoreFile((path) => {
    const db = open(path);
    const error = assertThrows(() => void open(path), UnusableStoreError);
    assertEquals(
      error.message,
      `Cannot use ${path} as store: another process has it open`,
    );
    checkStoreFile(path);
    db.close();
    open(path).close();
  });
});

Deno.test("checkStoreFile() takes a file that is empty, or has its schema in the log of writes", () => {
  withStoreFile((path) => {
    Deno.writeTextFileSync(path, "");
    checkStoreFile(path);
    const db = open(path);
    const copy = `${path}.copy`;
    Deno.copyFileSync(path, copy);
    Deno.copyFileSync(`${path}-wal`, `${copy}-wal`);
    db.close();
    checkStoreFile(copy);
    open(copy).close();
  });
});

Deno.test("inTransaction() does all or nothing", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE t (a)");
  assertThrows(() =>
    inTransaction(db, () => {
      db.exec("INSERT INTO t VALUES (1)");
      throw new RangeError("no");
    }), RangeError);
  assertEquals(db.isTransaction, false);
  inTransaction(db, () => db.exec("INSERT INTO t VALUES (2)"));
  assertEquals(
    db.prepare("SELECT a FROM t").all().map(({ a }) => a),
    [2],
  );
  db.close();
});
