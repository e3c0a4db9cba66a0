import { type Identity, ROUTER_ROLES } from "../wamp/features.ts";
import type { Dict } from "../wamp/options.ts";
import { constant } from "../wamp/values.ts";

/** WELCOME.Details.agent (HW-06). */
const AGENT = "Sluice";

/** Features that are served below `wamp.`. */
const META_FEATURES: readonly string[] = [
  "session_meta_api",
  "subscription_meta_api",
  "registration_meta_api",
  "testament_meta_api",
  "event_history",
  "subscription_revocation",
];

const ROLES = constant(ROUTER_ROLES);

const ROLES_WITHOUT_META_API = constant(Object.fromEntries(
  Object.entries(ROUTER_ROLES).map(([role, { features }]) => [role, {
    features: Object.fromEntries(
      Object.entries(features).filter(([name]) =>
        !META_FEATURES.includes(name)
      ),
    ),
  }]),
));

const ROLES_ALONE: Dict = { broker: {}, dealer: {} };

/** What WELCOME says about a realm. */
export interface WelcomingRealm {
  readonly name: string;
  /** Whether there are procedures and events below `wamp.`. */
  readonly hasMetaApi: boolean;
}

/**
 * WELCOME.Details for a session of `realm` (HW-05 to HW-08, FD-05).
 *
 * @param authextra What authentication has to say to the client.
 * @param announces False: without features, for clients that cannot take a
 * message as long as that (FR-18).
 */
export function welcomeDetails(
  realm: WelcomingRealm,
  identity: Identity,
  authextra: Dict | undefined,
  announces: boolean,
): Dict {
  const roles = realm.hasMetaApi ? ROLES : ROLES_WITHOUT_META_API;
  return {
    realm: realm.name,
    authid: identity.authid,
    authrole: identity.authrole,
    authmethod: identity.authmethod,
    authprovider: identity.authprovider,
    authextra,
    roles: announces ? roles : ROLES_ALONE,
    agent: AGENT,
  };
}
