/**
 * Files and folders below one folder, and never of another.
 *
 * @module
 */

import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isServedPath } from "./static_path.ts";

/** A file that is open. */
export interface StaticFile {
  readonly kind: "file";
  readonly handle: FileHandle;
  readonly size: number;
  readonly modified: Date;
}

/** A folder. */
export interface StaticFolder {
  readonly kind: "folder";
  /** Where it is, without links. */
  readonly path: string;
}

/**
 * What is there below `root`; undefined: nothing that is served.
 *
 * Links are followed as long as they stay below `root`. A file is judged once it is
 * open, so that what is sent is what was looked at.
 *
 * @param segments Names from `root` down; {@linkcode isServedPath} says whether they
 * may be asked for.
 * @throws {Error} Where it cannot be found out.
 */
export async function findStatic(
  root: string,
  segments: readonly string[],
): Promise<StaticFile | StaticFolder | undefined> {
  if (!isServedPath(segments)) return undefined;
  try {
    const base = await realpath(root);
    const path = await realpath(join(base, ...segments));
    if (path !== base && !isServedPath(relative(base, path).split(sep))) {
      return undefined;
    }
    const stats = await lstat(path);
    if (stats.isDirectory()) return { kind: "folder", path };
    // A device may do something when it is opened.
    return stats.isFile() ? await openFile(path) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Opening must not wait, as for the other end of a pipe, nor follow a new link. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) |
  (constants.O_NOFOLLOW ?? 0);

async function openFile(path: string): Promise<StaticFile | undefined> {
  const handle = await open(path, OPEN_FLAGS);
  try {
    const stats = await handle.stat();
    if (stats.isFile()) {
      return { kind: "file", handle, size: stats.size, modified: stats.mtime };
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** Not there, or not to be read: a client need not know which. */
const ABSENT_CODES: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "EACCES",
  "EPERM",
]);

function isAbsent(error: unknown): boolean {
  // A link that leads where the router may not read.
  if (error instanceof Deno.errors.NotCapable) return true;
  const { code } = error as { readonly code?: string };
  return code !== undefined && ABSENT_CODES.has(code);
}
