/**
 * Procedures of clients whose word the router takes: authorizers and
 * authenticators. Only a rule for exactly such a URI lets somebody register it.
 *
 * @module
 */

import type { RealmConfig, RouterConfig } from "./config.ts";

/** What the config names as authorizer or authenticator in `realm`. */
export function trustedProcedures(
  { transports }: Pick<RouterConfig, "transports">,
  { name, roles }: Pick<RealmConfig, "name" | "roles">,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { authorizer } of roles) {
    if (authorizer !== undefined) found.add(authorizer);
  }
  for (const { auth, realms } of transports) {
    if (auth.dynamic === undefined) continue;
    const isOffered = realms === undefined || realms.includes(name);
    for (const { realm, authenticator } of Object.values(auth.dynamic)) {
      // Without a realm it is asked in the one that the client joins.
      if (realm === undefined ? isOffered : realm === name) {
        found.add(authenticator);
      }
    }
  }
  return found;
}
