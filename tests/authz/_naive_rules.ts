/**
 * Rules at random, and who decides by the letter of AZ-06: what the compiled rules
 * are compared with.
 */
import type { Rule } from "../../src/authz/compile_rules.ts";
import { StaticRules } from "../../src/authz/static_rules.ts";
import type { Action, Right } from "../../src/wamp/router_uris.ts";
import {
  naivelyMatches,
  PATTERNS,
  type SmallPattern,
  UNIVERSE,
} from "../support/pattern_universe.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";

export const ACTIONS: readonly Action[] = [
  "call",
  "register",
  "publish",
  "subscribe",
];

export const RIGHTS: readonly Right[] = [...ACTIONS, "force_reregister"];

/** A rule that allows `rights` and nothing else. */
export function rule(
  match: Rule["match"],
  uri: string,
  ...rights: Right[]
): Rule {
  return {
    uri,
    match,
    allow: {
      call: rights.includes("call"),
      register: rights.includes("register"),
      publish: rights.includes("publish"),
      subscribe: rights.includes("subscribe"),
      ...(rights.includes("force_reregister") && { force_reregister: true }),
    },
    disclose: { caller: false, publisher: false },
  };
}

/** By pattern, as text: which URIs of the universe it matches. */
const MATCHED = new Map(PATTERNS.map((pattern) => [
  `${pattern.match} ${pattern.uri}`,
  new Set(UNIVERSE.filter((uri) => naivelyMatches(pattern, uri))),
]));

/** Which URIs of the universe it matches. */
export function matchedBy({ match, uri }: SmallPattern): ReadonlySet<string> {
  return MATCHED.get(`${match} ${uri}`) ?? new Set();
}

/** Each is among them once in `n`; the right to force only beside that to register. */
export function randomRights(random: SeededRandom, n: number): Right[] {
  return RIGHTS.filter(() => random.oneIn(n)).filter((right, _, rights) =>
    right !== "force_reregister" || rights.includes("register")
  );
}

/** Up to eight rules on different patterns. */
export function randomRules(random: SeededRandom): Rule[] {
  const rules = new Map<SmallPattern, Rule>();
  for (let i = random.below(8); i >= 0; i--) {
    const pattern = random.pick(PATTERNS);
    const allowed = randomRights(random, 2);
    rules.set(pattern, rule(pattern.match, pattern.uri, ...allowed));
  }
  return [...rules.values()];
}

const POLICY_ORDER = ["exact", "wildcard", "prefix"];

/** AZ-06 as it is written: exact, then the best wildcard, then the longest prefix. */
export function isMoreSpecific(a: Rule, b: Rule): boolean {
  if (a.match !== b.match) {
    return POLICY_ORDER.indexOf(a.match) < POLICY_ORDER.indexOf(b.match);
  }
  if (a.match === "prefix") return a.uri.length > b.uri.length;
  // Of wildcards: a literal at the first place where only one has a literal.
  const left = a.uri.split(".");
  const right = b.uri.split(".");
  const place = left.findIndex((part, i) =>
    (part === "") !== (right[i] === "")
  );
  return place >= 0 && left[place] !== "";
}

/** The rule that decides about `uri`, which is of the universe. */
export function deciderOf(
  rules: readonly Rule[],
  uri: string,
): Rule | undefined {
  return decider(rules.filter((rule) => matchedBy(rule).has(uri)));
}

/** The rule that decides about any `uri`. */
export function slowDeciderOf(
  rules: readonly Rule[],
  uri: string,
): Rule | undefined {
  return decider(rules.filter((rule) => naivelyMatches(rule, uri)));
}

/** The rule that counts among those that match; of two for a pattern the later. */
function decider(matching: readonly Rule[]): Rule | undefined {
  return matching.reduce<Rule | undefined>(
    (best, next) =>
      best !== undefined && isMoreSpecific(best, next) ? best : next,
    undefined,
  );
}

const ROUNDS = 150;

/** Checks 150 random sets of rules; a failure shows the set. */
export function forRandomRules(
  check: (subject: StaticRules, rules: readonly Rule[]) => void,
  draw: (random: SeededRandom) => Rule[] = randomRules,
): void {
  withSeed((random) => {
    for (let round = 0; round < ROUNDS; round++) {
      const rules = draw(random);
      try {
        check(new StaticRules(rules), rules);
      } catch (cause) {
        throw new Error(`under ${Deno.inspect(rules)}`, { cause });
      }
    }
  });
}
