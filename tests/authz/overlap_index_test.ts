/** Which rules overlap with a pattern or cover it, without a look at each. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { compileRules, type Rule } from "../../src/authz/compile_rules.ts";
import { findIdleRules } from "../../src/authz/idle_rules.ts";
import { OverlapIndex } from "../../src/authz/overlap_index.ts";
import { covers, overlaps } from "../../src/authz/pattern_relation.ts";
import { canBeAbout } from "../../src/authz/static_rules.ts";
import { StaticRules } from "../../src/authz/static_rules.ts";
import type { Right } from "../../src/wamp/router_uris.ts";
import { PATTERNS } from "../support/pattern_universe.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import {
  ACTIONS,
  forRandomRules,
  randomRights,
  RIGHTS,
  rule,
} from "./_naive_rules.ts";

/** The position of the first of `items` for which `test` holds. */
function firstOf<T>(
  items: readonly T[],
  test: (item: T, position: number) => boolean,
): number | undefined {
  const found = items.findIndex(test);
  return found < 0 ? undefined : found;
}

/** Rules on few words, so that many meet; of any policy and length. */
function crowdedRules(
  random: SeededRandom,
  words = ["a", "b", "ab", "abc"],
  first = words,
): Rule[] {
  return Array.from({ length: 1 + random.below(60) }, () => {
    const match = random.pick(["exact", "prefix", "wildcard"] as const);
    const parts = Array.from(
      { length: 1 + random.below(4) },
      (_, at) => random.pick(at === 0 ? first : words),
    );
    if (match === "wildcard") {
      for (const at of parts.keys()) if (random.oneIn(2)) parts[at] = "";
    } else if (match === "prefix" && random.oneIn(2)) {
      parts[parts.length - 1] = "";
    }
    return rule(match, parts.join("."), ...randomRights(random, 5));
  });
}

const ASKED = [
  ...PATTERNS,
  { uri: "abc.", match: "prefix" } as const,
  { uri: "a.b.ab.abc", match: "exact" } as const,
  { uri: "a..ab.", match: "wildcard" } as const,
  { uri: "...", match: "wildcard" } as const,
];

Deno.test("AZ-07: OverlapIndex finds what a look at each rule finds, for random rules and every pattern", () => {
  forRandomRules((_, rules) => {
    const { deciding } = compileRules(rules);
    const all = new OverlapIndex(deciding);
    const some = new OverlapIndex(deciding, ({ allow }) => allow.publish);
    for (const pattern of ASKED) {
      const shown = Deno.inspect(pattern);
      assertEquals(
        all.firstCovering(pattern),
        firstOf(deciding, (one) => covers(one, pattern)),
        shown,
      );
      assertEquals(
        some.firstOverlapping(pattern),
        firstOf(
          deciding,
          (one) => one.allow.publish && overlaps(one, pattern),
        ),
        shown,
      );
    }
    for (const [at, one] of deciding.entries()) {
      assertEquals(
        all.firstCovering(one, at),
        firstOf(deciding, (next, i) => i > at && covers(next, one)),
        Deno.inspect(one),
      );
      assertEquals(
        all.firstOverlapping(one, at),
        firstOf(deciding, (next, i) => i > at && overlaps(next, one)),
        Deno.inspect(one),
      );
    }
  }, (random) => crowdedRules(random));
});

/** Whether it is without effect, by a look at each rule behind it. */
function isNaivelyIdle(deciding: readonly Rule[], at: number): boolean {
  const allowsSome = ({ allow }: Rule) => ACTIONS.some((one) => allow[one]);
  if (allowsSome(deciding[at])) return false;
  for (const next of deciding.slice(at + 1)) {
    if (!overlaps(next, deciding[at])) continue;
    if (allowsSome(next)) return false;
    if (covers(next, deciding[at])) return true;
  }
  return true;
}

Deno.test("AZ-06: the rules that are said to be without effect are those that a look at each rule finds, for random rules", () => {
  let count = 0;
  forRandomRules((_, rules) => {
    const { deciding } = compileRules(rules);
    const found = new Set(
      findIdleRules(rules)
        .filter(({ idleness }) => idleness === "no_effect")
        .map((one) => one.rule),
    );
    count += found.size;
    for (const [at, one] of deciding.entries()) {
      assertEquals(
        found.has(one),
        isNaivelyIdle(deciding, at),
        Deno.inspect(one),
      );
    }
  }, (random) => crowdedRules(random));
  assert(count > 0);
});

/** The same that the router's own URIs are among. */
function rulesOfTheRouters(random: SeededRandom): Rule[] {
  const words = ["session", "on_join", "kill", "a"];
  return crowdedRules(random, words, ["wamp", "wam", "sluice", "com"]);
}

