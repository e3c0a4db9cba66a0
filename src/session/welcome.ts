import { ROUTER_ROLES } from "../wamp/features.ts";
import type { Identity } from "../wamp/identity.ts";
import type { Dict } from "../wamp/options.ts";

/** WELCOME.Details.agent (HW-06). */
const AGENT = "Sluice";

/** WELCOME.Details for a session of `realm` (HW-05 to HW-08). */
export function welcomeDetails(
  realm: string,
  identity: Identity,
  authextra: Dict | undefined = undefined,
): Dict {
  return {
    realm,
    authid: identity.authid,
    authrole: identity.authrole,
    authmethod: identity.authmethod,
    authprovider: identity.authprovider,
    authextra,
    roles: ROUTER_ROLES,
    agent: AGENT,
  };
}
