/**
 * Which realms can be joined through which transports: all through each, but for
 * the router workers of a node config, of which each has its own.
 *
 * @module
 */

import type { PlacedAutoRealms } from "./build_auto_realms.ts";
import type { PlacedFixedRealm, PlacedRealm } from "./build_realms.ts";
import { authsOf, type PlacedTransport } from "./placed_transport.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { RealmsConfig } from "./find_realm.ts";
import type { ConfigSections, RouterPart } from "./forms.ts";
import { RealmDirectory } from "./realm_directory.ts";

/** Transports, and the realms that can be joined through each of them. */
export interface Scope {
  readonly part: RouterPart;
  readonly transports: readonly PlacedTransport[];
  readonly realms: RealmDirectory;
  /** The same, but for the implied one, which stands nowhere. */
  readonly placed: readonly PlacedRealm[];
}

/** Sorts transports and realms by the part of the file that they are in. */
export function sortScopes(
  { parts }: ConfigSections,
  transports: readonly PlacedTransport[],
  fixed: readonly PlacedFixedRealm[],
  known: RealmsConfig,
  auto: PlacedAutoRealms | undefined,
): Scope[] {
  if (parts.length === 1) {
    const placed = [...fixed, ...auto === undefined ? [] : [auto.realm]];
    const realms = new RealmDirectory(known);
    return [{ part: parts[0], transports, realms, placed }];
  }
  const transportsOf = Map.groupBy(transports, ({ part }) => part);
  const realmsOf = Map.groupBy(fixed, ({ part }) => part);
  return parts.map((part) => {
    const placed = realmsOf.get(part) ?? [];
    const realms = new RealmDirectory(
      { realms: placed.map(({ config }) => config) },
      " in this router worker",
    );
    return { part, transports: transportsOf.get(part) ?? [], realms, placed };
  });
}

/** Adds an error where nobody can join, since there is nothing to join. */
export function checkReach(
  { part, transports, realms }: Scope,
  context: CheckContext,
): void {
  // Of a file without any realm, that is said of the file.
  if (realms.where === "" || realms.all.length > 0) return;
  if (transports.length === 0) return;
  context.error(
    part.node,
    "nobody can join through the transports of this router worker: it has no realm",
    'add one to its "realms"',
  );
}

/** Warns of each realm, and of each role, that no session can get. */
export function checkUse(
  { transports, realms, placed }: Scope,
  context: CheckContext,
): void {
  if (transports.length > 0) {
    return checkRoleUse(transports, realms, placed, context);
  }
  for (const { config, node } of placed) {
    context.warn(
      node,
      `nobody can join realm ${
        JSON.stringify(config.name)
      }: no transport of its router worker is served`,
    );
  }
}

function checkRoleUse(
  transports: readonly PlacedTransport[],
  realms: RealmDirectory,
  placed: readonly PlacedRealm[],
  context: CheckContext,
): void {
  // An authenticator may name any role.
  const auths = authsOf(transports);
  if (auths.some(({ auth }) => auth.config.dynamic !== undefined)) return;
  const given = givenRoles(transports, realms);
  for (const { config, roleNodes } of placed) {
    for (const [name, node] of roleNodes) {
      const inAll = given.get(undefined)?.has(name);
      if (inAll || given.get(config.roles)?.has(name)) continue;
      context.warn(
        node,
        `no one can get this role: no transport's auth gives it in realm ${
          JSON.stringify(config.name)
        }`,
      );
    }
  }
}

/** Which roles sessions can get, by the roles of the only realm they join. */
export function givenRoles(
  transports: readonly PlacedTransport[],
  realms: RealmDirectory,
): Map<unknown, Set<string>> {
  const given = new Map<unknown, Set<string>>();
  const give = (role: string, realm: string | undefined): void => {
    const place = realm === undefined ? undefined : realms.find(realm)?.roles;
    if (realm !== undefined && place === undefined) return;
    const roles = given.get(place);
    if (roles === undefined) given.set(place, new Set([role]));
    else roles.add(role);
  };
  for (const { auth } of authsOf(transports)) {
    const { anonymous } = auth.config;
    if (anonymous !== undefined) give(anonymous.role, anonymous.realm);
    for (const { config: { role, realm } } of auth.principals) {
      give(role, realm);
    }
  }
  for (const { config } of transports.flatMap(({ bridges }) => bridges)) {
    give(config.role, config.realm);
  }
  return given;
}
