/**
 * Procedures of clients whose word the router takes: authorizers and
 * authenticators. Only a rule for exactly such a URI lets somebody register it.
 *
 * @module
 */

import type { DynamicConfig } from "../auth/dynamic_form.ts";
import type { RealmConfig, RouterConfig, TransportConfig } from "./config.ts";
import { wampServices } from "./wamp_services.ts";

/** What the config names as authorizer or authenticator in `realm`. */
export function trustedProcedures(
  { transports }: Pick<RouterConfig, "transports">,
  { name, roles }: Pick<RealmConfig, "name" | "roles">,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { authorizer } of roles) {
    if (authorizer !== undefined) found.add(authorizer);
  }
  for (const transport of transports) {
    const { realms } = transport;
    const isOffered = realms === undefined || realms.includes(name);
    for (const { realm, authenticator } of authenticatorsOf(transport)) {
      // Without a realm it is asked in the one that the client joins.
      if (realm === undefined ? isOffered : realm === name) {
        found.add(authenticator);
      }
    }
  }
  return found;
}

function authenticatorsOf(transport: TransportConfig): DynamicConfig[] {
  return wampServices(transport).flatMap(({ auth }) =>
    Object.values(auth.dynamic ?? {})
  );
}
