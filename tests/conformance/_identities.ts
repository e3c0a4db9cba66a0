/** Sessions of two roles in one realm, that know who they are. */
import type { RealmConfig } from "../../src/config/config.ts";
import type { RawClient } from "../support/raw_client.ts";
import { helloDetails } from "../support/raw_client.ts";
import type { Scenario, ScenarioOptions } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

/** A client, and what WELCOME said of it. */
export interface Identified {
  readonly client: RawClient;
  readonly session: number;
  readonly authid: string;
  readonly authrole: string;
}

/** A realm in which `anonymous` and `admin` may do everything. */
export function realmOfTwoRoles(
  change: (realm: RealmConfig) => RealmConfig = (realm) => realm,
): ScenarioOptions {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  return {
    kinds: ["tcp", "unix"],
    roles: { unix: "admin" },
    realms: [
      change({ ...realm, roles: [role, { ...role, name: "admin" }] }),
    ],
  };
}

/** Joins under `role`. */
export async function joinAs(
  router: Scenario,
  role: "anonymous" | "admin" = "anonymous",
  features: Record<string, Record<string, boolean>> = {},
): Promise<Identified> {
  const kind = role === "anonymous" ? "tcp" : "unix";
  const client = await router.open(undefined, kind);
  const welcome = await client.hello(helloDetails(features));
  return {
    client,
    session: client.sessionId,
    authid: String(welcome["authid"]),
    authrole: String(welcome["authrole"]),
  };
}

/** The features that the broker announces. */
export async function brokerFeatures(
  router: Scenario,
): Promise<Record<string, boolean>> {
  const welcome = await (await router.open()).hello();
  const roles = welcome["roles"] as Record<
    string,
    { features: Record<string, boolean> }
  >;
  return roles["broker"].features;
}
