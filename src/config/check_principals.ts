/**
 * Checks that see principals, realms and endpoints together.
 *
 * @module
 */

import { isLocal } from "./build_endpoint.ts";
import { METHOD_LIST } from "../auth/methods.ts";
import type { PlacedPrincipal } from "../auth/static_principals.ts";
import { authsOf, type PlacedTransport } from "./placed_transport.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { Scope } from "./check_scopes.ts";
import { listRoles } from "./cross_checks.ts";
import type { RealmConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import { listNames } from "../schema/nearest.ts";
import type { RealmDirectory } from "./realm_directory.ts";

/** Adds an error for each realm that does not exist, and each role likewise. */
export function checkPrincipals(
  { transports, realms }: Scope,
  context: CheckContext,
): void {
  for (const { auth } of authsOf(transports)) {
    for (const { name: realm, node } of auth.realmUses) {
      if (realms.find(realm) === undefined) {
        noSuchRealm(realm, node, realms, context);
      }
    }
    for (const { name: role, node } of auth.defaultRoles) {
      if (realms.someHasRole(role)) continue;
      const wrong = `no realm${realms.where} has the role ${
        JSON.stringify(role)
      }`;
      context.error(node, wrong, `there are: ${listRoles(realms.all)}`);
    }
    for (const principal of auth.principals) {
      checkPrincipal(principal, realms, context);
    }
  }
}

function checkPrincipal(
  { config: { role, realm }, roleNode, realmNode }: PlacedPrincipal,
  realms: RealmDirectory,
  context: CheckContext,
): void {
  const own = realm === undefined ? undefined : realms.find(realm);
  if (realm !== undefined && own === undefined) {
    return noSuchRealm(realm, realmNode, realms, context);
  }
  const hasRole = own === undefined
    ? realms.someHasRole(role)
    : realms.role(own, role) !== undefined;
  if (!hasRole) noSuchRole({ role, realm }, roleNode, realms, context);
}

/** Adds an error about a role that `realm` does not have; undefined: none has. */
export function noSuchRole(
  { role, realm }: { role: string; realm: string | undefined },
  node: ConfigNode,
  realms: RealmDirectory,
  context: CheckContext,
): void {
  const own = realm === undefined ? undefined : realms.find(realm);
  const where = realm === undefined
    ? `no realm${realms.where} has`
    : `realm ${JSON.stringify(realm)} does not have`;
  const wrong = `${where} the role ${JSON.stringify(role)}`;
  const open = own === undefined ? realms.all : [own];
  context.error(node, wrong, `there are: ${listRoles(open)}`);
}

/** Adds an error about a realm that is not there. */
export function noSuchRealm(
  realm: string,
  node: ConfigNode,
  realms: RealmDirectory,
  context: CheckContext,
): void {
  const wrong = `there is no realm ${JSON.stringify(realm)}${realms.where}`;
  context.error(node, wrong, `there are: ${listNames(realms.all)}`);
}

/** Warns where all anonymous sessions are one authid, which can have one session only. */
export function checkSharedAuthids(
  transports: readonly PlacedTransport[],
  realms: readonly RealmConfig[],
  context: CheckContext,
): void {
  for (const { auth } of authsOf(transports)) {
    const { anonymous } = auth.config;
    if (anonymous?.authid === undefined) continue;
    const policies = realms
      .filter(({ name }) => (anonymous.realm ?? name) === name)
      .flatMap(({ roles }) => roles)
      .filter(({ name }) => name === anonymous.role)
      .flatMap(({ onDuplicateAuthid }) => onDuplicateAuthid ?? [])
      .filter((policy) => policy !== "allow");
    if (policies.length === 0) continue;
    context.warn(
      auth.node.entries.get("anonymous")?.node ?? auth.node,
      `all anonymous sessions have the authid ${
        JSON.stringify(anonymous.authid)
      }, but "on_duplicate_authid": "${
        policies[0]
      }" of their role allows one session for each authid; leave "authid" out`,
    );
  }
}

/** Warns of what is fine on one machine only. */
export function checkAuthExposure(
  transports: readonly PlacedTransport[],
  context: CheckContext,
): void {
  for (const { config, auth } of authsOf(transports)) {
    const { endpoint } = config;
    if (endpoint.type === "unix" || isLocal(endpoint)) continue;
    const at = (name: string) => auth.node.entries.get(name)?.node ?? auth.node;
    for (const { name, sendsSecret } of METHOD_LIST) {
      const isOffered = (auth.config[name] ?? auth.config.dynamic?.[name]) !==
        undefined;
      if (!sendsSecret || !isOffered || endpoint.tls !== undefined) continue;
      context.warn(
        at(name),
        `${name}s are sent unencrypted on transport ${config.id}: whoever listens on the network can use them; add "tls" to its endpoint`,
      );
    }
    if (auth.config.revealsUnknownAuthid) {
      context.warn(
        at("reveal_unknown_authid"),
        `other machines can find out who is known on transport ${config.id}`,
      );
    }
  }
}
