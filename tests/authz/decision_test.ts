import { assertEquals } from "@std/assert";
import {
  isAllowed,
  isDecided,
  isDisclosed,
  readDecision,
  withDecision,
} from "../../src/authz/decision.ts";
import { DecisionCache, decisionKey } from "../../src/authz/decision_cache.ts";
import type { Action } from "../../src/router/ports.ts";
import { withSeed } from "../support/seed.ts";

const ACTIONS: readonly Action[] = ["call", "register", "publish", "subscribe"];

Deno.test("AZ-08: readDecision() takes booleans and dicts of known keys", () => {
  const no = { allow: false, disclose: false, scope: "once" };
  const cases: [unknown, unknown][] = [
    [true, { ...no, allow: true }],
    [false, no],
    [{ allow: false }, no],
    [{ allow: true, disclose: true }, { ...no, allow: true, disclose: true }],
    [{ allow: true, disclose: null, cache: null, validate: null }, {
      ...no,
      allow: true,
    }],
    [{ allow: false, cache: true }, { ...no, scope: "session" }],
    [{ allow: false, cache: false }, no],
    [{ allow: false, cache: "authid" }, { ...no, scope: "authid" }],
    [{ allow: false, cache: "role" }, { ...no, scope: "role" }],
    ["true", { failure: "its result is neither a boolean nor a dict" }],
    [[], { failure: "its result is neither a boolean nor a dict" }],
    [new Uint8Array(1), {
      failure: "its result is neither a boolean nor a dict",
    }],
    [{}, { failure: "its result has no boolean allow" }],
    [{ allow: 1 }, { failure: "its result has no boolean allow" }],
    [{ allow: true, why: "x" }, { failure: 'its result has a key "why"' }],
    [{ allow: true, validate: {} }, {
      failure: 'its result has a key "validate"',
    }],
  ];
  for (const [value, expected] of cases) {
    assertEquals(readDecision(value), expected, JSON.stringify(value));
  }
});

Deno.test("decisions about one action leave those about the others as they are", () => {
  withSeed((random) => {
    for (let round = 0; round < 200; round++) {
      let bits = 0;
      const told = new Map<Action, { allow: boolean; disclose: boolean }>();
      for (let step = 0; step < 8; step++) {
        const action = random.pick(ACTIONS);
        const decision = {
          allow: random.oneIn(2),
          disclose: random.oneIn(2),
        };
        told.set(action, decision);
        bits = withDecision(bits, action, decision);
        for (const one of ACTIONS) {
          assertEquals(isDecided(bits, one), told.has(one));
          assertEquals(isAllowed(bits, one), told.get(one)?.allow ?? false);
          assertEquals(
            isDisclosed(bits, one),
            told.get(one)?.disclose ?? false,
          );
        }
      }
    }
  });
});

Deno.test("DecisionCache forgets the longest unused, as a plain list does", () => {
  withSeed((random) => {
    const sizeMax = 5;
    const cache = new DecisionCache(sizeMax);
    let used: string[] = [];
    for (let step = 0; step < 2000; step++) {
      const key = `com.${random.below(9)}`;
      const isKnown = used.includes(key);
      if (random.oneIn(2)) {
        assertEquals(cache.get(key) !== 0, isKnown, `step ${step}`);
        if (isKnown) used = [...used.filter((one) => one !== key), key];
      } else if (random.oneIn(20)) {
        assertEquals(cache.forget((one) => one === key), isKnown ? 1 : 0);
        used = used.filter((one) => one !== key);
      } else {
        cache.set(key, "call", { allow: true, disclose: false, scope: "role" });
        used = [...used.filter((one) => one !== key), key].slice(-sizeMax);
      }
      assertEquals(cache.size, used.length);
    }
    assertEquals(cache.forget(), used.length);
    assertEquals(cache.size, 0);
  });
});

Deno.test("DecisionCache of size 0 remembers nothing", () => {
  const cache = new DecisionCache(0);
  cache.set("com.a", "call", { allow: true, disclose: false, scope: "role" });
  assertEquals([cache.size, cache.get("com.a"), cache.peek("com.a")], [
    0,
    0,
    0,
  ]);
});

Deno.test("decisionKey() tells patterns from URIs", () => {
  const keys = [
    decisionKey("com.a", "exact"),
    decisionKey("com.a", "prefix"),
    decisionKey("com.a", "wildcard"),
  ];
  assertEquals(new Set(keys).size, 3);
});
