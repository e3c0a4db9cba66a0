/**
 * The table: decisions that the permissions must come to.
 *
 * @module
 */

import { optional, required } from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { boolean, choice, text } from "../../schema/value_types.ts";

const SLUICE = { origin: "sluice" } as const;

/** The URI of a request: what clients send is judged, not what they may. */
const URI = text({ pattern: /^[^]*$/u, wanted: "a URI" });

/** Calls and publications are for one URI. */
const EXACT = { properties: { match: { const: "exact" } } };

/** A case of `expect`. */
export const EXPECTATION = object({
  name: "expectation",
  help:
    "A request, and whether the permissions must allow it. It has exactly one of `call`, `register`, `publish`, `subscribe` and `force_reregister`. `check` and the start decide it as the router would, and fail if the outcome is another.",
  keys: {
    realm: required(text(), "The realm that the session is in.", SLUICE),
    role: required(text(), "The role that the session has.", SLUICE),
    call: optional(URI, "The procedure that it calls.", SLUICE),
    register: optional(
      URI,
      "The procedure or pattern that it registers.",
      SLUICE,
    ),
    publish: optional(URI, "The topic that it publishes to.", SLUICE),
    subscribe: optional(
      URI,
      "The topic or pattern that it subscribes to.",
      SLUICE,
    ),
    force_reregister: optional(
      URI,
      "The procedure or pattern that it takes from sessions that did not agree to it.",
      SLUICE,
    ),
    match: optional(
      choice(["exact", "prefix", "wildcard"]),
      "The policy with which it registers or subscribes. Absent: `exact`; a `*` is an ordinary character, as it is for clients.",
      SLUICE,
    ),
    allow: required(boolean(), "Whether that must be allowed.", SLUICE),
  },
  schema: {
    oneOf: [
      { required: ["call"], ...EXACT },
      { required: ["register"] },
      { required: ["publish"], ...EXACT },
      { required: ["subscribe"] },
      { required: ["force_reregister"] },
    ],
  },
});
