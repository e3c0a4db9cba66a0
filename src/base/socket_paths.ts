/**
 * Where a Unix socket is made before it is renamed to its place.
 *
 * The name must be known before the socket is: Deno grants network permissions
 * for exact socket paths only. The folder is the process's own (mode 0700), so
 * that the socket is never open to more than its mode says.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/** The private folder for the socket that will be at `path`. */
export function privateSocketFolder(path: string): string {
  return join(dirname(path), `.${basename(path)}~`);
}

/** The path that the socket is bound to in its private folder. */
export function privateSocketPath(path: string): string {
  return join(privateSocketFolder(path), "s");
}
