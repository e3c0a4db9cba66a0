/**
 * Realms of the config, as the router takes them.
 */
import type {
  AutoRealmsConfig,
  RealmConfig,
  RoleConfig,
  RouterConfig,
} from "../config/config.ts";
import { canBeCreated } from "../config/find_realm.ts";
import { trustedProcedures } from "../config/trusted_procedures.ts";
import type { EventStore } from "../router/event_store.ts";
import type { RealmOptions } from "../router/realm.ts";
import type { AutoRealms } from "../router/router.ts";
import { openStore, type StoreParts } from "./open_store.ts";
import { DynamicRole } from "../authz/dynamic_role.ts";
import { StaticRules } from "../authz/static_rules.ts";
import type { Role } from "../router/ports.ts";
import type { RouterCaller } from "./router_caller.ts";

/** What roles are built with. */
export interface RoleParts {
  readonly config: Pick<RouterConfig, "transports">;
  readonly ask: AskInRealm;
}

/** One realm, with its store. */
export function realmOptions(
  realm: RealmConfig,
  store: EventStore,
  { config, ask }: RoleParts,
): RealmOptions {
  const trusted = trustedProcedures(config, realm);
  return {
    ...realm,
    roles: new Map(
      realm.roles.map((role) => [
        role.name,
        buildRole(role, realm, trusted, ask),
      ]),
    ),
    quotas: new Map(
      realm.roles.flatMap(({ name, quotas }) =>
        quotas === undefined ? [] : [[name, quotas]]
      ),
    ),
    duplicatePolicies: new Map(
      realm.roles.flatMap(({ name, onDuplicateAuthid }) =>
        onDuplicateAuthid === undefined || onDuplicateAuthid === "allow"
          ? []
          : [[name, onDuplicateAuthid]]
      ),
    ),
    overloads: new Map(
      realm.roles.flatMap(({ name, overload }) =>
        overload === undefined ? [] : [[name, overload]]
      ),
    ),
    callTimeoutsMs: new Map(
      realm.roles.map(({ name, callTimeoutMs = 0 }) => [name, callTimeoutMs]),
    ),
    store,
  };
}

/** Those that are created on demand, each with a store in memory. */
export function autoRealms(
  { prefix, maxRealms, template }: AutoRealmsConfig,
  parts: StoreParts,
  roleParts: RoleParts,
): AutoRealms {
  return {
    maxRealms,
    fits: (name) => canBeCreated(name, { prefix }),
    make: (name) => {
      const { store } = openStore(template, parts);
      return realmOptions({ ...template, name }, store, roleParts);
    },
  };
}

/** Calls a procedure of a realm as the router itself. */
export type AskInRealm = RouterCaller["call"];

/** A role of the config: with rules, or with an authorizer. */
export function buildRole(
  { permissions, authorizer, trustLevel, ...limits }: RoleConfig,
  realm: RealmConfig,
  trustedProcedures: ReadonlySet<string>,
  ask: AskInRealm,
): Role {
  if (authorizer === undefined) {
    return new StaticRules(permissions, trustLevel, trustedProcedures);
  }
  const { authorizerTimeoutMs, authorizerCache } = limits;
  return new DynamicRole({
    realm: realm.name,
    procedure: authorizer,
    ask: (args, signal) =>
      ask(realm.name, authorizer, args, signal, authorizerTimeoutMs),
    cacheSize: authorizerCache,
    trustLevel,
    trustedProcedures,
  });
}
