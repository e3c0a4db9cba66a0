/**
 * Static authorization (checklist AZ-01 to AZ-07): the rules of one role.
 *
 * For a URI the most specific rule decides: exact, then wildcard, then the
 * longest prefix; where none matches, no. A pattern is allowed only where its
 * deciding rule covers all of it and no more specific rule denies a part.
 *
 * A rule decides only about rights that it can be about. What no client can do by any
 * rule, no rule denies: `{ "uri": "wamp.session.kill", "allow": { "call": true } }` says
 * nothing about subscribing, since no event can have that topic.
 *
 * Calling one of the router's procedures that end what other sessions have is
 * allowed only by a rule whose own text has their first component (AZ-11).
 * Registering a procedure whose word the router takes is allowed only by a rule
 * for exactly its URI.
 */
import { textKey } from "../base/text_key.ts";
import { PatternIndex } from "../router/pattern_index.ts";
import type { Authorizer, Denial, Disclosure, Role } from "../router/ports.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import {
  isGuardedProcedure,
  isRouterPattern,
  isRouterUri,
  type Right,
  ROUTER_TOPICS,
} from "../wamp/router_uris.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import { compileRules, type Rule } from "./compile_rules.ts";
import type { Pattern } from "./pattern_relation.ts";
import { PatternRules } from "./pattern_rules.ts";
import { describeRuleDecision, type RuleDecision } from "./rule_decision.ts";

const NO_RULE: RuleDecision = {
  allowed: false,
  reason: "no_rule",
  rule: undefined,
};

/** Decisions remembered for each role; random URIs must not grow memory. */
const REMEMBERED_URIS_MAX = 4096;

const RIGHT_BIT: Readonly<Record<Right, number>> = {
  call: 1,
  register: 2,
  publish: 4,
  subscribe: 8,
  force_reregister: 64,
};
const RIGHTS = Object.keys(RIGHT_BIT) as Right[];
const DISCLOSURE_BIT: Readonly<Record<Disclosure, number>> = {
  caller: 16,
  publisher: 32,
};

/** Rules that can be about a right. */
class RuleSet {
  /** Most specific first. */
  readonly rules: readonly Rule[];
  readonly index = new PatternIndex<Rule>();
  readonly patterns: PatternRules;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.patterns = new PatternRules(rules);
    for (const rule of rules) this.index.add(rule);
  }

  /** Those that can be about `right`; mostly these are all. */
  about(right: Right): RuleSet {
    const some = this.rules.filter((rule) => canBeAbout(rule, right));
    return some.length === this.rules.length ? this : new RuleSet(some);
  }
}

/** The rules of a role as an {@linkcode Authorizer}. */
export class StaticRules implements Authorizer, Role {
  readonly #all: RuleSet;
  readonly #about: Readonly<Record<Right, RuleSet>>;
  readonly #trustedProcedures: ReadonlySet<string>;
  readonly trustLevel: number | undefined;
  /** What some rule discloses: mostly nothing, and then no URI need be looked up. */
  readonly #disclosing: number;
  /** Bits of what is allowed and disclosed, by the key of an exact URI. */
  readonly #remembered = new Map<string, number>();

