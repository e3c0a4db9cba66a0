import { DynamicRole } from "../authz/dynamic_role.ts";
import { StaticRules } from "../authz/static_rules.ts";
import type { RealmConfig, RoleConfig } from "../config/config.ts";
import type { Role } from "../router/ports.ts";
import type { RouterCaller } from "./router_caller.ts";

/** Calls a procedure of a realm on the router's own account. */
export type AskInRealm = RouterCaller["call"];

/** A role of the config: with rules, or with an authorizer. */
export function buildRole(
  { permissions, authorizer, trustLevel }: RoleConfig,
  realm: RealmConfig,
  trustedProcedures: ReadonlySet<string>,
  ask: AskInRealm,
): Role {
  if (authorizer === undefined) {
    return new StaticRules(permissions, trustLevel, trustedProcedures);
  }
  const { procedure, timeoutMs, cacheSize } = authorizer;
  return new DynamicRole({
    realm: realm.name,
    procedure,
    ask: (args, signal) => ask(realm.name, procedure, args, signal, timeoutMs),
    cacheSize,
    trustLevel,
    trustedProcedures,
  });
}
