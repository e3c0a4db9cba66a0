/**
 * Procedures of clients whose word the router takes: authorizers and
 * authenticators. Only a rule for exactly such a URI lets somebody register it.
 *
 * @module
 */

import type { RealmConfig, RoleConfig, RouterConfig } from "./config.ts";

/** What the config names as authorizer or authenticator in `realm`. */
export function trustedProcedures(
  { transports }: Pick<RouterConfig, "transports">,
  { name, roles }: Pick<RealmConfig, "name" | "roles">,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { authorizer } of roles) {
    if (authorizer !== undefined) found.add(authorizer.procedure);
  }
  for (const { auth } of transports) {
    for (const { realm, authenticator } of Object.values(auth.dynamic ?? {})) {
      // Without a realm it is asked in the one that the client joins.
      if (realm === undefined || realm === name) found.add(authenticator);
    }
  }
  return found;
}

/** Whether sessions of the role may register `procedure`, which is one of these. */
export function mayRegisterTrusted(
  { permissions }: RoleConfig,
  procedure: string,
): boolean {
  return permissions.some(({ uri, match, allow }) =>
    match === "exact" && uri === procedure && allow.register
  );
}
