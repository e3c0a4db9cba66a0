/**
 * A role's authorizer: it takes the place of permissions.
 *
 * @module
 */

import type { UriCheck } from "../wamp/uri.ts";
import type { CheckContext } from "../schema/check_context.ts";
import { checkProcedure } from "../schema/special_types.ts";
import type { AuthorizerConfig } from "./config.ts";
import type { Values } from "../schema/key.ts";
import { nodeOf, type Section } from "../schema/object_type.ts";
import type { ROLE } from "./table/realm_keys.ts";

const TIMEOUT_MS = 10_000;
const CACHE_SIZE = 10_000;

/** The authorizer of a role; undefined where it has none. */
export function buildAuthorizer(
  role: Section<Values<typeof ROLE.keys>>,
  uriCheck: UriCheck,
  context: CheckContext,
): AuthorizerConfig | undefined {
  const { authorizer, authorizer_timeout_ms, authorizer_cache } = role.values;
  if (authorizer === undefined) {
    for (const key of ["authorizer_timeout_ms", "authorizer_cache"] as const) {
      if (role.values[key] === undefined) continue;
      context.warn(nodeOf(role, key), "has no effect without authorizer");
    }
    return undefined;
  }
  for (const key of ["permissions", "allow-by-default"] as const) {
    if (role.values[key] === undefined || role.values[key] === false) continue;
    context.error(
      nodeOf(role, key),
      "cannot be combined with an authorizer, which decides alone",
      "keep one of the two",
    );
  }
  checkProcedure(authorizer, nodeOf(role, "authorizer"), uriCheck, context);
  return {
    procedure: authorizer,
    timeoutMs: authorizer_timeout_ms ?? TIMEOUT_MS,
    cacheSize: authorizer_cache ?? CACHE_SIZE,
  };
}
