/**
 * Realms that are created when a client asks for them.
 *
 * @module
 */

import { buildRealm, type PlacedRealm } from "./build_realms.ts";
import { IMPLIED_STORE } from "./build_store.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { AutoRealmsConfig } from "./config.ts";
import { canHaveRealms, NAME_LENGTH_MAX } from "./find_realm.ts";
import type { AutoRealmsSection } from "./forms.ts";
import { nodeOf } from "../schema/object_type.ts";
import { show } from "../schema/value_types.ts";

/** There can be many, so each keeps less than a realm of the config. */
const STORE = {
  ...IMPLIED_STORE,
  maxRetainedTopics: 1000,
  maxRetainedBytes: 2 ** 20,
};

/** What `auto_realms` says. */
export interface PlacedAutoRealms {
  readonly config: AutoRealmsConfig;
  readonly realm: PlacedRealm;
}

/** From the checked `auto_realms`; events are in memory, as long as the realm is. */
export function buildAutoRealms(
  section: AutoRealmsSection,
  context: CheckContext,
): PlacedAutoRealms {
  const { prefix, max_realms } = section.values;
  if (!canHaveRealms(prefix)) {
    const place = nodeOf(section, "prefix");
    context.error(
      place,
      `no realm can have a name that begins with ${show(place)}`,
      `names are URIs of at most ${NAME_LENGTH_MAX} characters, with no empty component, and not below wamp.: write the beginning of such, as in "tenant."`,
    );
  }
  const realm = buildRealm(section, `${prefix}*`, STORE, context);
  return {
    config: { prefix, maxRealms: max_realms, template: realm.config },
    realm,
  };
}
