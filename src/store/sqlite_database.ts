/**
 * The database file: opening it, whose it is, and its schema.
 *
 * It is held alone (`locking_mode`): two routers in one file would each let go
 * what the other counts on. Deno asks for the right to read and write a file
 * when it is opened, and never again.
 */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Marks a database as ours: `SLUC`. */
const APPLICATION_ID = 0x534c5543;
/** Raised with every change of the schema. */
const SCHEMA_VERSION = 1;
/** A router that is about to end may still hold the file. */
const BUSY_TIMEOUT_MS = 1000;
/** What the log of writes keeps of the disk after a burst. */
const JOURNAL_BYTES_MAX = 16 * 2 ** 20;

const SCHEMA = `
CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL,
  match TEXT NOT NULL,
  UNIQUE (uri, match)
) STRICT;
CREATE TABLE history_event (
  seq INTEGER PRIMARY KEY,
  history INTEGER NOT NULL REFERENCES history,
  topic TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  head TEXT NOT NULL,
  format TEXT NOT NULL,
  elements INTEGER NOT NULL,
  payload BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  size INTEGER NOT NULL
) STRICT;
CREATE INDEX history_event_order ON history_event (history, seq, size);
CREATE TABLE retained_event (
  seq INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  head TEXT NOT NULL,
  format TEXT NOT NULL,
  elements INTEGER NOT NULL,
  payload BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  size INTEGER NOT NULL
) STRICT;
CREATE INDEX retained_event_topic ON retained_event (topic, seq, size);
`;

/** The file cannot be the store's: something in the config is wrong. */
export class UnusableStoreError extends Error {
  override readonly name = "UnusableStoreError";
}

/** The file is damaged, or its disk is full or broken. */
export class DamagedStoreError extends Error {
  override readonly name = "DamagedStoreError";
}

/** How a database is opened. */
export interface DatabaseOptions {
  readonly path: string;
  /** Whether each batch is on the disk itself before it counts as written. */
  readonly sync: boolean;
}

/**
 * Opens the database of a store, and makes it where there is none.
 *
 * @throws {UnusableStoreError} @throws {DamagedStoreError}
 */
export function openDatabase({ path, sync }: DatabaseOptions): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    const isNew = checkOwner(db, path);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec(`PRAGMA synchronous = ${sync ? "FULL" : "NORMAL"}`);
    db.exec(`PRAGMA journal_size_limit = ${JOURNAL_BYTES_MAX}`);
    // Takes the lock, and finds out whether the file can be written at all.
    inTransaction(db, (db) => {
      if (isNew) makeSchema(db);
      else db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
    return db;
  } catch (error) {
    db?.close();
    throw openingError(error, path);
  }
}

/** Does all of `act`, or nothing. */
export function inTransaction(
  db: DatabaseSync,
  act: (db: DatabaseSync) => void,
): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    act(db);
    db.exec("COMMIT");
  } catch (error) {
    // Some faults have rolled it back already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Whether SQLite itself could not do what it was told to. */
export function isDatabaseError(error: unknown): error is Error {
  return error instanceof Error &&
    "code" in error && error.code === "ERR_SQLITE_ERROR";
}

/** Whether the database is empty. */
function checkOwner(db: DatabaseSync, path: string): boolean {
  const version = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  const { count } = db.prepare("SELECT count(*) AS count FROM sqlite_schema")
    .get() as { count: number };
  if (count === 0 && owner === 0) return true;
  checkMarks(path, owner, version);
  return false;
}

/**
 * Whether a database that is not empty is a store that we know.
 *
 * @throws {UnusableStoreError} Where it is not.
 */
export function checkMarks(path: string, owner: number, version: number): void {
  if (owner !== APPLICATION_ID) {
    throw new UnusableStoreError(
      `Cannot use ${path} as store: it is a database of another program`,
    );
  }
  if (version !== SCHEMA_VERSION) {
    throw new UnusableStoreError(
      `Cannot use ${path} as store: its schema has version ${version}, and this router supports version ${SCHEMA_VERSION}`,
    );
  }
}

function makeSchema(db: DatabaseSync): void {
  db.exec(SCHEMA);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}

function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return Number(row?.[name]);
}

/** Node's errors tell faults apart by their text alone. */
const DAMAGE_REGEXP =
  /not a database|malformed|disk is full|disk I\/O error|schema .* corrupt/;

/** `error`, from SQLite, as one of those that an opening throws. */
export function openingError(error: unknown, path: string): unknown {
  if (!isDatabaseError(error)) return error;
  const { message } = error;
  if (/locked/.test(message)) {
    return new UnusableStoreError(
      `Cannot use ${path} as store: another process has it open`,
      { cause: error },
    );
  }
  const text = `Cannot use ${path} as store: ${message}`;
  return DAMAGE_REGEXP.test(message)
    ? new DamagedStoreError(text, { cause: error })
    : new UnusableStoreError(text, { cause: error });
}

/** What every database of SQLite begins with. */
const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
/** Where numbers of 4 bytes are in the header. */
const SCHEMA_COOKIE_AT = 40;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/**
 * Looks at a store's file without opening it as a database: no lock is taken, nothing
 * is written, and a router may be using it. A file that is not there is no fault, where
 * it can be made.
 *
 * @throws {UnusableStoreError} @throws {DamagedStoreError}
 */
export function checkStoreFile(path: string): void {
  const header = readHeader(path);
  if (header === undefined) return checkFolder(path);
  if (header.length === 0) return;
  const magic = String.fromCharCode(...header.subarray(0, MAGIC.length));
  if (magic !== MAGIC || header.length < HEADER_BYTES) {
    throw new DamagedStoreError(
      `Cannot use ${path} as store: file is not a database`,
    );
  }
  const view = new DataView(header.buffer);
  const owner = view.getUint32(APPLICATION_ID_AT);
  // A new one's schema may still be in the log of writes beside it.
  if (owner === 0 && view.getUint32(SCHEMA_COOKIE_AT) === 0) return;
  checkMarks(path, owner, view.getUint32(USER_VERSION_AT));
}

/** The first bytes of the file; undefined where there is none. */
function readHeader(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    using file = Deno.openSync(path);
    const header = new Uint8Array(HEADER_BYTES);
    const count = file.readSync(header) ?? 0;
    return header.slice(0, count);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(path, reason);
  }
}

/** SQLite makes files, not folders. */
function checkFolder(path: string): void {
  const folder = dirname(path);
  const query = { name: "read", path: folder } as const;
  // Whoever starts a router need not let it look at folders.
  if (Deno.permissions.querySync(query).state !== "granted") return;
  try {
    if (Deno.statSync(folder).isDirectory) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw unusable(path, `there is no folder ${folder}`);
}

function unusable(path: string, reason: string): UnusableStoreError {
  return new UnusableStoreError(`Cannot use ${path} as store: ${reason}`);
}
