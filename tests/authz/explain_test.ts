/** Which rule made a decision, and why. */
import { assert, assertEquals } from "@std/assert";
import type { Rule } from "../../src/authz/compile_rules.ts";
import type { Reason } from "../../src/authz/rule_decision.ts";
import { StaticRules } from "../../src/authz/static_rules.ts";
import type { Action } from "../../src/wamp/router_uris.ts";
import { PATTERNS, UNIVERSE } from "../support/pattern_universe.ts";
import {
  ACTIONS,
  deciderOf,
  forRandomRules,
  matchedBy,
  rule,
} from "./_naive_rules.ts";

Deno.test("AZ-06: explain() names the rule that decides, for random rules and every URI", () => {
  forRandomRules((subject, rules) => {
    for (const uri of UNIVERSE) {
      const decider = deciderOf(rules, uri);
      for (const action of ACTIONS) {
        const { allowed, reason: why, rule } = subject.explain(
          action,
          uri,
          "exact",
        );
        assert(rule === decider, `${action} "${uri}"`);
        assert(allowed === (decider?.allow[action] ?? false), uri);
        assert(why === (decider === undefined ? "no_rule" : "rule"), uri);
      }
    }
  });
});

/** Whether the rule matches all that the pattern matches. */
function naivelyCovers(rule: Rule, matched: ReadonlySet<string>): boolean {
  return matched.isSubsetOf(matchedBy(rule));
}

Deno.test("AZ-07: explain() names what denies a pattern, for random rules and every pattern", () => {
  const seen = new Set<Reason | "allowed">();
  forRandomRules((subject, rules) => {
    for (const pattern of PATTERNS.filter(({ match }) => match !== "exact")) {
      const matched = matchedBy(pattern);
      const { allowed, reason: why, rule } = subject.explain(
        "subscribe",
        pattern.uri,
        pattern.match,
      );
      seen.add(allowed ? "allowed" : why);
      const text = `${why} for the ${pattern.match} "${pattern.uri}"`;
      const covering = rules.filter((one) => naivelyCovers(one, matched));
      assertEquals(covering.length === 0, why === "no_rule", text);
      assertEquals(rule === undefined, why === "no_rule", text);
      if (rule === undefined) continue;
      assertEquals(rule.allow.subscribe, allowed, text);
      if (why === "rule") assert(naivelyCovers(rule, matched), text);
      else {
        assertEquals(why, "part_denied");
        assert(!matched.isDisjointFrom(matchedBy(rule)), text);
        assert(covering.some(({ allow }) => allow.subscribe), text);
      }
    }
  });
  assertEquals(
    [...seen].sort(),
    ["allowed", "no_rule", "part_denied", "rule"],
  );
});

Deno.test("explain() and allows() say the same, for random rules, every URI and every pattern", () => {
  const requests = [
    ...UNIVERSE.map((uri) => ({ uri, match: "exact" as const })),
    ...PATTERNS,
  ];
  forRandomRules((subject) => {
    for (const { uri, match } of requests) {
      for (const action of ACTIONS) {
        assert(
          subject.explain(action, uri, match).allowed ===
            subject.allows(action, uri, match),
          `${action} the ${match} "${uri}"`,
        );
      }
    }
  });
});

Deno.test("AZ-07: explain() names the exact rule that cuts a hole into a wider one", () => {
  const wide = rule("prefix", "com.", "subscribe", "register");
  const hole = rule("exact", "com.secret", "register");
  const subject = new StaticRules([wide, hole]);
  const rows: [Action, uri: string, Reason, Rule | undefined][] = [
    ["subscribe", "com.", "part_denied", hole],
    ["register", "com.", "rule", wide],
    ["subscribe", "com.a.", "rule", wide],
    ["subscribe", "co", "no_rule", undefined],
    ["call", "com.", "rule", wide],
  ];
  for (const [action, uri, why, decider] of rows) {
    const verdict = subject.explain(action, uri, "prefix");
    assertEquals([verdict.reason, verdict.rule], [why, decider], uri);
  }
});

Deno.test("AZ-11: explain() tells that a rule for everything is not enough for guarded procedures", () => {
  const all = rule("prefix", "", "call", "subscribe");
  const rows: [rules: Rule[], Reason, allowed: boolean, Rule | undefined][] = [
    [[all], "guarded", false, all],
    [
      [rule("prefix", "w", "call")],
      "guarded",
      false,
      rule("prefix", "w", "call"),
    ],
    [
      [all, rule("prefix", "wamp.", "call")],
      "rule",
      true,
      rule("prefix", "wamp.", "call"),
    ],
    // It is denied already without that.
    [
      [rule("prefix", "", "publish")],
      "rule",
      false,
      rule("prefix", "", "publish"),
    ],
    [[], "no_rule", false, undefined],
  ];
  for (const [rules, why, allowed, decider] of rows) {
    const subject = new StaticRules(rules);
    const verdict = subject.explain("call", "wamp.session.kill", "exact");
    assertEquals(verdict, { reason: why, allowed, rule: decider });
    assertEquals(subject.allows("call", "wamp.session.kill", "exact"), allowed);
  }
  const subject = new StaticRules([all]);
  assertEquals(
    subject.explain("call", "wamp.session.count", "exact").reason,
    "rule",
  );
  assertEquals(
    subject.explain("subscribe", "wamp.session.kill", "exact").allowed,
    true,
  );
});
