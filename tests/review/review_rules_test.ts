/** What is said about the rules of a config, with its place. */
import { assertEquals } from "@std/assert";
import { formatProblem, sortProblems } from "../../src/schema/check_context.ts";
import { reviewRules } from "../../src/review/review_rules.ts";
import { load, loadSound, SOUND, withoutSources } from "../config/_load.ts";

const ALL = { call: true, register: true, publish: true, subscribe: true };

function withRules(rules: unknown[], expect: unknown[] = []): object {
  return {
    realms: [{
      name: "realm1",
      roles: [{ name: "anonymous", permissions: rules }],
    }],
    transports: [SOUND],
    expect: expect.map((one) => ({
      realm: "realm1",
      role: "anonymous",
      ...one as object,
    })),
  };
}

/** The findings about a file of one line, without columns. */
async function findings(source: object): Promise<string[]> {
  const { config, expectations } = await loadSound(source);
  return sortProblems(reviewRules(config, expectations)).map((problem) =>
    formatProblem({ ...problem, line: 0 })
      .replace("config.json: ", "").replace(/1:\d+/, "1:C")
  );
}

const RULE = "realms[0].roles[0].permissions";

Deno.test("a rule that has no effect is a warning that says why", async () => {
  assertEquals(
    await findings(withRules([
      { uri: "*", allow: { call: true } },
      { uri: "com.*" },
      { uri: "com.x.*" },
      { uri: "org.a", match: "wildcard", allow: { call: true } },
      { uri: "org.a", allow: { call: true } },
      { uri: "wamp.*", allow: { register: true } },
    ])),
    [
      `warning: ${RULE}[2]: has no effect: it allows nothing, and what it denies would be denied without it`,
      `warning: ${RULE}[3]: has no effect: exact "org.a" at config.json:1:C decides on every URI that it matches`,
      `warning: ${RULE}[5]: has no effect: only the router can register and publish below "wamp."`,
    ],
  );
});

Deno.test("nothing is said about rules that do something, nor about those without a place", async () => {
  assertEquals(
    await findings(withRules([
      { uri: "*", allow: ALL },
      { uri: "com.secret" },
      { uri: "com.*.x" },
      { uri: "wamp.*", allow: ALL },
      { uri: "wamp.session.kill", allow: { call: true } },
    ])),
    [],
  );
  assertEquals(await findings(SOUND), []);
  const { config } = await loadSound(withRules([{ uri: "com.a" }]));
  assertEquals(reviewRules(config, []).length, 1);
  const [realm] = config.realms;
  const [role] = realm.roles;
  const placeless = { ...role, permissions: withoutSources(role) };
  const realms = [{ ...realm, roles: [placeless] }];
  assertEquals(reviewRules({ ...config, realms }, []), []);
});

Deno.test("what no URI of a strict realm matches is told once", async () => {
  const file = {
    realms: [{
      name: "realm1",
      options: { uri_check: "strict" },
      roles: [{ name: "anonymous", permissions: [{ uri: "com.X" }] }],
    }],
    transports: [SOUND],
  };
  assertEquals(await findings(file), []);
  assertEquals((await load(file)).warnings.length, 1);
});

Deno.test("an expectation that fails is an error at its place, with the rule that decided", async () => {
  const { config, expectations } = await loadSound(`{
  "realms": [{ "name": "realm1", "roles": [{
    "name": "anonymous",
    "permissions": [
      { "uri": "com.*", "allow": { "call": true, "subscribe": true } },
      { "uri": "com.secret", "allow": { "call": true } }
    ]
  }] }],
  "transports": [${JSON.stringify(SOUND)}],
  "expect": [
    { "realm": "realm1", "role": "anonymous", "call": "com.a", "allow": true },
    { "realm": "realm1", "role": "anonymous", "call": "com.a", "allow": false },
    { "realm": "realm1", "role": "anonymous", "publish": "org.a", "allow": true },
      { "realm": "realm1", "role": "anonymous", "subscribe": "com.", "match": "prefix", "allow": true },
    { "realm": "realm1", "role": "anonymous", "subscribe": "com.", "match": "prefix", "allow": false },
  ]
}`);
  assertEquals(
    sortProblems(reviewRules(config, expectations)).map(formatProblem),
    [
      'config.json:12:5: error: expect[1]: call "com.a" is allowed, expected: denied; prefix "com." at config.json:5:7 allows call',
      'config.json:13:5: error: expect[2]: publish "org.a" is denied, expected: allowed; no rule in permissions matches the URI',
      'config.json:14:7: error: expect[3]: subscribe "com." is denied, expected: allowed; the pattern overlaps exact "com.secret" at config.json:6:7, which does not allow subscribe',
    ],
  );
});

