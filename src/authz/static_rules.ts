/**
 * Static authorization (checklist AZ-01 to AZ-07): the rules of one role.
 *
 * For a URI the most specific rule decides: exact, then wildcard, then the
 * longest prefix; where none matches, no. A pattern is allowed only where its
 * deciding rule covers all of it and no more specific rule denies a part.
 *
 * Calling one of the router's procedures that end what other sessions have is
 * allowed only by a rule whose own text has their first component (AZ-11).
 */
import { isGuardedProcedure } from "../router/meta/guarded_procedures.ts";
import type {
  Action,
  Authorizer,
  Denial,
  Disclosure,
  Role,
} from "../router/ports.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { covers, overlaps, type Pattern } from "./pattern_relation.ts";

/** One rule: what it allows on which URIs. */
export interface Rule extends Pattern {
  readonly allow: Readonly<Record<Action, boolean>>;
  /** Whose identity is told without being asked (PI-03, CI-02). */
  readonly disclose: Readonly<Record<Disclosure, boolean>>;
}

/** Decisions remembered for each role; random URIs must not grow memory. */
const REMEMBERED_URIS_MAX = 4096;

const ACTION_BIT: Readonly<Record<Action, number>> = {
  call: 1,
  register: 2,
  publish: 4,
  subscribe: 8,
};
const DISCLOSURE_BIT: Readonly<Record<Disclosure, number>> = {
  caller: 16,
  publisher: 32,
};

const DISCLOSURE_BITS = DISCLOSURE_BIT.caller | DISCLOSURE_BIT.publisher;

/** The rules of a role as an {@linkcode Authorizer}. */
export class StaticRules implements Authorizer, Role {
  /** Most specific first, one for each pattern. */
  readonly #rules: readonly Rule[];
  readonly trustLevel: number | undefined;
  /** What some rule discloses: mostly nothing, and then no URI need be looked up. */
  readonly #disclosing: number;
  /** Bits of what is allowed and disclosed, by exact URI. */
  readonly #remembered = new Map<string, number>();

  /**
   * @param rules Of two for the same pattern the later counts.
   * @param trustLevel How far the role is trusted, 0 least; undefined: not told.
   */
  constructor(
    rules: readonly Rule[],
    trustLevel: number | undefined = undefined,
  ) {
    this.trustLevel = trustLevel;
    const byPattern = new Map<string, Rule>();
    for (const rule of rules) byPattern.set(`${rule.match} ${rule.uri}`, rule);
    this.#rules = [...byPattern.values()].sort(bySpecificity);
    this.#disclosing = this.#rules.reduce(
      (bits, rule) => bits | ruleBits(rule) & DISCLOSURE_BITS,
      0,
    );
  }

  allows(action: Action, uri: string, match: MatchPolicy): boolean {
    if (match !== "exact") return this.#allowsPattern(action, { uri, match });
    return (this.#bitsOf(uri) & ACTION_BIT[action]) !== 0;
  }

  /** The same for all sessions: rules know no more of them than their role. */
  authorizerOf(): Authorizer {
    return this;
  }

  /** What is remembered follows from the rules, which do not change. */
  forget(): number {
    return 0;
  }

  denial(): Denial {
    return {
      error: ErrorUri.NOT_AUTHORIZED,
      text: "Not authorized for",
      decider: "",
    };
  }

  discloses(who: Disclosure, uri: string): boolean {
    const bit = DISCLOSURE_BIT[who];
    return (this.#disclosing & bit) !== 0 && (this.#bitsOf(uri) & bit) !== 0;
  }

  #bitsOf(uri: string): number {
    let bits = this.#remembered.get(uri);
    if (bits === undefined) {
      const rule = this.#ruleFor(uri);
      bits = ruleBits(rule);
      if (isGuardedProcedure(uri) && !isNamedBy(rule, uri)) {
        bits &= ~ACTION_BIT.call;
      }
      if (this.#remembered.size >= REMEMBERED_URIS_MAX) {
        this.#remembered.clear();
      }
      this.#remembered.set(uri, bits);
    }
    return bits;
  }

  /** Exact, then wildcard, then longest prefix: not the dealer's order (PB-02). */
  #ruleFor(uri: string): Rule | undefined {
    return this.#rules.find((rule) => covers(rule, { uri, match: "exact" }));
  }

  #allowsPattern(action: Action, pattern: Pattern): boolean {
    for (const rule of this.#rules) {
      if (covers(rule, pattern)) return rule.allow[action];
      if (!rule.allow[action] && overlaps(rule, pattern)) return false;
    }
    return false;
  }
}

function ruleBits(rule: Rule | undefined): number {
  if (rule === undefined) return 0;
  let bits = 0;
  for (const action of Object.keys(ACTION_BIT) as Action[]) {
    if (rule.allow[action]) bits |= ACTION_BIT[action];
  }
  for (const who of Object.keys(DISCLOSURE_BIT) as Disclosure[]) {
    if (rule.disclose[who]) bits |= DISCLOSURE_BIT[who];
  }
  return bits;
}

/** Whether `rule` speaks of the router's own procedures, and not of everything. */
function isNamedBy(rule: Rule | undefined, procedure: string): boolean {
  const component = procedure.slice(0, procedure.indexOf(".") + 1);
  return rule?.uri.startsWith(component) === true;
}

const MATCH_RANK: Readonly<Record<MatchPolicy, number>> = {
  exact: 0,
  wildcard: 1,
  prefix: 2,
};

/** Most specific first. */
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
