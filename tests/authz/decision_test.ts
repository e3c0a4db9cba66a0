import { assertEquals } from "@std/assert";
import {
  canForceReregister,
  type Decision,
  decisionIn,
  isAllowed,
  isDecided,
  isDisclosed,
  readDecision,
  withDecision,
} from "../../src/authz/decision.ts";
import { DecisionCache, decisionKey } from "../../src/authz/decision_cache.ts";
import type { Action } from "../../src/wamp/router_uris.ts";
import { type Dict, EMPTY_DICT } from "../../src/wamp/options.ts";
import { withSeed } from "../support/seed.ts";

const ACTIONS: readonly Action[] = ["call", "register", "publish", "subscribe"];

Deno.test("AZ-08: readDecision() takes booleans and dicts of known keys", () => {
  const no = {
    allow: false,
    disclose: false,
    forceReregister: false,
    scope: "once",
  };
  const cases: [unknown, unknown][] = [
    [true, { ...no, allow: true }],
    [false, no],
    [{ allow: false }, no],
    [{ allow: true, disclose: true }, { ...no, allow: true, disclose: true }],
    [{ allow: true, force_reregister: true }, {
      ...no,
      allow: true,
      forceReregister: true,
    }],
    [{ allow: true, force_reregister: 1 }, {
      failure: 'its result has a "force_reregister" that is not a boolean',
    }],
    [{
      allow: true,
      disclose: null,
      cache: null,
      validate: null,
      force_reregister: null,
    }, {
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
    [{}, { failure: 'its result has no "allow" that is a boolean' }],
    [{ allow: 1 }, { failure: 'its result has no "allow" that is a boolean' }],
    [{ allow: true, why: "x" }, {
      failure: 'its result has a key that is not supported: "why"',
    }],
    [{ allow: true, validate: {} }, {
      failure: 'its result has a key that is not supported: "validate"',
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
      const told = new Map<Action, Decision>();
      for (let step = 0; step < 8; step++) {
        const action = random.pick(ACTIONS);
        const decision: Decision = {
          allow: random.oneIn(2),
          disclose: random.oneIn(2),
          forceReregister: action === "register" && random.oneIn(2),
          scope: "session",
        };
        told.set(action, decision);
        bits = withDecision(bits, action, decision);
        assertEquals(
          canForceReregister(bits),
          told.get("register")?.forceReregister ?? false,
        );
        assertEquals(decisionIn(bits, action), decision);
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

const YES: Decision = {
  allow: true,
  disclose: false,
  forceReregister: false,
  scope: "role",
};

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
        cache.set(key, "call", YES);
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
  cache.set("com.a", "call", YES);
  assertEquals([cache.size, cache.get("com.a"), cache.peek("com.a")], [
    0,
    0,
    0,
  ]);
});

/** Requests of which no two are shown alike. */
const DIFFERENT: readonly (readonly [
  uri: string,
  match: "exact" | "prefix" | "wildcard",
  options: Dict,
])[] = [
  ["com.a", "exact", {}],
  ["com.a", "prefix", {}],
  ["com.a", "wildcard", {}],
  ["com.a", "exact", { retain: true }],
  ["com.a", "exact", { retain: false }],
  ["com.a", "exact", { retain: null }],
  ["com.a", "exact", { retain: "true" }],
  ["com.a", "exact", { retain: true, disclose_me: true }],
  ["com.a", "exact", { exclude: [1, 2] }],
  ["com.a", "exact", { exclude: [12] }],
  ["com.a", "exact", { exclude: "[1,2]" }],
  ["com.a", "exact", { exclude: ["1", "2"] }],
  ["com.a", "exact", { exclude: ['1","2'] }],
  ["com.a", "exact", { timeout: 1 }],
  ["com.a", "exact", { timeout: 1n }],
  ["com.a", "exact", { 'timeout":1 "retain': true }],
  ["com.a", "exact", { timeout: 1, retain: true }],
  ["prefix", "exact", { retain: true }],
  ['"retain":true', "prefix", {}],
];

Deno.test("AZ-08: decisionKey() tells requests apart that are shown to be different", () => {
  for (const action of ACTIONS) {
    const keys = DIFFERENT.map((row) => decisionKey(action, ...row));
    assertEquals(keys.includes(undefined), false);
    assertEquals(new Set(keys).size, DIFFERENT.length);
  }
});

Deno.test("AZ-08: decisionKey() does not mind in which order options stand, nor a match that is told beside them", () => {
  const uri = "com.a";
  assertEquals(
    decisionKey("call", uri, "exact", { timeout: 1, disclose_me: true }),
    decisionKey("call", uri, "exact", { disclose_me: true, timeout: 1 }),
  );
  const plain = decisionKey("subscribe", uri, "prefix", EMPTY_DICT);
  const told = { match: "prefix" };
  assertEquals(decisionKey("subscribe", uri, "prefix", told), plain);
  assertEquals(decisionKey("register", uri, "prefix", told), plain);
  // Of other requests it is an option that means nothing, but is shown.
  const published = decisionKey("publish", uri, "exact", { match: "exact" });
  assertEquals(published === decisionKey("publish", uri, "exact", {}), false);
});

Deno.test("AZ-08: decisionKey() is short, or there is none", () => {
  const unending: Dict[] = [
    { rkey: "x".repeat(10_000) },
    { ["x".repeat(10_000)]: 1 },
    { exclude: Array.from({ length: 100_000 }, (_, i) => i) },
    { exclude_authid: ["x".repeat(10_000)] },
    Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])),
    { forward_for: [{ session: 1 }] },
    { unknown: { nested: true } },
    { unknown: new Uint8Array(3) },
  ];
  for (const options of unending) {
    assertEquals(decisionKey("publish", "com.a", "exact", options), undefined);
  }
});
