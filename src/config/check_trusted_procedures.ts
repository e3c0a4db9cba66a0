/**
 * Who may register the procedures whose word the router takes: nobody who should,
 * or anybody.
 *
 * @module
 */

import type { BuiltAuth } from "./build_auth.ts";
import { authsOf } from "./placed_transport.ts";
import type { CheckContext } from "../schema/check_context.ts";
import { givenRoles, type Scope } from "./check_scopes.ts";
import type {
  EndpointConfig,
  RealmConfig,
  RoleConfig,
  TransportConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";

/** A realm by its roles: they are the same for all names of one created on demand. */
type RealmRoles = readonly RoleConfig[];

/** A role that may register a procedure whose word the router takes. */
interface Registrar {
  readonly realm: RealmConfig;
  readonly role: string;
  readonly procedure: string;
}

/** Warns where nobody may register such a procedure, or anybody. */
export function checkTrustedProcedures(
  scope: Scope,
  context: CheckContext,
): void {
  const registrars = findRegistrars(scope);
  checkAuthorizers(scope, registrars, context);
  checkAuthenticators(scope, registrars, context);
  checkAnonymousRegistrars(scope, registrars, context);
}

function findRegistrars(scope: Scope): Registrar[] {
  const trusted = trustedByRealm(scope);
  const everywhere = trusted.get(undefined);
  return scope.realms.all.flatMap((realm) => {
    const here = trusted.get(realm.roles);
    if (everywhere === undefined && here === undefined) return [];
    return realm.roles.flatMap(({ name, permissions }) => {
      const found = new Set<string>();
      for (const { uri, match, allow } of permissions) {
        if (match !== "exact" || !allow.register) continue;
        if (everywhere?.has(uri) || here?.has(uri)) found.add(uri);
      }
      return [...found].map((procedure) => ({ realm, role: name, procedure }));
    });
  });
}

/** By realm; undefined: in whichever a client joins. */
function trustedByRealm(
  { transports, realms }: Scope,
): Map<RealmRoles | undefined, Set<string>> {
  const trusted = new Map<RealmRoles | undefined, Set<string>>();
  const add = (where: RealmRoles | undefined, procedure: string): void => {
    const known = trusted.get(where);
    if (known === undefined) trusted.set(where, new Set([procedure]));
    else known.add(procedure);
  };
  for (const { roles } of realms.all) {
    for (const { authorizer } of roles) {
      if (authorizer !== undefined) add(roles, authorizer);
    }
  }
  for (const { auth } of authsOf(transports)) {
    for (const dynamic of Object.values(auth.config.dynamic ?? {})) {
      const { realm, authenticator } = dynamic;
      const one = realm === undefined ? undefined : realms.find(realm);
      add(one?.roles, authenticator);
    }
  }
  return trusted;
}

/** In which realms procedures can be registered. */
class Registrations {
  readonly #realms = new Map<string, Set<RealmRoles>>();

  constructor(registrars: readonly Registrar[]) {
    for (const { procedure, realm: { roles } } of registrars) {
      const known = this.#realms.get(procedure);
      if (known === undefined) this.#realms.set(procedure, new Set([roles]));
      else known.add(roles);
    }
  }

  /** Whether it can be in `realm`; undefined: in any. */
  has(procedure: string, realm: RealmConfig | undefined): boolean {
    const realms = this.#realms.get(procedure);
    return realms !== undefined &&
      (realm === undefined || realms.has(realm.roles));
  }
}

/** Warns of authorizers that nobody could ever register. */
function checkAuthorizers(
  { placed }: Scope,
  registrars: readonly Registrar[],
  context: CheckContext,
): void {
  const registrations = new Registrations(registrars);
  for (const { config, authorizerNodes } of placed) {
    for (const { name, authorizer } of config.roles) {
      const node = authorizerNodes.get(name);
      if (node === undefined || authorizer === undefined) continue;
      if (registrations.has(authorizer, config)) continue;
      const what = `so whatever the role ${
        JSON.stringify(name)
      } asks for fails`;
      const where = `realm ${JSON.stringify(config.name)}`;
      warnOfNobody(authorizer, where, node, what, context);
    }
  }
}

/** Warns of authenticators that nobody could ever register, or not in time. */
function checkAuthenticators(
  scope: Scope,
  registrars: readonly Registrar[],
  context: CheckContext,
): void {
  const authenticators = authsOf(scope.transports).flatMap(({ auth }) =>
    placedAuthenticators(auth, scope)
  );
  if (authenticators.length === 0) return;
  const registrations = new Registrations(registrars);
  const given = givenRoles(scope.transports, scope.realms);
  const atOnce = new Registrations(
    registrars.filter(({ realm, role }) =>
      given.get(undefined)?.has(role) || given.get(realm.roles)?.has(role)
    ),
  );
  // Who is let in by one that is there may have any role, and register the others.
  const isBegun = authenticators.some(({ procedure, realm }) =>
    atOnce.has(procedure, realm)
  );
  const { all, where } = scope.realms;
  for (const { procedure, realm, node, method } of authenticators) {
    const what = `so every login by ${method} fails`;
    if (!registrations.has(procedure, realm)) {
      const only = realm ?? (all.length === 1 ? all[0] : undefined);
      const place = only === undefined
        ? `any realm${where}`
        : `realm ${JSON.stringify(only.name)}`;
      warnOfNobody(procedure, place, node, what, context);
    } else if (!isBegun) {
      context.warn(
        node,
        `whoever may register "${procedure}" is let in only by asking it, or another that nobody could register before, ${what}: give such a role to a principal with a secret of its own, or to anonymous sessions of a Unix socket of mode 0600`,
      );
    }
  }
}

/** A procedure that says who may join, and where it is asked. */
interface PlacedAuthenticator {
  readonly procedure: string;
  readonly method: string;
  /** Undefined: in whichever the client joins. */
  readonly realm: RealmConfig | undefined;
  readonly node: ConfigNode;
}

function placedAuthenticators(
  auth: BuiltAuth,
  { realms }: Scope,
): PlacedAuthenticator[] {
  return Object.entries(auth.config.dynamic ?? {}).map(([method, dynamic]) => {
    const { authenticator: procedure } = dynamic;
    const realm = dynamic.realm === undefined
      ? undefined
      : realms.find(dynamic.realm);
    const node = auth.authenticatorNodes.get(method) ?? auth.node;
    return { procedure, method, realm, node };
  });
}

function warnOfNobody(
  procedure: string,
  where: string,
  node: ConfigNode,
  what: string,
  context: CheckContext,
): void {
  const rule = { uri: procedure, allow: { register: true } };
  context.warn(
    node,
    `no role of ${where} may register "${procedure}", ${what}: give one that has permissions the line ${
      JSON.stringify(rule)
    }; a rule for more than this uri does not count`,
  );
}

/** Warns of each such procedure that anonymous sessions may register. */
function checkAnonymousRegistrars(
  { transports, realms }: Scope,
  registrars: readonly Registrar[],
  context: CheckContext,
): void {
  const byRole = Map.groupBy(registrars, ({ role }) => role);
  for (const { config: transport, auth } of authsOf(transports)) {
    if (isOwnersAlone(transport.endpoint)) continue;
    for (const { role, only, except, node } of strangersOf(auth)) {
      const roles = only === undefined ? undefined : realms.find(only)?.roles;
      for (const registrar of byRole.get(role) ?? []) {
        if (only !== undefined && registrar.realm.roles !== roles) continue;
        const name = only ?? registrar.realm.name;
        if (name === except) continue;
        context.warn(node, describeStrangers(registrar, name, transport));
      }
    }
  }
}

function describeStrangers(
  { procedure, realm, role }: Registrar,
  realmName: string,
  { id }: TransportConfig,
): string {
  const decides = realm.roles.some(({ authorizer }) => authorizer === procedure)
    ? "says what sessions may do"
    : "says who may join";
  return `anonymous sessions of transport ${id} have the role ${
    JSON.stringify(role)
  }, which may register "${procedure}" in realm ${
    JSON.stringify(realmName)
  }: whoever can reach the transport ${decides}; give that right to a role that has to be proved, or let these sessions in only on a Unix socket of mode 0600`;
}

/** A role of sessions that prove nothing. */
interface Strangers {
  readonly role: string;
  /** The only realm that they can join so; undefined: any. */
  readonly only: string | undefined;
  /** The realm that they cannot join so. */
  readonly except: string | undefined;
  /** Where the config gives them the role. */
  readonly node: ConfigNode;
}

/** Of both forms, the static one is for its realm and the dynamic one for all others. */
function strangersOf(
  { config, node, anonymousRoleNode, authenticatorNodes }: BuiltAuth,
): Strangers[] {
  const { anonymous, dynamic } = config;
  const strangers: Strangers[] = [];
  if (anonymous !== undefined) {
    const { role, realm: only } = anonymous;
    strangers.push({ role, only, except: undefined, node: anonymousRoleNode });
  }
  const role = dynamic?.anonymous?.defaultRole;
  if (role !== undefined) {
    strangers.push({
      role,
      only: undefined,
      except: anonymous?.realm,
      node: authenticatorNodes.get("anonymous") ?? node,
    });
  }
  return strangers;
}

/** Whether nobody can connect but who could change the config as well. */
function isOwnersAlone(endpoint: EndpointConfig): boolean {
  return endpoint.type === "unix" && (endpoint.mode & 0o077) === 0;
}
