/**
 * Decisions and rules in words.
 */
import type { Rule } from "../authz/compile_rules.ts";
import { formatPlace } from "../base/source_place.ts";
import type { Decision, Request } from "./role_review.ts";

/** A decision by its outcome. */
export function inOneWord(allowed: boolean): "allowed" | "denied" {
  return allowed ? "allowed" : "denied";
}

/** Why `decision` is as it is, as a clause. */
export function describeReason(
  { allowed, reason, rule }: Decision,
  { action, match }: Request,
): string {
  const shown = rule === undefined ? "" : describeRule(rule);
  switch (reason) {
    case "rule":
      return `${shown} ${allowed ? "allows" : "does not allow"} ${action}`;
    case "no_rule":
      return match === "exact"
        ? "no rule matches the URI"
        : "no rule matches all that the pattern matches";
    case "part_denied":
      return `the pattern reaches into ${shown}, which does not allow ${action}`;
    case "guarded":
      return `only a rule whose own uri begins with "wamp." can allow calling this procedure, not ${shown}`;
    case "invalid_uri":
      return match === "exact"
        ? "the URI is not valid under the realm's uri_check"
        : `the ${match} pattern is not valid under the realm's uri_check`;
    case "reserved_uri":
      return `only the router can ${action} below "wamp."`;
  }
}

/** The rule by its pattern and place. */
export function describeRule({ uri, match, source }: Rule): string {
  const pattern = `${match} ${JSON.stringify(uri)}`;
  return source === undefined
    ? `the implied ${pattern}`
    : `${pattern} at ${formatPlace(source)}`;
}
