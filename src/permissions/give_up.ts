/**
 * Giving up, for good, the permissions that are no longer needed once the
 * listeners are open.
 *
 * Open listeners accept connections without any permission. Only looking after the
 * files of Unix sockets still needs one, and listening again at the same address
 * where a listener has died. Deno cannot narrow a permission: of `--allow-write=A,B`,
 * B can be revoked, but of `-A` or `--allow-write` only all of it. So a router with
 * a Unix socket that was started with one of these keeps the permission to read and
 * write, and logs that. Of the network it rather keeps nothing.
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
  /** Kinds of which more is kept than needed, as Deno cannot narrow the grant. */
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
    if (!isLeft) continue;
    // To listen anew is not worth the permission to connect anywhere.
    if (name === "net") store.revokeSync({ name });
    // Only kinds of `lasting` come here.
    else tooBroad.push(name as PermissionName);
  }
  return { tooBroad };
}
