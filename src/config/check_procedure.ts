/**
 * Procedures of clients that the router calls: an authorizer, an authenticator.
 *
 * @module
 */

import { isRouterUri, ROUTER_PREFIXES } from "../wamp/router_uris.ts";
import { isValidUri, type UriCheck } from "../wamp/uri.ts";
import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";

const RESERVED = new Intl.ListFormat("en", { type: "disjunction" })
  .format(ROUTER_PREFIXES);

/** Adds an error where no client can register `procedure`. */
export function checkProcedure(
  procedure: string,
  place: ConfigNode,
  uriCheck: UriCheck,
  context: CheckContext,
): void {
  if (!isRouterUri(procedure) && isValidUri(procedure, "exact", uriCheck)) {
    return;
  }
  context.error(
    place,
    `no client can register "${procedure}"`,
    uriCheck === "strict"
      ? `only lower case letters, digits and _, and not below ${RESERVED}`
      : `it must not be below ${RESERVED}`,
  );
}
