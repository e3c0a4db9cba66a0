/**
 * After the listeners are open: what is no longer needed is given up for good.
 *
 * Open listeners go on accepting without any permission. What must stay is the
 * right to look at the files of Unix sockets, and to remove them. Deno cannot
 * narrow a grant: of `--allow-write=A,B` one can revoke B, of `-A` or
 * `--allow-write` only all of it. So a router with a Unix socket that was started
 * so keeps the right to read and write, and says so.
 *
 * @module
 */

import {
  descriptorOf,
  type Permission,
  type PermissionName,
} from "./required_permissions.ts";

const KINDS = [
  "net",
  "run",
  "ffi",
  "read",
  "write",
  "env",
  "sys",
  "import",
] as const;

/** What is left. */
export interface GivenUp {
  /** Kinds of which more had to stay than is needed, since it was granted as one. */
  readonly tooBroad: readonly PermissionName[];
}

/** Deno's permissions, as far as they are used here. */
export type PermissionStore = Pick<
  Deno.Permissions,
  "querySync" | "revokeSync"
>;

/**
 * Gives up everything but `lasting`.
 *
 * @param required All that the router was started for.
 * @param lasting What it still needs.
 */
export function giveUp(
  required: readonly Permission[],
  lasting: readonly Permission[],
  store: PermissionStore = Deno.permissions,
): GivenUp {
  const tooBroad: PermissionName[] = [];
  for (const name of KINDS) {
    const kept = new Set(
      lasting.filter((one) => one.name === name).map(({ value }) => value),
    );
    if (kept.size === 0) {
      store.revokeSync({ name });
      continue;
    }
    const others = required
      .filter((one) => one.name === name && !kept.has(one.value))
      .map(descriptorOf);
    for (const other of others) store.revokeSync(other);
    const isLeft = [{ name }, ...others]
      .some((one) => store.querySync(one).state === "granted");
    // Only kinds of `lasting` come here.
    if (isLeft) tooBroad.push(name as PermissionName);
  }
  return { tooBroad };
}
