/**
 * Looks at a store's file without opening it as a database: no lock is taken,
 * nothing is written, and a router may be using it.
 */
import { dirname } from "node:path";
import {
  checkMarks,
  DamagedStoreError,
  UnusableStoreError,
} from "./sqlite_database.ts";

/** What every database of SQLite begins with. */
const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
/** Where a number of 4 octets is in the header. */
const SCHEMA_COOKIE = 40;
const USER_VERSION = 60;
const APPLICATION_ID = 68;

/**
 * Finds nothing wrong with a file that is not there, where it can be made.
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
  const owner = view.getUint32(APPLICATION_ID);
  // A new one's schema may still be in the log of writes beside it.
  if (owner === 0 && view.getUint32(SCHEMA_COOKIE) === 0) return;
  checkMarks(path, owner, view.getUint32(USER_VERSION));
}

/** The first octets of the file; undefined where there is none. */
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
