/**
 * Decisions and rules in words.
 */
import { formatPlace } from "../base/source_place.ts";
import type { Right } from "../router/ports.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Rule } from "./compile_rules.ts";
import type { Verdict } from "./static_rules.ts";

/** Why rules decide as they do on `action`, as a clause. */
export function describeVerdict(
  { allowed, reason, rule }: Verdict,
  { action, uri, match }: { action: Right; uri: string; match: MatchPolicy },
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
      return action === "call"
        ? `only a rule whose own uri begins with "${
          uri.slice(0, uri.indexOf(".") + 1)
        }" can allow calling this procedure, not ${shown}`
        : describeTrusted(`${shown} cannot`);
  }
}

/** Why `somebody` cannot allow registering a procedure whose word the router takes. */
export function describeTrusted(somebody: string): string {
  return `the config names this procedure as authorizer or authenticator, so only a rule for exactly its uri can allow registering it; ${somebody}`;
}

/** The rule by its pattern and place. */
export function describeRule({ uri, match, source }: Rule): string {
  const pattern = `${match} ${JSON.stringify(uri)}`;
  return source === undefined
    ? `the implied ${pattern}`
    : `${pattern} at ${formatPlace(source)}`;
}
