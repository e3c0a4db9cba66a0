/** Rules that have no effect: none that counts is said to be, and slips are found. */
import { assert, assertEquals } from "@std/assert";
import { compileRules, type Rule } from "../../src/authz/compile_rules.ts";
import { findIdleRules } from "../../src/authz/idle_rules.ts";
import { StaticRules } from "../../src/authz/static_rules.ts";
import { PATTERNS, UNIVERSE } from "../support/pattern_universe.ts";
import type { SeededRandom } from "../support/seed.ts";
import {
  ACTIONS,
  deciderOf,
  forRandomRules,
  rule,
  slowDeciderOf,
} from "./_naive_rules.ts";

/** So few that rules meet: of two components at most, without one letter. */
const CLOSE = PATTERNS.filter(({ uri }) => /^(b|ab|)(\.(b|ab|))?$/.test(uri));

/** Mostly rules that allow nothing; one pattern may stand several times. */
function closeRules(random: SeededRandom, patterns = CLOSE): Rule[] {
  return Array.from({ length: 1 + random.below(12) }, () => {
    const { match, uri } = random.pick(patterns);
    const actions = random.oneIn(3) ? [random.pick(ACTIONS)] : [];
    return rule(match, uri, ...actions);
  });
}

/** A URI that no other rule but wider ones can be about. */
function loneUri({ uri, match }: Rule): string {
  if (match === "exact") return uri;
  if (match === "prefix") return `${uri}z.z.z.z`;
  return uri.split(".").map((part) => part === "" ? "z" : part).join(".");
}

Deno.test("a rule that is said to be shadowed never decides, for random rules and every URI; all others do", () => {
  let count = 0;
  forRandomRules((_, rules) => {
    const { deciding, shadowed } = compileRules(rules);
    count += shadowed.length;
    assertEquals(deciding.length + shadowed.length, rules.length);
    const deciders = new Set(UNIVERSE.map((uri) => deciderOf(rules, uri)));
    for (const { rule, by } of shadowed) {
      assert(!deciders.has(rule), Deno.inspect(rule));
      assert(by.uri === rule.uri, Deno.inspect(by));
    }
    for (const rule of deciding) {
      assert(slowDeciderOf(rules, loneUri(rule)) === rule, Deno.inspect(rule));
    }
  }, closeRules);
  assert(count > 0);
});

Deno.test("a shadowed rule keeps no pattern from being allowed", () => {
  const subject = new StaticRules([
    rule("exact", "com.a", "subscribe"),
    rule("wildcard", "com.a"),
    rule("prefix", "com.", "subscribe"),
  ]);
  assert(subject.allows("subscribe", "com.", "prefix"));
});

/** All decisions of `rules` on what there is in the universe. */
function decisions(rules: readonly Rule[]): boolean[] {
  const subject = new StaticRules(rules);
  return [
    ...UNIVERSE.map((uri) => ({ uri, match: "exact" as const })),
    ...PATTERNS,
  ].flatMap(({ uri, match }) =>
    ACTIONS.map((action) => subject.allows(action, uri, match))
  );
}

Deno.test("without the rules that are said to have no effect, every decision is the same, for random rules", () => {
  let count = 0;
  forRandomRules((_, rules) => {
    const idle = new Set(findIdleRules(rules).map(({ rule }) => rule));
    count += idle.size;
    const rest = rules.filter((rule) => !idle.has(rule));
    assertEquals(decisions(rest), decisions(rules), Deno.inspect(idle));
  }, closeRules);
  assert(count > 0);
});

Deno.test("of exact and prefix rules that allow nothing, each that has no effect is found", () => {
  const patterns = CLOSE.filter(({ match }) => match !== "wildcard");
  forRandomRules((_, rules) => {
    const idle = new Set(findIdleRules(rules).map(({ rule }) => rule));
    for (const rule of rules) {
      if (idle.has(rule) || ACTIONS.some((one) => rule.allow[one])) continue;
      const rest = rules.filter((one) => one !== rule && !idle.has(one));
      const { allow } = slowDeciderOf(rest, loneUri(rule)) ?? {};
      assert(allow && Object.values(allow).includes(true), Deno.inspect(rule));
    }
  }, (random) => closeRules(random, patterns));
});

const ALL = rule("prefix", "", ...ACTIONS);

/** Each last rule, and why it has no effect. */
const ROWS: [rules: Rule[], idleness: string | undefined][] = [
  [[rule("exact", "com.a", "call")], undefined],
  [[rule("exact", "com.a")], "no_effect"],
  // Exceptions from something wider.
  [[ALL, rule("exact", "com.a")], undefined],
  [[ALL, rule("prefix", "com.")], undefined],
  [[rule("wildcard", "com."), rule("wildcard", ".a", "call")], undefined],
  // Denied by the wider one already, which is none itself.
  [[ALL, rule("prefix", "com."), rule("prefix", "com.a.")], "no_effect"],
  [[ALL, rule("prefix", "com."), rule("wildcard", "com..x")], "no_effect"],
  [[rule("prefix", "org.", "call"), rule("prefix", "com.")], "no_effect"],
  // Forms that mean the same.
  [
    [rule("exact", "com.a", "call"), rule("wildcard", "com.a", "call")],
    "shadowed",
  ],
  // As a wildcard it stands for many URIs, as an exact one for none that is valid.
  [
    [rule("exact", "com..a", "call"), rule("wildcard", "com..a", "call")],
    undefined,
  ],
  [[rule("exact", "com.a"), rule("wildcard", "com.", "call")], undefined],
  [[rule("prefix", "wamp.", "register", "publish")], "reserved"],
  [[rule("exact", "wamp", "publish")], "reserved"],
  [[rule("wildcard", "wamp..x", "register")], "reserved"],
  [[rule("prefix", "wamp.", "register", "call")], undefined],
  [[rule("prefix", "wamp.", "subscribe")], undefined],
  [[rule("prefix", "wamp", "register")], undefined],
  [[rule("prefix", "wampum", "register")], undefined],
];

Deno.test("UR-09 AZ-06: findIdleRules() finds what is shadowed, reserved or without effect, and no more", () => {
  for (const [rules, idleness] of ROWS) {
    const last = rules.at(-1);
    const found = findIdleRules(rules).find(({ rule }) => rule === last);
    assertEquals(found?.idleness, idleness, Deno.inspect(rules));
  }
});

Deno.test("findIdleRules() names the rule that decides in place of a shadowed one", () => {
  const first = rule("prefix", "com.", "call");
  const second = rule("prefix", "com.", "publish");
  const wildcard = rule("wildcard", "com.a", "call");
  const exact = rule("exact", "com.a", "call");
  assertEquals(findIdleRules([wildcard, first, exact, second]), [
    { idleness: "shadowed", rule: first, by: second },
    { idleness: "shadowed", rule: wildcard, by: exact },
  ]);
});
