/**
 * Decisions in words.
 */
import {
  describeRuleDecision,
  describeTrusted,
} from "../authz/rule_decision.ts";
import { routerPrefixOf } from "../wamp/router_uris.ts";
import type { Request, ReviewedDecision } from "./role_review.ts";

/** A decision by its outcome. */
export type Outcome = "allowed" | "denied" | "asked";

/** The outcome of a decision that is, or is not, known beforehand. */
export function inOneWord(allowed: boolean | undefined): Outcome {
  if (allowed === undefined) return "asked";
  return allowed ? "allowed" : "denied";
}

/** Why `decision` is as it is, as a clause. */
export function describeReason(
  decision: ReviewedDecision,
  request: Request,
): string {
  const { action, uri, match } = request;
  switch (decision.reason) {
    case "invalid_uri":
      return match === "exact"
        ? "the URI is not valid under the realm's uri_check"
        : `the ${match} pattern is not valid under the realm's uri_check`;
    case "reserved_uri":
      return `only the router can ${
        action === "publish" ? action : "register"
      } below "${routerPrefixOf(uri)}"`;
    case "authorizer":
      return `procedure "${decision.authorizer}" is asked at the time, and decides`;
    case "guarded":
      return decision.rule === undefined
        ? describeTrusted("an authorizer cannot")
        : describeRuleDecision(decision, request);
    default:
      return describeRuleDecision(decision, request);
  }
}
