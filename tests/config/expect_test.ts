/** Cases of `expect`: what is taken, and what is said about the rest. */
import { assertEquals } from "@std/assert";
import { brief, load, loadSound, REALM, SOUND } from "./_load.ts";

const WHO = { realm: "realm1", role: "anonymous" };

function withCases(...expect: unknown[]): object {
  return { realms: [REALM], transports: [SOUND], expect };
}

Deno.test("loadConfig() reads the cases of expect, each with its place", async () => {
  const { expectations, warnings } = await loadSound(`{
  "realms": [${JSON.stringify(REALM)}],
  "transports": [${JSON.stringify(SOUND)}],
  "expect": [
    { "realm": "realm1", "role": "anonymous", "call": "com.a", "allow": true },
    { "realm": "realm1", "role": "anonymous", "publish": "", "allow": false },
      {
        "realm": "realm1", "role": "anonymous",
        "subscribe": "com.", "match": "prefix", "allow": true
      },
    { "realm": "realm1", "role": "anonymous", "register": "com..x", "match": "wildcard", "allow": true },
    { "realm": "realm1", "role": "anonymous", "call": "com.a", "match": "exact", "allow": true }
  ]
}`);
  assertEquals(warnings, []);
  const at = (line: number, column: number, index: number) => ({
    file: "config.json",
    line,
    column,
    path: `expect[${index}]`,
  });
  assertEquals(
    expectations.map(({ realm, role, ...rest }) => {
      assertEquals({ realm, role }, WHO);
      return rest;
    }),
    [
      {
        action: "call",
        uri: "com.a",
        match: "exact",
        isAllowed: true,
        source: at(5, 5, 0),
      },
      {
        action: "publish",
        uri: "",
        match: "exact",
        isAllowed: false,
        source: at(6, 5, 1),
      },
      {
        action: "subscribe",
        uri: "com.",
        match: "prefix",
        isAllowed: true,
        source: at(7, 7, 2),
      },
      {
        action: "register",
        uri: "com..x",
        match: "wildcard",
        isAllowed: true,
        source: at(11, 5, 3),
      },
      {
        action: "call",
        uri: "com.a",
        match: "exact",
        isAllowed: true,
        source: at(12, 5, 4),
      },
    ],
  );
});

Deno.test("loadConfig() reads expect in a Crossbar.io config, and with the implied realm", async () => {
  const expect = [{ ...WHO, call: "com.a", allow: true }];
  const workers = [{ type: "router", realms: [REALM], transports: [SOUND] }];
  for (
    const file of [
      { version: 2, workers, expect },
      { transports: [SOUND], expect },
    ]
  ) {
    const { expectations } = await loadSound(file);
    assertEquals(expectations.map(({ uri }) => uri), ["com.a"]);
  }
  assertEquals((await loadSound(withCases())).expectations, []);
  assertEquals((await loadSound(SOUND)).expectations, []);
});

Deno.test("loadConfig() names all that is wrong with a case of expect", async () => {
  const cases: [expected: object, ...errors: string[]][] = [
    [
      { ...WHO, allow: true },
      ': the case has no action; add one of "call", "register", "publish", "subscribe", "force_reregister" with a URI',
    ],
    [
      { ...WHO, call: "a", publish: "a", subscribe: "a", allow: true },
      '.publish: cannot be combined with "call"; write a case for each',
      '.subscribe: cannot be combined with "call"; write a case for each',
    ],
    [{ ...WHO, call: "a" }, ': "allow" is missing; add it (boolean)'],
    [
      { ...WHO, call: "a", allow: "yes" },
      ".allow: expected true or false, found a string",
    ],
    [
      { ...WHO, call: 7, allow: true },
      ".call: expected a string, found a number",
    ],
    [
      { ...WHO, call: "a", match: "prefix", allow: true },
      ".match: clients call one URI, not a pattern; remove it",
    ],
    [
      { ...WHO, publish: "a", match: "wildcard", allow: true },
      ".match: clients publish one URI, not a pattern; remove it",
    ],
    [
      { ...WHO, subscribe: "a", match: "prefx", allow: true },
      '.match: "prefx" is not known; write one of "exact", "prefix", "wildcard"; did you mean "prefix"?',
    ],
    [
      { ...WHO, realm: "relm1", call: "a", allow: true },
      '.realm: there is no realm "relm1"; did you mean "realm1"?',
    ],
    [
      { ...WHO, realm: "x", call: "a", allow: true },
      '.realm: there is no realm "x"; there are: "realm1"',
    ],
    [
      { ...WHO, role: "anonymus", call: "a", allow: true },
      '.role: realm "realm1" has no role "anonymus"; did you mean "anonymous"?',
    ],
    [
      { ...WHO, role: "boss", call: "a", allow: true },
      '.role: realm "realm1" has no role "boss"; there are: "anonymous"',
    ],
    // Names are looked at, whatever else is wrong.
    [
      { realm: "realm2", allow: true },
      ': "role" is missing; add it (string)',
      ': the case has no action; add one of "call", "register", "publish", "subscribe", "force_reregister" with a URI',
      '.realm: there is no realm "realm2"; did you mean "realm1"?',
    ],
    [
      { ...WHO, cal: "a", allow: true },
      ': the case has no action; add one of "call", "register", "publish", "subscribe", "force_reregister" with a URI',
      '.cal: unknown key; did you mean "call"?',
    ],
  ];
  for (const [expected, ...errors] of cases) {
    const { config, errors: found } = await load(withCases(expected));
    assertEquals(config, undefined);
    assertEquals(
      brief(found).toSorted(),
      errors.map((text) => `expect[0]${text}`).toSorted(),
    );
  }
});

Deno.test("loadConfig() says nothing of names in expect while a realm is wrong", async () => {
  const { errors } = await load({
    realms: [REALM, { nam: "realm2", roles: REALM.roles }],
    transports: [SOUND],
    expect: [{ realm: "realm2", role: "anonymous", call: "a", allow: true }],
  });
  assertEquals(brief(errors), [
    'realms[1]: "name" is missing; add it (string)',
    'realms[1].nam: unknown key; did you mean "name"?',
  ]);
});

Deno.test("loadConfig() warns of a star in a case of expect", async () => {
  const { warnings } = await loadSound(withCases(
    { ...WHO, subscribe: "com.*", allow: true },
    { ...WHO, register: "com.*", match: "exact", allow: true },
  ));
  assertEquals(brief(warnings), [
    'expect[0].subscribe: the "*" is an ordinary character here, as it is for clients; for a pattern of theirs, add "match"',
  ]);
});
