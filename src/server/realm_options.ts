/**
 * Realms of the config, as the router takes them.
 */
import type {
  AutoRealmsConfig,
  RealmConfig,
  RouterConfig,
} from "../config/config.ts";
import { canBeCreated } from "../config/find_realm.ts";
import { trustedProcedures } from "../config/trusted_procedures.ts";
import type { EventStore } from "../router/event_store.ts";
import type { RealmOptions } from "../router/realm.ts";
import type { AutoRealms } from "../router/router.ts";
import { type AskInRealm, buildRole } from "./build_role.ts";
import { openStore, type StoreParts } from "./open_store.ts";

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
    name: realm.name,
    uriCheck: realm.uriCheck,
    allowsDisclosure: realm.allowsDisclosure,
    callQueueLength: realm.callQueueLength,
    hasMetaApi: realm.hasMetaApi,
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
        onDuplicateAuthid === undefined ? [] : [[name, onDuplicateAuthid]]
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
