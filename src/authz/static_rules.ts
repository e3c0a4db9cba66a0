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
import { PatternIndex } from "../router/pattern_index.ts";
import type {
  Action,
  Authorizer,
  Denial,
  Disclosure,
  Role,
} from "../router/ports.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { compileRules, type Rule } from "./compile_rules.ts";
import { describeVerdict } from "./describe_verdict.ts";
import type { Pattern } from "./pattern_relation.ts";
import { PatternRules } from "./pattern_rules.ts";

/** What a decision rests on. */
export type Reason =
  /** The rule says so. */
  | "rule"
  /** No rule matches the URI, or all that the pattern matches. */
  | "no_rule"
  /** A rule covers the pattern, but this more specific one denies a part (AZ-07). */
  | "part_denied"
  /** The rule would allow it, but is not about such procedures by its text (AZ-11). */
  | "guarded";

/** A decision, and the rule that made it. */
export interface Verdict {
  readonly allowed: boolean;
  readonly reason: Reason;
  /** `undefined`: {@linkcode reason} is `no_rule`. */
  readonly rule: Rule | undefined;
}

const NO_RULE: Verdict = { allowed: false, reason: "no_rule", rule: undefined };

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
  readonly #patterns: PatternRules;
  readonly #index = new PatternIndex<Rule>();
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
    const { deciding } = compileRules(rules);
    this.#patterns = new PatternRules(deciding);
    for (const rule of deciding) this.#index.add(rule);
    this.#disclosing = deciding.reduce(
      (bits, rule) => bits | ruleBits(rule) & DISCLOSURE_BITS,
      0,
    );
  }

  allows(action: Action, uri: string, match: MatchPolicy): boolean {
    if (match !== "exact") {
      return this.#explainPattern(action, { uri, match }).allowed;
    }
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

  denial(action: Action, uri: string, match: MatchPolicy): Denial {
    const verdict = this.explain(action, uri, match);
    return {
      error: ErrorUri.NOT_AUTHORIZED,
      text: "Not authorized for",
      decider: describeVerdict(verdict, { action, uri, match }),
    };
  }

  /** The decision of {@linkcode allows}, with the rule that makes it. */
  explain(action: Action, uri: string, match: MatchPolicy): Verdict {
    return match === "exact"
      ? this.#explainUri(action, uri)
      : this.#explainPattern(action, { uri, match });
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
      if (isGuardedFrom(rule, uri)) bits &= ~ACTION_BIT.call;
      if (this.#remembered.size >= REMEMBERED_URIS_MAX) {
        this.#remembered.clear();
      }
      this.#remembered.set(uri, bits);
    }
    return bits;
  }

  #ruleFor(uri: string): Rule | undefined {
    return this.#index.mostSpecific(uri);
  }

  #explainUri(action: Action, uri: string): Verdict {
    const rule = this.#ruleFor(uri);
    if (rule === undefined) return NO_RULE;
    const allowed = rule.allow[action];
    if (allowed && action === "call" && isGuardedFrom(rule, uri)) {
      return { allowed: false, reason: "guarded", rule };
    }
    return { allowed, reason: "rule", rule };
  }

  #explainPattern(action: Action, pattern: Pattern): Verdict {
    const { cover, denier } = this.#patterns.decide(action, pattern);
    if (cover === undefined) return NO_RULE;
    if (!cover.allow[action]) {
      return { allowed: false, reason: "rule", rule: cover };
    }
    return denier === undefined
      ? { allowed: true, reason: "rule", rule: cover }
      : { allowed: false, reason: "part_denied", rule: denier };
  }
}

/** Whether calling `uri` needs a rule that is about its like by its own text. */
function isGuardedFrom(rule: Rule | undefined, uri: string): boolean {
  const component = uri.slice(0, uri.indexOf(".") + 1);
  return isGuardedProcedure(uri) && !rule?.uri.startsWith(component);
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
