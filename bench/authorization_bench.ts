/**
 * What a decision costs: by rules, among more and more of them, and by an
 * authorizer whose decision is remembered.
 */
import { DynamicRole, SessionAuthorizer } from "../src/authz/dynamic_role.ts";
import type { Rule } from "../src/authz/compile_rules.ts";
import { StaticRules } from "../src/authz/static_rules.ts";
import { EMPTY_DICT } from "../src/wamp/options.ts";

const ALLOW = { call: true, register: true, publish: true, subscribe: true };
const DISCLOSE = { caller: false, publisher: false };

/** `count` rules of others, and one that decides. */
function rulesAmong(count: number): Rule[] {
  const others = Array.from({ length: count }, (_, i): Rule => {
    const [uri, match] = ([
      [`org.app${i}.`, "prefix"],
      [`org.app${i}.get`, "exact"],
      [`org.app${i}..set`, "wildcard"],
    ] as const)[i % 3];
    return { uri, match, allow: ALLOW, disclose: DISCLOSE };
  });
  return [
    ...others,
    { uri: "com.", match: "prefix", allow: ALLOW, disclose: DISCLOSE },
  ];
}

for (const count of [0, 10, 100, 1000, 10_000]) {
  const rules = new StaticRules(rulesAmong(count));
  Deno.bench({
    name: `${count} other rules`,
    group: "a URI that was decided on before",
    fn() {
      rules.allows("call", "com.example.procedure", "exact");
    },
  });
}

for (const count of [0, 10, 100, 1000, 10_000]) {
  const rules = new StaticRules(rulesAmong(count));
  let next = 0;
  Deno.bench({
    name: `${count} other rules`,
    group: "a URI for the first time",
    fn() {
      rules.allows("call", `com.example.procedure${next++}`, "exact");
    },
  });
}

const role = new DynamicRole({
  realm: "realm1",
  procedure: "com.authorize",
  ask: () => Promise.resolve({ allow: true, cache: true }),
  cacheSize: 1000,
  trustLevel: undefined,
  trustedProcedures: new Set(),
});
const session = new SessionAuthorizer(role, 1, {
  authid: "anna",
  authrole: "user",
  authmethod: "ticket",
  authprovider: "static",
});
const URI = "com.example.procedure";
await session.consult("call", URI, "exact", EMPTY_DICT);
session.consult("call", URI, "exact", EMPTY_DICT);

Deno.bench({
  name: "an authorizer's decision that is remembered",
  group: "a URI that was decided on before",
  fn() {
    session.consult("call", URI, "exact", EMPTY_DICT);
    session.allows("call", URI, "exact");
  },
});
