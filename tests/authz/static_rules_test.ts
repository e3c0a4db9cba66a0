import { assert, assertEquals } from "@std/assert";
import { covers, overlaps } from "../../src/authz/pattern_relation.ts";
import type { Rule } from "../../src/authz/compile_rules.ts";
import { StaticRules } from "../../src/authz/static_rules.ts";
import { uriMatches } from "../../src/wamp/uri.ts";
import { PATTERNS, UNIVERSE } from "../support/pattern_universe.ts";
import {
  ACTIONS,
  deciderOf,
  forRandomRules,
  isMoreSpecific,
  matchedBy,
  RIGHTS,
  rule,
} from "./_naive_rules.ts";

Deno.test("AZ-06: allows() follows the most specific rule, for random rules and every URI", () => {
  forRandomRules((subject, rules) => {
    for (const uri of UNIVERSE) {
      const allow = deciderOf(rules, uri)?.allow;
      for (const right of RIGHTS) {
        const expected = allow?.[right] ?? false;
        assert(
          subject.allows(right, uri, "exact") === expected,
          `${right} "${uri}"`,
        );
      }
    }
  });
});

Deno.test("AZ-07: a pattern that is allowed holds no URI that is denied, for random rules and every pattern", () => {
  forRandomRules((subject) => {
    for (const pattern of PATTERNS) {
      for (const right of RIGHTS) {
        if (!subject.allows(right, pattern.uri, pattern.match)) continue;
        for (const uri of matchedBy(pattern)) {
          assert(
            subject.allows(right, uri, "exact"),
            `${right} "${uri}" of the ${pattern.match} "${pattern.uri}"`,
          );
        }
      }
    }
  });
});

Deno.test("AZ-07: a pattern is allowed where one rule covers it and no more specific one denies a part", () => {
  forRandomRules((subject, rules) => {
    for (const pattern of PATTERNS) {
      for (const right of RIGHTS) {
        const allowed = rules.some((decider) =>
          decider.allow[right] && covers(decider, pattern) &&
          rules.every((other) =>
            other.allow[right] || !overlaps(other, pattern) ||
            isMoreSpecific(decider, other)
          )
        );
        if (!allowed) continue;
        assert(
          subject.allows(right, pattern.uri, pattern.match),
          `${right} the ${pattern.match} "${pattern.uri}"`,
        );
      }
    }
  });
});

Deno.test("allows() denies everything where there is no rule", () => {
  const subject = new StaticRules([]);
  for (const right of RIGHTS) {
    assertEquals(subject.allows(right, "com.a", "exact"), false);
    assertEquals(subject.allows(right, "", "prefix"), false);
  }
});

Deno.test("of two rules for the same pattern the later counts", () => {
  const subject = new StaticRules([
    rule("exact", "com.a", "call"),
    rule("exact", "com.a", "publish"),
  ]);
  assertEquals(
    ACTIONS.filter((action) => subject.allows(action, "com.a", "exact")),
    ["publish"],
  );
});

Deno.test("the order in which rules are written does not matter", () => {
  // Wildcards of several lengths: two that no URI matches must not come
  // between two that one URI matches.
  const rules = [
    rule("wildcard", "com."),
    rule("wildcard", "x"),
    rule("wildcard", "com.a", "call"),
    rule("wildcard", "com.."),
    rule("prefix", "", "call"),
  ];
  for (let shift = 0; shift < rules.length; shift++) {
    const shifted = [...rules.slice(shift), ...rules.slice(0, shift)];
    for (const order of [shifted, shifted.toReversed()]) {
      const subject = new StaticRules(order);
      assertEquals(subject.allows("call", "com.a", "exact"), true);
      assertEquals(subject.allows("call", "com.b", "exact"), false);
      assertEquals(subject.allows("call", "y", "exact"), true);
    }
  }
});

Deno.test("decisions stay right for more URIs than are remembered", () => {
  const subject = new StaticRules([
    rule("prefix", "com.", "call"),
    rule("exact", "com.u7", "publish"),
  ]);
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < 10_000; i++) {
      const uri = `com.u${i}`;
      assert(subject.allows("call", uri, "exact") === (i !== 7), uri);
      assert(subject.allows("publish", uri, "exact") === (i === 7), uri);
    }
  }
});

