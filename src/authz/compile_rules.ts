/**
 * Sorts the rules of a role by how specific they are, without those that never decide.
 */
import type { SourcePlace } from "../base/source_text.ts";
import type { Disclosure } from "../router/ports.ts";
import type { Action, Right } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { isOneUri, type Pattern } from "./pattern_relation.ts";

/** What a rule allows; it denies what is absent. */
export type Allowed = Readonly<
  Record<Action, boolean> & { [Extra in Exclude<Right, Action>]?: boolean }
>;

/** One rule: what it allows on which URIs. */
export interface Rule extends Pattern {
  readonly allow: Allowed;
  /** Whose identity is disclosed without a request (PI-03, CI-02). */
  readonly disclose: Readonly<Record<Disclosure, boolean>>;
  /** Where it is written; absent: nowhere. */
  readonly source?: SourcePlace;
}

/** A rule that never decides, and the one that always does in its place. */
export interface ShadowedRule {
  readonly rule: Rule;
  readonly by: Rule;
}

/** The rules of a role. */
export interface CompiledRules {
  /** Most specific first. Each decides about some URI. */
  readonly deciding: readonly Rule[];
  readonly shadowed: readonly ShadowedRule[];
}

/**
 * Sorts out `rules`. Of two for the same pattern the later counts; an exact one
 * counts before a wildcard one that stands for the same single URI. No other
 * rule is shadowed, however many there are: among the URIs of a pattern are
 * those with components that no other rule names.
 */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const byPattern = new Map<string, Rule>();
  const shadowed: ShadowedRule[] = [];
  for (const rule of rules) {
    const key = `${rule.match} ${rule.uri}`;
    const earlier = byPattern.get(key);
    if (earlier !== undefined) shadowed.push({ rule: earlier, by: rule });
    byPattern.set(key, rule);
  }
  const deciding: Rule[] = [];
  for (const rule of byPattern.values()) {
    const exact = byPattern.get(`exact ${rule.uri}`);
    if (rule.match === "wildcard" && exact !== undefined && isOneUri(rule)) {
      shadowed.push({ rule, by: exact });
    } else {
      deciding.push(rule);
    }
  }
  return { deciding: deciding.sort(bySpecificity), shadowed };
}

const MATCH_RANK: Readonly<Record<MatchPolicy, number>> = {
  exact: 0,
  wildcard: 1,
  prefix: 2,
};

/** Exact, then wildcard, then longest prefix: not the dealer's order (PB-02). */
function bySpecificity(a: Rule, b: Rule): number {
  const rank = MATCH_RANK[a.match] - MATCH_RANK[b.match];
  if (rank !== 0) return rank;
  if (a.match === "prefix") return b.uri.length - a.uri.length;
  if (a.match === "wildcard") return compareWildcards(a.uri, b.uri);
  return 0;
}

/** At the first place where they differ, the literal component goes first (PB-04). */
function compareWildcards(a: string, b: string): number {
  const left = a.split(".");
  const right = b.split(".");
  // No URI is matched by both, but a sort needs one order for all.
  if (left.length !== right.length) return left.length - right.length;
  for (let i = 0; i < left.length; i++) {
    if ((left[i] === "") !== (right[i] === "")) return left[i] === "" ? 1 : -1;
  }
  return 0;
}
