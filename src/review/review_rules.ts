/**
 * What `check` and the start say about the rules of a config: those that have no
 * effect, and decisions that are not what the config expects.
 */
import { findIdleRules, type IdleRule } from "../authz/idle_rules.ts";
import { shapeId } from "../authz/overlap_index.ts";
import { describeRule } from "../authz/rule_decision.ts";
import type {
  ExpectationConfig,
  RealmConfig,
  RoleConfig,
  RouterConfig,
} from "../config/config.ts";
import { allRealms } from "../config/find_realm.ts";
import type { Problem } from "../schema/check_context.ts";
import { RealmDirectory } from "../config/realm_directory.ts";
import { isValidUri } from "../wamp/uri.ts";
import { describeReason, outcomeOf, RoleReview } from "./role_review.ts";

/** Warnings about rules, and an error for each of `expectations` that fails. */
export function reviewRules(
  config: RouterConfig,
  expectations: readonly ExpectationConfig[],
): Problem[] {
  const problems: Problem[] = allRealms(config).flatMap((realm) =>
    realm.roles.flatMap((role) => idleRules(realm, role))
  );
  return [...problems, ...failedCases(config, expectations)];
}

function failedCases(
  config: RouterConfig,
  expectations: readonly ExpectationConfig[],
): Problem[] {
  const realms = new RealmDirectory(config);
  const reviews = new Map<RoleConfig, RoleReview>();
  return inQuickOrder(expectations).flatMap((expected) => {
    const realm = realms.find(expected.realm);
    const role = realm && realms.role(realm, expected.role);
    if (realm === undefined || role === undefined) return [];
    let review = reviews.get(role);
    if (review === undefined) {
      review = new RoleReview(config, realm, role);
      reviews.set(role, review);
    }
    return failedCase(review, expected);
  });
}

/** Groups patterns by shape: a look-up reuses the index that the one before has built. */
function inQuickOrder(
  expectations: readonly ExpectationConfig[],
): ExpectationConfig[] {
  const byShape = Map.groupBy(
    expectations,
    (one) => one.match === "exact" ? "" : shapeId(one),
  );
  return [...byShape.values()].flat();
}

function idleRules(
  { uriCheck }: RealmConfig,
  { permissions }: RoleConfig,
): Problem[] {
  // Loading the config has warned of rules that match no URI of a strict realm.
  const usable = permissions.filter(({ uri, match }) =>
    isValidUri(uri, match, uriCheck)
  );
  return findIdleRules(usable).flatMap((idle): Problem[] => {
    const { source } = idle.rule;
    if (source === undefined) return [];
    return [{ ...source, severity: "warning", message: describeIdle(idle) }];
  });
}

function describeIdle(idle: IdleRule): string {
  switch (idle.idleness) {
    case "shadowed":
      return `has no effect: ${
        describeRule(idle.by)
      } decides on every URI that it matches`;
    case "reserved":
      return 'has no effect: only the router can register and publish below "wamp."';
    case "no_effect":
      return "has no effect: it allows nothing, and what it denies would be denied without it";
  }
}

function failedCase(
  review: RoleReview,
  expected: ExpectationConfig,
): Problem[] {
  const { action, uri, isAllowed, source } = expected;
  const found = review.explain(expected);
  if (found.allowed === isAllowed) return [];
  const message = `${action} ${JSON.stringify(uri)} is ${
    outcomeOf(found.allowed)
  }, expected: ${outcomeOf(isAllowed)}; ${describeReason(found, expected)}`;
  return [{ ...source, severity: "error", message }];
}
