/**
 * After the listeners are open: what is no longer needed is given up for good.
 *
 * Open listeners go on accepting without any permission. What must stay is the
 * right to remove the files of Unix sockets. Deno cannot narrow a grant: of
 * `--allow-write=A,B` one can revoke B, of `-A` or `--allow-write` only all of
 * it. So a router with a Unix socket that was started so keeps the right to
 * write, and says so.
 *
 * @module
 */

import { descriptorOf, type Permission } from "./required_permissions.ts";

const KINDS = [
  "net",
  "run",
  "ffi",
  "read",
  "env",
  "sys",
  "import",
] as const;

/** What is left. */
export interface GivenUp {
  /** True when the right to write everywhere had to stay. */
  readonly keepsAllWrite: boolean;
}

/** Deno's permissions, as far as they are used here. */
export type PermissionStore = Pick<
  Deno.Permissions,
  "querySync" | "revokeSync"
>;

/**
 * Gives up everything but `lasting`, all of which are rights to write.
 *
 * @param required All that the router was started for.
 * @param lasting What it still needs.
 */
export function giveUp(
  required: readonly Permission[],
  lasting: readonly Permission[],
  store: PermissionStore = Deno.permissions,
): GivenUp {
  for (const name of KINDS) store.revokeSync({ name });
  if (lasting.length === 0) {
    store.revokeSync({ name: "write" });
    return { keepsAllWrite: false };
  }
  const kept = new Set(lasting.map(({ value }) => value));
  for (const permission of required) {
    if (permission.name === "write" && !kept.has(permission.value)) {
      store.revokeSync(descriptorOf(permission));
    }
  }
  const { state } = store.querySync({ name: "write" });
  return { keepsAllWrite: state === "granted" };
}
