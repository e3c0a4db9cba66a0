/**
 * Who may register the procedures whose word the router takes: nobody who should,
 * or anybody.
 *
 * @module
 */

import type { PlacedRealm } from "./build_realms.ts";
import type { PlacedTransport } from "./build_transports.ts";
import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";
import type {
  EndpointConfig,
  RealmConfig,
  RouterConfig,
  TransportConfig,
} from "./config.ts";
import { allRealms, findRealm, type RealmsConfig } from "./find_realm.ts";
import { mayRegisterTrusted, trustedProcedures } from "./trusted_procedures.ts";

/** Warns of authorizers and authenticators that nobody could ever register. */
export function checkRegistrars(
  transports: readonly PlacedTransport[],
  realms: readonly PlacedRealm[],
  known: RealmsConfig,
  context: CheckContext,
): void {
  for (const { config, authorizerNodes } of realms) {
    for (const { name, authorizer } of config.roles) {
      const node = authorizerNodes.get(name);
      if (node === undefined || authorizer === undefined) continue;
      const what = `so whatever the role ${
        JSON.stringify(name)
      } asks for fails`;
      checkRegistrar(authorizer.procedure, [config], node, what, context);
    }
  }
  for (const { config, auth } of transports) {
    for (const [method, dynamic] of Object.entries(config.auth.dynamic ?? {})) {
      const { authenticator, realm } = dynamic;
      const one = realm === undefined ? undefined : findRealm(known, realm);
      const asked = one === undefined ? allRealms(known) : [one];
      const node = auth.node.entries.get(method)?.node.entries
        .get("authenticator")?.node ?? auth.node;
      const what = `so every login by ${method} fails`;
      checkRegistrar(authenticator, asked, node, what, context);
    }
  }
}

function checkRegistrar(
  procedure: string,
  realms: readonly RealmConfig[],
  node: ConfigNode,
  what: string,
  context: CheckContext,
): void {
  const roles = realms.flatMap((realm) => realm.roles);
  if (roles.some((role) => mayRegisterTrusted(role, procedure))) return;
  const where = realms.length === 1
    ? `realm ${JSON.stringify(realms[0].name)}`
    : "any realm";
  const rule = { uri: procedure, allow: { register: true } };
  context.warn(
    node,
    `no role of ${where} may register "${procedure}", ${what}: give one that has permissions the line ${
      JSON.stringify(rule)
    }; a rule for more than this uri does not count`,
  );
}

/** Warns of each such procedure that anonymous sessions may register. */
export function checkAnonymousRegistrars(
  transports: readonly PlacedTransport[],
  known: RealmsConfig,
  context: CheckContext,
): void {
  const config = { transports: transports.map((one) => one.config) };
  for (const { config: transport, auth } of transports) {
    if (isOwnersAlone(transport.endpoint)) continue;
    for (const [role, realm] of strangersOf(transport, known)) {
      const open = realm.roles.find(({ name }) => name === role);
      if (open === undefined) continue;
      for (const procedure of trustedProcedures(config, realm)) {
        if (!mayRegisterTrusted(open, procedure)) continue;
        context.warn(
          auth.anonymousRoleNode,
          describeStrangers(procedure, realm, role, transport),
        );
      }
    }
  }
}

function describeStrangers(
  procedure: string,
  realm: RealmConfig,
  role: string,
  { id }: TransportConfig,
): string {
  const decides =
    realm.roles.some(({ authorizer }) => authorizer?.procedure === procedure)
      ? "says what sessions may do"
      : "says who may join";
  return `anonymous sessions of transport ${id} have the role ${
    JSON.stringify(role)
  }, which may register "${procedure}" in realm ${
    JSON.stringify(realm.name)
  }: whoever can reach the transport ${decides}; give that right to a role that has to be proved, or let these sessions in only on a Unix socket of mode 0600`;
}

/** The roles of sessions that prove nothing, each with a realm that they can join. */
function strangersOf(
  { auth }: TransportConfig,
  known: RealmsConfig,
): [role: string, realm: RealmConfig][] {
  const { anonymous, dynamic } = auth;
  const given = anonymous ?? { role: dynamic?.anonymous?.defaultRole };
  const { role } = given;
  if (role === undefined) return [];
  const only = anonymous?.realm;
  const realms = only === undefined
    ? allRealms(known)
    : [findRealm(known, only)].filter((one) => one !== undefined);
  return realms.map((realm) => [role, realm]);
}

/** Whether nobody can connect but who could change the config as well. */
function isOwnersAlone(endpoint: EndpointConfig): boolean {
  return endpoint.type === "unix" && (endpoint.mode & 0o077) === 0;
}