  /**
   * @param rules Of two for the same pattern the later counts.
   * @param trustLevel How far the role is trusted, 0 least; undefined: not told.
   * @param trustedProcedures Procedures of clients whose word the router takes.
   */
  constructor(
    rules: readonly Rule[],
    trustLevel: number | undefined = undefined,
    trustedProcedures: ReadonlySet<string> = new Set(),
  ) {
    this.trustLevel = trustLevel;
    this.#trustedProcedures = trustedProcedures;
    const all = new RuleSet(compileRules(rules).deciding);
    const registering = all.about("register");
    this.#all = all;
    this.#about = {
      call: all,
      // The router refuses it below `wamp.` before any rule is asked.
      publish: all,
      register: registering,
      force_reregister: registering,
      subscribe: all.about("subscribe"),
    };
    this.#disclosing = all.rules.reduce(
      (bits, rule) => bits | disclosureBits(rule),
      0,
    );
  }

  allows(right: Right, uri: string, match: MatchPolicy): boolean {
    if (match !== "exact") {
      return this.#explainPattern(right, { uri, match }).allowed;
    }
    return (this.#bitsOf(uri) & RIGHT_BIT[right]) !== 0;
  }

  /** The same for all sessions: rules know no more of them than their role. */
  authorizerOf(): Authorizer {
    return this;
  }

  /** What is remembered follows from the rules, which do not change. */
  forget(): number {
    return 0;
  }

  denial(action: Right, uri: string, match: MatchPolicy): Denial {
    const decision = this.explain(action, uri, match);
    return {
      error: ErrorUri.NOT_AUTHORIZED,
      text: "Not authorized for",
      decider: describeRuleDecision(decision, { action, uri, match }),
    };
  }

  /** The decision of {@linkcode allows}, with the rule that makes it. */
  explain(right: Right, uri: string, match: MatchPolicy): RuleDecision {
    return match === "exact"
      ? this.#explainUri(right, uri)
      : this.#explainPattern(right, { uri, match });
  }

  discloses(who: Disclosure, uri: string): boolean {
    const bit = DISCLOSURE_BIT[who];
    return (this.#disclosing & bit) !== 0 && (this.#bitsOf(uri) & bit) !== 0;
  }

  #bitsOf(uri: string): number {
    const key = textKey(uri);
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const rule = this.#all.index.mostSpecific(uri);
    let bits = rule === undefined ? 0 : disclosureBits(rule);
    // Rules that are not about every right match only URIs of the router's.
    const isOneForAll = !isRouterUri(uri);
    for (const right of RIGHTS) {
      const decider = isOneForAll ? rule : this.#ruleFor(right, uri);
      if (decider === undefined || decider.allow[right] !== true) continue;
      if (!this.#isWithheld(decider, right, uri)) bits |= RIGHT_BIT[right];
    }
    if (this.#remembered.size >= REMEMBERED_URIS_MAX) this.#remembered.clear();
    this.#remembered.set(key, bits);
    return bits;
  }

  #ruleFor(right: Right, uri: string): Rule | undefined {
    return this.#about[right].index.mostSpecific(uri);
  }

  #explainUri(right: Right, uri: string): RuleDecision {
    const rule = this.#ruleFor(right, uri);
    if (rule === undefined) return NO_RULE;
    const allowed = rule.allow[right] === true;
    return allowed && this.#isWithheld(rule, right, uri)
      ? { allowed: false, reason: "guarded", rule }
      : { allowed, reason: "rule", rule };
  }

  #explainPattern(right: Right, pattern: Pattern): RuleDecision {
    const { cover, denier } = this.#about[right].patterns.decide(
      right,
      pattern,
    );
    if (cover === undefined) return NO_RULE;
    if (cover.allow[right] !== true) {
      return { allowed: false, reason: "rule", rule: cover };
    }
    return denier === undefined
      ? { allowed: true, reason: "rule", rule: cover }
      : { allowed: false, reason: "part_denied", rule: denier };
  }

  /** Whether `right` on `uri` needs a rule that names it more exactly than `rule`. */
  #isWithheld(rule: Rule, right: Right, uri: string): boolean {
    switch (right) {
      case "call":
        return isGuardedProcedure(uri) &&
          !rule.uri.startsWith(uri.slice(0, uri.indexOf(".") + 1));
      case "register":
      case "force_reregister":
        return this.#trustedProcedures.has(uri) && rule.match !== "exact";
      default:
        return false;
    }
  }
}

function disclosureBits({ disclose }: Rule): number {
  return (disclose.caller ? DISCLOSURE_BIT.caller : 0) |
    (disclose.publisher ? DISCLOSURE_BIT.publisher : 0);
}

/** Whether a session could use `right` on some URI that `pattern` matches. */
export function canBeAbout({ uri, match }: Pattern, right: Right): boolean {
  if (!isRouterPattern(uri, match) || right === "call") return true;
  return right === "subscribe" &&
    ROUTER_TOPICS.some((topic) => uriMatches(uri, match, topic));
}
