/**
 * Permissions that Deno was not given, and what to do about them.
 *
 * @module
 */

import {
  descriptorOf,
  formatFlag,
  type Permission,
} from "./required_permissions.ts";

/** Asks Deno whether a permission was given; never asks the user. */
export type PermissionQuery = (
  descriptor: Deno.PermissionDescriptor,
) => Pick<Deno.PermissionStatus, "state">;

/** Those of `permissions` that were not given. */
export function missingPermissions(
  permissions: readonly Permission[],
  query: PermissionQuery = (descriptor) =>
    Deno.permissions.querySync(descriptor),
): Permission[] {
  return permissions.filter((permission) =>
    query(descriptorOf(permission)).state !== "granted"
  );
}

/** A line for each missing permission: its flag, and what it is for. */
export function describeMissing(missing: readonly Permission[]): string {
  const flags = missing.map(formatFlag);
  const width = Math.max(...flags.map((flag) => flag.length));
  return missing.map(({ reason }, index) =>
    `  ${flags[index].padEnd(width)}  ${reason}`
  ).join("\n");
}

/** What to do about a permission that was not given, by its flag. */
export function howToPermit(flag: string): string {
  const does = Deno.build.standalone ? "compile the router with" : "add";
  return `Deno does not permit it: ${does} ${flag}`;
}
