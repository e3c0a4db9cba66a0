/**
 * What rules decide, and why, in words.
 */
import { formatPlace } from "../base/source_text.ts";
import type { Right } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Rule } from "./compile_rules.ts";

/** What a decision rests on. */
export type Reason =
  /** The rule says so. */
  | "rule"
  /** No rule matches the URI, or all that the pattern matches. */
  | "no_rule"
  /** A rule covers the pattern, but this more specific one denies a part (AZ-07). */
  | "part_denied"
  /** The rule would allow it, but does not name the procedure as it must (AZ-11). */
  | "guarded";

/** A decision, and the rule that made it. */
export interface RuleDecision {
  readonly allowed: boolean;
  readonly reason: Reason;
  /** `undefined`: {@linkcode reason} is `no_rule`. */
  readonly rule: Rule | undefined;
}

/** Why rules decide as they do on `action`, as a clause. */
export function describeRuleDecision(
  { allowed, reason, rule }: RuleDecision,
  { action, uri, match }: { action: Right; uri: string; match: MatchPolicy },
): string {
  const shown = rule === undefined ? "" : describeRule(rule);
  switch (reason) {
    case "rule":
      return `${shown} ${allowed ? "allows" : "does not allow"} ${action}`;
    case "no_rule":
      return match === "exact"
        ? "no rule in permissions matches the URI"
        : "no rule in permissions matches all that the pattern matches";
    case "part_denied":
      return `the pattern overlaps ${shown}, which does not allow ${action}`;
    case "guarded":
      return action === "call"
        ? `only a rule whose own uri begins with "${
          uri.slice(0, uri.indexOf(".") + 1)
        }" can allow calling this procedure, not ${shown}`
        : describeTrusted(`${shown} cannot`);
  }
}

/**
 * Why only an exact rule can allow registering a procedure that the router relies on.
 *
 * @param clause What cannot allow it.
 */
export function describeTrusted(clause: string): string {
  return `the config names this procedure as authorizer or authenticator, so only a rule for exactly its uri can allow registering it; ${clause}`;
}

/** The rule by its pattern and place. */
export function describeRule({ uri, match, source }: Rule): string {
  const pattern = `${match} ${JSON.stringify(uri)}`;
  return source === undefined
    ? `the implied ${pattern}`
    : `${pattern} at ${formatPlace(source)}`;
}