Deno.test("PI-03 CI-02: discloses() goes by the rule that decides", () => {
  const disclosing = (one: Rule, ...who: ("caller" | "publisher")[]): Rule => ({
    ...one,
    disclose: {
      caller: who.includes("caller"),
      publisher: who.includes("publisher"),
    },
  });
  const rules = new StaticRules([
    disclosing(rule("prefix", "com."), "publisher"),
    disclosing(rule("wildcard", "com..x"), "caller"),
    rule("exact", "com.a"),
  ]);
  const rows: [uri: string, caller: boolean, publisher: boolean][] = [
    ["com.b", false, true],
    ["com.b.x", true, false],
    ["com.a", false, false],
    ["org.a", false, false],
  ];
  // Twice: decisions are remembered.
  for (const [uri, caller, publisher] of [...rows, ...rows]) {
    assertEquals(
      [rules.discloses("caller", uri), rules.discloses("publisher", uri)],
      [caller, publisher],
      uri,
    );
  }
  const silent = new StaticRules([rule("prefix", "", "publish")]);
  assertEquals(silent.discloses("publisher", "com.a"), false);
  assertEquals(silent.allows("publish", "com.a", "exact"), true);
});

Deno.test("PT-01 CT-01: a role tells how far it is trusted, or nothing", () => {
  assertEquals(new StaticRules([]).trustLevel, undefined);
  assertEquals(new StaticRules([], 0).trustLevel, 0);
});

Deno.test("AZ-07 AZ-11: of rules about the router's own URIs only those over its topics decide about subscribing, and none about registering", () => {
  const all = rule("prefix", "", ...ACTIONS);
  const rows: [match: Rule["match"], uri: string, denies: boolean][] = [
    ["exact", "wamp.session.kill", false],
    ["exact", "wamp.session.on_join", true],
    ["exact", "sluice.authorization.flush", false],
    ["prefix", "wamp.session.k", false],
    ["prefix", "wamp.session.", true],
    ["wildcard", "wamp..kill", false],
    ["wildcard", "wamp..on_delete", true],
  ];
  for (const [match, uri, denies] of rows) {
    const subject = new StaticRules([all, rule(match, uri, "call")]);
    assertEquals(subject.allows("subscribe", "", "prefix"), !denies, uri);
    assertEquals(subject.allows("subscribe", "", "wildcard"), true);
    assertEquals(subject.allows("register", "", "prefix"), true, uri);
    for (const topic of ["wamp.session.on_join", "wamp.session.kill"]) {
      const isAbout = denies && uriMatches(uri, match, topic);
      const { allowed, rule: decider } = subject.explain(
        "subscribe",
        topic,
        "exact",
      );
      assertEquals(allowed, !isAbout, `${uri} on ${topic}`);
      assertEquals(decider === all, !isAbout, `${uri} on ${topic}`);
      assertEquals(subject.allows("subscribe", topic, "exact"), allowed);
    }
  }
});

Deno.test("AZ-05: a procedure whose word the router takes is registered only by a rule for exactly its URI", () => {
  const trusted = new Set(["com.decide"]);
  const wide: Rule = {
    ...rule("prefix", "", ...ACTIONS),
    allow: { ...rule("prefix", "", ...ACTIONS).allow, force_reregister: true },
  };
  const rows: [rules: Rule[], allowed: boolean][] = [
    [[wide], false],
    [[wide, rule("prefix", "com.decide", "register")], false],
    [[wide, rule("wildcard", "com.decide", "register")], false],
    [[wide, rule("wildcard", "com.", "register")], false],
    [[wide, rule("exact", "com.decide", "register")], true],
    [[wide, rule("exact", "com.decide", "call")], false],
  ];
  for (const [rules, allowed] of rows) {
    const subject = new StaticRules(rules, undefined, trusted);
    assertEquals(subject.allows("register", "com.decide", "exact"), allowed);
    assertEquals(
      subject.allows("force_reregister", "com.decide", "exact"),
      false,
    );
    assertEquals(subject.allows("register", "com.decides", "exact"), true);
    const { allowed: explained } = subject.explain(
      "register",
      "com.decide",
      "exact",
    );
    assertEquals(explained, allowed);
  }
  const [{ reason }, { reason: other }] = [[wide], []].map((rules) =>
    new StaticRules(rules, undefined, trusted)
      .explain("register", "com.decide", "exact")
  );
  assertEquals([reason, other], ["guarded", "no_rule"]);
});