const ASKED_OF_THE_ROUTERS = [
  ...["", "w", "wamp", "wamp.", "wamp.session", "sluice.", "com.", "com.a"]
    .map((uri) => ({ uri, match: "prefix" }) as const),
  ...[".", "..", ".a", "wamp.", "wamp..", "wamp..on_join", "com.", ".session."]
    .map((uri) => ({ uri, match: "wildcard" }) as const),
];

/** Whether a rule can be in the way of `right`: of these two, all can. */
function isAsked(one: Rule, right: Right): boolean {
  return right === "call" || right === "publish" || canBeAbout(one, right);
}

const DRAWS = [
  ["every pattern", (random: SeededRandom) => crowdedRules(random), ASKED],
  ["the router's own URIs", rulesOfTheRouters, ASKED_OF_THE_ROUTERS],
] as const;

for (const [what, draw, asked] of DRAWS) {
  Deno.test(`AZ-07: explain() names the rules that a look at each finds, for random rules and ${what}`, () => {
    forRandomRules((subject, rules) => {
      const { deciding } = compileRules(rules);
      for (const right of RIGHTS) {
        const about = deciding.filter((one) => isAsked(one, right));
        for (const { uri, match } of asked) {
          if (match === "exact") continue;
          const at = firstOf(about, (one) => covers(one, { uri, match }));
          const denier = firstOf(
            about.slice(0, at ?? 0),
            (one) => !one.allow[right] && overlaps(one, { uri, match }),
          );
          const { allowed, rule } = subject.explain(right, uri, match);
          const cover = at === undefined ? undefined : about[at];
          const isAllowed = cover?.allow[right] === true;
          assertEquals(allowed, isAllowed && denier === undefined);
          assertEquals(
            rule,
            isAllowed && denier !== undefined ? about[denier] : cover,
          );
          assertEquals(subject.allows(right, uri, match), allowed);
        }
      }
    }, draw);
  });
}

/** `count` rules of a kind that count how often somebody looks at their URI. */
function countingRules(
  count: number,
  make: (n: number) => Rule,
): { rules: Rule[]; looks: () => number } {
  let looks = 0;
  const rules = Array.from({ length: count }, (_, n) => {
    const { uri, ...rest } = make(n);
    return {
      ...rest,
      get uri() {
        looks++;
        return uri;
      },
    };
  });
  return { rules, looks: () => looks };
}

/** Rules of each policy that allow nothing, so that all is looked for in vain. */
const KINDS: [what: string, make: (n: number) => Rule][] = [
  ["exact", (n) => rule("exact", `com.a${n}.x`)],
  ["prefix", (n) => rule("prefix", `com.a${n}.`)],
  ["prefix within a component", (n) => rule("prefix", `com.a${n}`)],
  ["wildcard", (n) => rule("wildcard", `com..a${n}`)],
  [
    "mixed",
    (n) =>
      [
        rule("exact", `com.a${n}.x`),
        rule("prefix", `com.a${n}.`),
        rule("wildcard", `com..a${n}`),
        rule("wildcard", `com.a${n}..x`, "publish"),
        rule("prefix", `com.a${n}.x`, "register"),
      ][n % 5],
  ],
  [
    "half of them the router's",
    (n) => rule("prefix", `${n % 2 === 0 ? "wamp" : "com"}.a${n}.`, "call"),
  ],
];

for (const [what, make] of KINDS) {
  Deno.test(`rules and patterns are looked up without a look at each rule (${what})`, () => {
    const work = (count: number): number => {
      const { rules, looks } = countingRules(count, make);
      findIdleRules(rules);
      const subject = new StaticRules(rules);
      for (let n = 0; n < count; n++) {
        subject.explain("subscribe", `com.a${n}.`, "prefix");
        subject.explain("register", `com..a${n}`, "wildcard");
        subject.explain("force_reregister", `com.a${n}.`, "prefix");
        subject.explain("call", `com.a${n}.x`, "exact");
      }
      return looks();
    };
    // Sorting takes a little more than twice as many.
    assertLess(work(2000), 3 * work(1000));
  });
}

Deno.test("AZ-07: decisions stay right for more shapes of patterns than are kept", () => {
  const rules = [
    rule("prefix", "", "subscribe"),
    rule("exact", "a".repeat(50)),
  ];
  const subject = new StaticRules(rules);
  withSeed((random) => {
    for (let round = 0; round < 5000; round++) {
      const length = random.below(100);
      assertEquals(
        subject.allows("subscribe", "a".repeat(length), "prefix"),
        length > 50,
        String(length),
      );
      const dots = ".".repeat(random.below(40));
      assertEquals(
        subject.allows("subscribe", `b${dots}`, "wildcard"),
        true,
      );
    }
  });
});
