/**
 * Rules of a role that have no effect: mostly mistakes, so that those who wrote them
 * are told.
 */
import { type Action, isReservedUri } from "../wamp/router_uris.ts";
import { compileRules, type Rule } from "./compile_rules.ts";
import { OverlapIndex, shapeId } from "./overlap_index.ts";
import type { Pattern } from "./pattern_relation.ts";

/** A rule that has no effect. */
export type IdleRule =
  /** The rule `by` decides about all that it matches. */
  | { readonly idleness: "shadowed"; readonly rule: Rule; readonly by: Rule }
  /** It allows only what the router always refuses below `wamp.` (UR-09). */
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
  const all = new OverlapIndex(deciding);
  const allowing = new OverlapIndex(deciding, allowsSome);
  for (const [at, rule] of inQuickOrder(deciding)) {
    const { call, subscribe } = rule.allow;
    if (call || subscribe) continue;
    if (allowsSome(rule)) {
      if (!standsForReserved(rule)) continue;
      idle.push({ idleness: "reserved", rule });
      continue;
    }
    // Without it, what it matches would be decided by rules behind it, of which
    // none counts behind the first that covers all.
    const cover = all.firstCovering(rule, at) ?? Infinity;
    const allowed = allowing.firstOverlapping(rule, at) ?? Infinity;
    if (allowed === Infinity || allowed > cover) {
      idle.push({ idleness: "no_effect", rule });
    }
  }
  return idle;
}

/** Rules of one shape together: what is made to look one up serves the next. */
function inQuickOrder(deciding: readonly Rule[]): [at: number, rule: Rule][] {
  const byShape = Map.groupBy(deciding.entries(), ([, rule]) => shapeId(rule));
  return [...byShape.values()].flat();
}

function allowsSome({ allow }: Rule): boolean {
  return ACTIONS.some((action) => allow[action]);
}

/** Whether every URI that `pattern` matches is reserved. */
function standsForReserved({ uri, match }: Pattern): boolean {
  // The prefix "wamp" matches "wampum" too.
  return isReservedUri(uri) && !(match === "prefix" && uri === "wamp");
}
