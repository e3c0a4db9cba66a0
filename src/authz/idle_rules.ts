/**
 * Rules of a role that have no effect: mostly slips, so that those who wrote them
 * are told.
 */
import { type Action, isReservedUri } from "../wamp/router_uris.ts";
import { compileRules, type Rule } from "./compile_rules.ts";
import { covers, overlaps, type Pattern } from "./pattern_relation.ts";

/** A rule that has no effect. */
export type IdleRule =
  /** The rule `by` decides about all that it matches. */
  | { readonly idleness: "shadowed"; readonly rule: Rule; readonly by: Rule }
  /** It allows only what the router refuses below `wamp.` by any rule (UR-09). */
  | { readonly idleness: "reserved"; readonly rule: Rule }
  /** It allows nothing, and denies nothing that would be allowed without it. */
  | { readonly idleness: "no_effect"; readonly rule: Rule };

const ACTIONS: readonly Action[] = ["call", "register", "publish", "subscribe"];

/** Those of `rules` that certainly have no effect. */
export function findIdleRules(rules: readonly Rule[]): IdleRule[] {
  const { deciding, shadowed } = compileRules(rules);
  const idle = shadowed.map((one): IdleRule => ({
    idleness: "shadowed",
    ...one,
  }));
  for (const [at, rule] of deciding.entries()) {
    const { call, subscribe } = rule.allow;
    if (call || subscribe) continue;
    if (allowsSome(rule)) {
      if (!standsForReserved(rule)) continue;
      idle.push({ idleness: "reserved", rule });
    } else if (isDeniedWithout(deciding, at)) {
      idle.push({ idleness: "no_effect", rule });
    }
  }
  return idle;
}

/** Whether all that the rule at `at` matches would be denied without it. */
function isDeniedWithout(deciding: readonly Rule[], at: number): boolean {
  const rule = deciding[at];
  for (let i = at + 1; i < deciding.length; i++) {
    const next = deciding[i];
    if (!overlaps(next, rule)) continue;
    if (allowsSome(next)) return false;
    if (covers(next, rule)) return true;
  }
  return true;
}

function allowsSome({ allow }: Rule): boolean {
  return ACTIONS.some((action) => allow[action]);
}

/** Whether every URI that `pattern` matches is reserved. */
function standsForReserved({ uri, match }: Pattern): boolean {
  // The prefix "wamp" matches "wampum" too.
  return isReservedUri(uri) && !(match === "prefix" && uri === "wamp");
}
