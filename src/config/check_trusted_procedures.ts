/**
 * Who may register the procedures whose word the router takes: nobody who should,
 * or anybody.
 *
 * @module
 */

import type { BuiltAuth } from "./build_auth.ts";
import type { PlacedRealm } from "./build_realms.ts";
import type { PlacedTransport } from "./build_transports.ts";
import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";
import type { EndpointConfig, RealmConfig, TransportConfig } from "./config.ts";
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
  const authenticators = transports.flatMap(({ config, auth }) =>
    placedAuthenticators(config, auth, known)
  );
  // Who is let in by one that is there may have any role, and register the others.
  const isBegun = authenticators.some(({ procedure, realms }) =>
    isRegistered(procedure, realms, transports, known)
  );
  for (const { procedure, realms, node, method } of authenticators) {
    const what = `so every login by ${method} fails`;
    const isSaid = checkRegistrar(procedure, realms, node, what, context);
    if (isSaid || isBegun) continue;
    context.warn(
      node,
      `whoever may register "${procedure}" is let in only by asking it, or another that nobody could register before, ${what}: give such a role to a principal with a secret of its own, or to anonymous sessions of a Unix socket of mode 0600`,
    );
  }
}

/** A procedure that says who may join, and where it is asked. */
interface PlacedAuthenticator {
  readonly procedure: string;
  readonly method: string;
  readonly realms: readonly RealmConfig[];
  readonly node: ConfigNode;
}

function placedAuthenticators(
  config: TransportConfig,
  auth: BuiltAuth,
  known: RealmsConfig,
): PlacedAuthenticator[] {
  return Object.entries(config.auth.dynamic ?? {}).map(([method, dynamic]) => {
    const { authenticator: procedure, realm } = dynamic;
    const one = realm === undefined ? undefined : findRealm(known, realm);
    const realms = one === undefined ? allRealms(known) : [one];
    const node = auth.authenticatorNodes.get(method) ?? auth.node;
    return { procedure, method, realms, node };
  });
}

/** Whether a session that no authenticator has let in may register `procedure`. */
function isRegistered(
  procedure: string,
  realms: readonly RealmConfig[],
  transports: readonly PlacedTransport[],
  known: RealmsConfig,
): boolean {
  const given = transports.flatMap(({ config, auth }) => [
    ...(config.auth.anonymous === undefined ? [] : [config.auth.anonymous]),
    ...auth.principals.map((principal) => principal.config),
  ]);
  return realms.some(({ roles }) =>
    roles.some((one) =>
      mayRegisterTrusted(one, procedure) &&
      given.some(({ role, realm }) =>
        role === one.name &&
        (realm === undefined || findRealm(known, realm)?.roles === roles)
      )
    )
  );
}

/** @returns Whether there was something to warn of. */
function checkRegistrar(
  procedure: string,
  realms: readonly RealmConfig[],
  node: ConfigNode,
  what: string,
  context: CheckContext,
): boolean {
  const roles = realms.flatMap((realm) => realm.roles);
  if (roles.some((role) => mayRegisterTrusted(role, procedure))) return false;
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
  return true;
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
    for (const { role, realm, node } of strangersOf(transport, auth, known)) {
      const open = realm.roles.find(({ name }) => name === role);
      if (open === undefined) continue;
      for (const procedure of trustedProcedures(config, realm)) {
        if (!mayRegisterTrusted(open, procedure)) continue;
        context.warn(
          node,
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

/** A role of sessions that prove nothing, with a realm that they can join. */
interface Strangers {
  readonly role: string;
  readonly realm: RealmConfig;
  /** Where the config gives them the role. */
  readonly node: ConfigNode;
}

/** Of both forms, the static one is for its realm and the dynamic one for all others. */
function strangersOf(
  { auth: { anonymous, dynamic } }: TransportConfig,
  { node, anonymousRoleNode, authenticatorNodes }: BuiltAuth,
  known: RealmsConfig,
): Strangers[] {
  const strangers: Strangers[] = [];
  const all = allRealms(known);
  if (anonymous !== undefined) {
    const only = anonymous.realm;
    const realms = only === undefined ? all : [findRealm(known, only)];
    for (const realm of realms) {
      if (realm === undefined) continue;
      const { role } = anonymous;
      strangers.push({ role, realm, node: anonymousRoleNode });
    }
  }
  const role = dynamic?.anonymous?.defaultRole;
  if (role === undefined) return strangers;
  const askedNode = authenticatorNodes.get("anonymous") ?? node;
  for (const realm of all) {
    if (realm.name === anonymous?.realm) continue;
    strangers.push({ role, realm, node: askedNode });
  }
  return strangers;
}

/** Whether nobody can connect but who could change the config as well. */
function isOwnersAlone(endpoint: EndpointConfig): boolean {
  return endpoint.type === "unix" && (endpoint.mode & 0o077) === 0;
}
