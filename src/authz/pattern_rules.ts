import type { Right } from "../wamp/router_uris.ts";
import type { Rule } from "./compile_rules.ts";
import { OverlapIndex } from "./overlap_index.ts";
import type { Pattern } from "./pattern_relation.ts";

/** What rules say about a pattern as a whole (AZ-07). */
export interface PatternDecision {
  /** The most specific rule that covers all of the pattern. */
  readonly cover: Rule | undefined;
  /** The first that is more specific, reaches into it, and does not allow it. */
  readonly denier: Rule | undefined;
}

const UNCOVERED: PatternDecision = { cover: undefined, denier: undefined };

/** Rules where patterns are asked about: what is needed for it is made then. */
export class PatternRules {
  readonly #rules: readonly Rule[];
  #index: OverlapIndex | undefined = undefined;
  readonly #deniers = new Map<Right, OverlapIndex>();

  /** @param rules Most specific first. */
  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** Which rules decide whether `right` is allowed on all of `pattern`. */
  decide(right: Right, pattern: Pattern): PatternDecision {
    this.#index ??= new OverlapIndex(this.#rules);
    const at = this.#index.firstCovering(pattern);
    if (at === undefined) return UNCOVERED;
    const denier = this.#deniersOf(right).firstOverlapping(pattern) ?? at;
    return {
      cover: this.#rules[at],
      denier: denier < at ? this.#rules[denier] : undefined,
    };
  }

  #deniersOf(right: Right): OverlapIndex {
    let deniers = this.#deniers.get(right);
    if (deniers === undefined) {
      const denies = ({ allow }: Rule) => allow[right] !== true;
      deniers = new OverlapIndex(this.#rules, denies);
      this.#deniers.set(right, deniers);
    }
    return deniers;
  }
}
