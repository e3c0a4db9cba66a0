/**
 * Checks that see principals, realms and endpoints together.
 *
 * @module
 */

import { isLocal } from "./build_endpoint.ts";
import type { PlacedPrincipal } from "./build_principals.ts";
import type { PlacedRealm } from "./build_realms.ts";
import type { PlacedTransport } from "./build_transports.ts";
import type { CheckContext } from "./check_context.ts";
import type { RealmConfig } from "./config.ts";
import { listRoles } from "./cross_checks.ts";
import { allRealms, findRealm, type RealmsConfig } from "./find_realm.ts";

/** Adds an error for each realm that does not exist, and each role likewise. */
export function checkPrincipals(
  transports: readonly PlacedTransport[],
  known: RealmsConfig,
  context: CheckContext,
): void {
  const realms = allRealms(known);
  for (const { auth } of transports) {
    for (const { realm, node } of auth.realmUses) {
      if (findRealm(known, realm) !== undefined) continue;
      const wrong = `there is no realm ${JSON.stringify(realm)}`;
      context.error(node, wrong, `there are: ${listNames(realms)}`);
    }
    for (const { role, node } of auth.defaultRoles) {
      if (realms.some((realm) => hasRole(realm, role))) continue;
      const wrong = `no realm has the role ${JSON.stringify(role)}`;
      context.error(node, wrong, `there are: ${listRoles(realms)}`);
    }
    for (const principal of auth.principals) {
      checkPrincipal(principal, known, context);
    }
  }
}

function checkPrincipal(
  { config, roleNode, realmNode }: PlacedPrincipal,
  known: RealmsConfig,
  context: CheckContext,
): void {
  const { role, realm } = config;
  const realms = allRealms(known);
  const open = realm === undefined
    ? realms
    : [findRealm(known, realm)].filter((one) => one !== undefined);
  if (open.length === 0) {
    const wrong = `there is no realm ${JSON.stringify(realm)}`;
    context.error(realmNode, wrong, `there are: ${listNames(realms)}`);
    return;
  }
  if (open.some((one) => hasRole(one, role))) return;
  const where = realm === undefined
    ? "no realm has"
    : `realm ${JSON.stringify(realm)} has not`;
  const wrong = `${where} the role ${JSON.stringify(role)}`;
  context.error(roleNode, wrong, `there are: ${listRoles(open)}`);
}

function listNames(realms: readonly RealmConfig[]): string {
  return realms.map(({ name }) => JSON.stringify(name)).join(", ");
}

function hasRole({ roles }: RealmConfig, role: string): boolean {
  return roles.some(({ name }) => name === role);
}

/** Warns of each role that no session can get. */
export function checkRoleUse(
  transports: readonly PlacedTransport[],
  realms: readonly PlacedRealm[],
  known: RealmsConfig,
  context: CheckContext,
): void {
  // An authenticator may name any role.
  if (transports.some(({ config }) => config.auth.dynamic !== undefined)) {
    return;
  }
  const given = transports.flatMap(({ config, auth }) => [
    ...(config.auth.anonymous === undefined ? [] : [config.auth.anonymous]),
    ...auth.principals.map((principal) => principal.config),
  ]);
  for (const { config, roleNodes } of realms) {
    for (const [name, node] of roleNodes) {
      const isGiven = given.some(({ role, realm }) =>
        role === name && (realm === undefined ||
          findRealm(known, realm)?.roles === config.roles)
      );
      if (isGiven) continue;
      context.warn(
        node,
        `no one can get this role: no transport's auth gives it in realm ${
          JSON.stringify(config.name)
        }`,
      );
    }
  }
}

/** Warns where all anonymous sessions are one authid, which can have one session only. */
export function checkSharedAuthids(
  transports: readonly PlacedTransport[],
  known: RealmsConfig,
  context: CheckContext,
): void {
  for (const { config, auth } of transports) {
    const { anonymous } = config.auth;
    if (anonymous?.authid === undefined) continue;
    const policies = allRealms(known)
      .filter(({ name }) => (anonymous.realm ?? name) === name)
      .flatMap(({ roles }) => roles)
      .filter(({ name }) => name === anonymous.role)
      .flatMap(({ onDuplicateAuthid }) => onDuplicateAuthid ?? []);
    if (policies.length === 0) continue;
    context.warn(
      auth.node.entries.get("anonymous")?.node ?? auth.node,
      `all anonymous sessions have the authid ${
        JSON.stringify(anonymous.authid)
      }, of which "on_duplicate_authid": "${
        policies[0]
      }" of their role lets only one be there; leave "authid" out`,
    );
  }
}

/** Warns of what is fine on one machine only. */
export function checkAuthExposure(
  transports: readonly PlacedTransport[],
  context: CheckContext,
): void {
  for (const { config, auth } of transports) {
    const { endpoint } = config;
    if (endpoint.type === "unix" || isLocal(endpoint)) continue;
    const at = (name: string) => auth.node.entries.get(name)?.node ?? auth.node;
    const usesTickets = config.auth.ticket !== undefined ||
      config.auth.dynamic?.ticket !== undefined;
    if (usesTickets && endpoint.tls === undefined) {
      context.warn(
        at("ticket"),
        `tickets travel in the clear on transport ${config.id}: whoever listens can use them; add "tls" to its endpoint`,
      );
    }
    if (config.auth.revealsUnknownAuthid) {
      context.warn(
        at("reveal_unknown_authid"),
        `other machines can find out who is known on transport ${config.id}`,
      );
    }
  }
}