Deno.test("each reason for a decision has its words", async () => {
  const rows: [request: object, words: string][] = [
    [{ call: "a..b" }, "the URI is not valid under the realm's uri_check"],
    [
      { register: "a..b", match: "prefix" },
      "the prefix pattern is not valid under the realm's uri_check",
    ],
    [{ publish: "wamp.a" }, 'only the router can publish below "wamp."'],
    [
      { call: "wamp.session.kill" },
      'only a rule whose own uri begins with "wamp." can allow calling this procedure, not prefix "" at config.json:1:C',
    ],
    [
      { call: "org.a" },
      'exact "org.a" at config.json:1:C does not allow call',
    ],
    [
      { register: "a", match: "prefix" },
      'prefix "" at config.json:1:C does not allow register',
    ],
  ];
  const rules = [{ uri: "*", allow: { call: true } }, { uri: "org.a" }];
  for (const [request, words] of rows) {
    const [found] = await findings(
      withRules(rules, [{ ...request, allow: true }]),
    );
    assertEquals(
      found.replace(/^.* is denied, expected: allowed; /, ""),
      words,
    );
  }
  const [found] = await findings(
    withRules([], [{ subscribe: "a", match: "prefix", allow: true }]),
  );
  assertEquals(
    found.replace(/^.*allowed; /, ""),
    "no rule in permissions matches all that the pattern matches",
  );
});

Deno.test("expectations are decided by the rules of their own realm and role", async () => {
  const role = (name: string, allow: object) => ({
    name,
    permissions: [{ uri: "com.*", allow }],
  });
  const source = {
    realms: [
      {
        name: "a",
        roles: [role("anonymous", { call: true }), role("x", {})],
      },
      { name: "b", roles: [role("anonymous", {})] },
    ],
    transports: [SOUND],
    expect: [
      { realm: "a", role: "anonymous", call: "com.a", allow: true },
      { realm: "a", role: "x", call: "com.a", allow: false },
      { realm: "b", role: "anonymous", call: "com.a", allow: false },
    ],
  };
  const errors = (found: string[]) =>
    found.filter((text) => text.startsWith("error"));
  assertEquals(errors(await findings(source)), []);
  const opposite = source.expect.map((one) => ({ ...one, allow: !one.allow }));
  assertEquals(
    errors(await findings({ ...source, expect: opposite })).length,
    3,
  );
});

Deno.test("AZ-08: what an authorizer decides is not known beforehand, and what nobody decides is", async () => {
  const source = (cases: object[]) => ({
    realms: [{
      name: "realm1",
      roles: [{ name: "anonymous", authorizer: "com.decide" }],
    }],
    transports: [SOUND],
    expect: cases.map((one) => ({
      realm: "realm1",
      role: "anonymous",
      ...one,
    })),
  });
  const words = async (one: object) => {
    const [found] = await findings(source([one]));
    return found?.replace(/^.*expect\[0\]: /, "");
  };
  assertEquals(
    await words({ call: "com.a", allow: true }),
    'call "com.a" is asked, expected: allowed; the authorizer "com.decide" decides on each request',
  );
  assertEquals(
    await words({ subscribe: "com.a", allow: false }),
    'subscribe "com.a" is asked, expected: denied; the authorizer "com.decide" decides on each request',
  );
  assertEquals(await words({ call: "com..a", allow: false }), undefined);
  assertEquals(
    await words({ register: "sluice.authorization.flush", allow: true }),
    'register "sluice.authorization.flush" is denied, expected: allowed; only the router can register below "sluice.authorization."',
  );
  assertEquals(
    await words({ publish: "sluice.event.on_lost", allow: true }),
    'publish "sluice.event.on_lost" is denied, expected: allowed; only the router can publish below "sluice.event."',
  );
});
