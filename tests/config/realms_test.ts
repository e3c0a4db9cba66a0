import { assertEquals } from "@std/assert";
import { brief, load, loadSound, SOUND, withoutSources } from "./_load.ts";

function withPermissions(permissions: unknown[], uri_check = "loose"): object {
  return {
    realms: [{
      name: "realm1",
      options: { uri_check },
      roles: [{ name: "anonymous", permissions }],
    }],
    transports: [SOUND],
  };
}

const NONE = { call: false, register: false, publish: false, subscribe: false };

const DISCLOSE_NONE = { caller: false, publisher: false };

type Match = "exact" | "prefix" | "wildcard";

Deno.test("loadConfig() reads stars in the URI of a permission without match", async () => {
  const cases: [written: string, uri: string, match: Match][] = [
    ["com.x", "com.x", "exact"],
    ["*", "", "prefix"],
    ["com.x.*", "com.x.", "prefix"],
    // A star at the end can stand in the midst of a component.
    ["com.x*", "com.x", "prefix"],
    ["com.*.create", "com..create", "wildcard"],
    ["*.x", ".x", "wildcard"],
    // Two stars make a wildcard even if one is last.
    ["com.*.*", "com..", "wildcard"],
    ["*.*", ".", "wildcard"],
  ];
  for (const [written, uri, match] of cases) {
    const { config } = await loadSound(withPermissions([{ uri: written }]));
    assertEquals(withoutSources(config.realms[0].roles[0]), [
      { uri, match, allow: NONE, disclose: DISCLOSE_NONE },
    ]);
  }
});

Deno.test("loadConfig() takes the URI as it is where match is given", async () => {
  const cases: [uri: string, match: Match][] = [
    ["com.x", "exact"],
    ["", "prefix"],
    ["com.x.", "prefix"],
    ["com.x", "prefix"],
    ["", "wildcard"],
    ["com..x", "wildcard"],
    ["..", "wildcard"],
    ["com.x", "wildcard"],
  ];
  for (const [uri, match] of cases) {
    const { config, warnings } = await loadSound(
      withPermissions([{ uri, match }]),
    );
    const [permission] = withoutSources(config.realms[0].roles[0]);
    assertEquals(permission, {
      uri,
      match,
      allow: NONE,
      disclose: DISCLOSE_NONE,
    });
    assertEquals(warnings, []);
  }
});

Deno.test("loadConfig() refuses patterns that their policy does not have", async () => {
  const cases: [permission: object, error: string][] = [
    [{ uri: "" }, '"" has an empty component; write "*" for all URIs'],
    [
      { uri: "a..b" },
      '"a..b" has an empty component; write "*" for the component that may be any, or "match": "wildcard"',
    ],
    [
      { uri: "a.", match: "exact" },
      '"a." has an empty component; write "*" for the component that may be any, or "match": "wildcard"',
    ],
    [
      { uri: "a..", match: "prefix" },
      '"a.." has an empty component; write "*" for the component that may be any, or "match": "wildcard"',
    ],
    [
      { uri: "a b" },
      '"a b" is not possible here; write a URI without white space and #',
    ],
    [
      { uri: "a#b", match: "wildcard" },
      '"a#b" is not possible here; write a URI without white space and #',
    ],
    [
      { uri: "a\n" },
      '"a\\n" is not possible here; write a URI without white space and #',
    ],
    [
      { uri: "com.x*.y" },
      'a "*" stands for a whole component; use it as in "com.*.create", or once at the end',
    ],
    [
      { uri: "x".repeat(4097) },
      `${
        JSON.stringify("x".repeat(4097))
      } is not a URI; write one of at most 4096 characters`,
    ],
  ];
  for (const [permission, error] of cases) {
    const { errors } = await load(withPermissions([permission]));
    assertEquals(brief(errors), [
      `realms[0].roles[0].permissions[0].uri: ${error}`,
    ]);
  }
});

Deno.test("loadConfig() refuses two rules of a role for one pattern", async () => {
  const { errors } = await load(withPermissions([
    { uri: "com.x.*" },
    // Another policy is another rule.
    { uri: "com.x.", match: "wildcard" },
    { uri: "com.x.", match: "prefix" },
  ]));
  assertEquals(brief(errors), [
    'realms[0].roles[0].permissions[2].uri: prefix "com.x." is already at realms[0].roles[0].permissions[0].uri; keep one of them',
  ]);
});

Deno.test("loadConfig() reads what a permission allows", async () => {
  const { config } = await loadSound(withPermissions([
    { uri: "a", allow: { call: true, publish: true } },
    { uri: "b", allow: { register: true, subscribe: true } },
  ]));
  assertEquals(
    config.realms[0].roles[0].permissions.map(({ allow }) => allow),
    [
      { call: true, register: false, publish: true, subscribe: false },
      { call: false, register: true, publish: false, subscribe: true },
    ],
  );
});

Deno.test("PI-03 CI-02: loadConfig() reads whose identity a permission discloses", async () => {
  const { config } = await loadSound(withPermissions([
    { uri: "a", disclose: { publisher: true } },
    { uri: "b", disclose: { caller: true } },
    { uri: "c", disclose: {} },
  ]));
  assertEquals(
    config.realms[0].roles[0].permissions.map(({ disclose }) => disclose),
    [
      { caller: false, publisher: true },
      { caller: true, publisher: false },
      { caller: false, publisher: false },
    ],
  );
});

Deno.test("loadConfig() accepts and refuses the other keys of a permission", async () => {
  const cases: [permission: object, ...errors: string[]][] = [
    [{ cache: true }],
    [
      { disclose: { callee: true } },
      '.disclose.callee: unknown key; did you mean "caller"?',
    ],
    [
      { disclose: { publisher: 1 } },
      ".disclose.publisher: expected true or false, found a number",
    ],
    [
      { validate: {} },
      ".validate: validation of payloads: not available yet; remove it, or leave such parts out with --ignore-unsupported",
    ],
    [{ alow: {} }, '.alow: unknown key; did you mean "allow"?'],
    [
      { allow: { calls: true } },
      '.allow.calls: unknown key; did you mean "call"?',
    ],
    [
      { allow: { call: 1 } },
      ".allow.call: expected true or false, found a number",
    ],
  ];
  for (const [keys, ...expected] of cases) {
    const { errors } = await load(withPermissions([{ uri: "a", ...keys }]));
    const prefix = "realms[0].roles[0].permissions[0]";
    assertEquals(brief(errors), expected.map((text) => prefix + text));
  }
});

Deno.test("loadConfig() warns of a star that is no star", async () => {
  const rows: [match: string, instead: string][] = [
    ["exact", "this covers that one URI alone"],
    ["prefix", "a prefix covers all that begins with it, and needs no star"],
    ["wildcard", "an empty component stands for any"],
  ];
  for (const [match, instead] of rows) {
    const { warnings } = await loadSound(
      withPermissions([{ uri: "com.x.*", match }]),
    );
    assertEquals(brief(warnings), [
      `realms[0].roles[0].permissions[0].uri: the "*" is an ordinary character here, since "match" is given; ${instead}`,
    ]);
  }
});

Deno.test("loadConfig() warns of a rule that no URI of a strict realm matches", async () => {
  const { warnings } = await loadSound(
    withPermissions([{ uri: "com.X" }, { uri: "com.x" }], "strict"),
  );
  assertEquals(brief(warnings), [
    "realms[0].roles[0].permissions[0].uri: no URI matches this: the realm is strict, its URIs have only lower case letters, digits and _",
  ]);
});

Deno.test("loadConfig() lets a role's own rule for everything stand before allow-by-default", async () => {
  const { config } = await loadSound({
    realms: [{
      name: "realm1",
      roles: [{
        name: "anonymous",
        "allow-by-default": true,
        permissions: [{ uri: "*", allow: { call: true } }],
      }],
    }],
    transports: [SOUND],
  });
  assertEquals(withoutSources(config.realms[0].roles[0]), [
    {
      uri: "",
      match: "prefix",
      allow: { ...NONE, call: true },
      disclose: DISCLOSE_NONE,
    },
  ]);
});

Deno.test("loadConfig() keeps where each rule stands", async () => {
  const { config } = await loadSound(`{
  "realms": [{ "name": "realm1", "roles": [
    { "name": "anonymous", "allow-by-default": true, "permissions": [
      { "uri": "com.x" },
        {
          "uri": "com.y"
        }
    ] }
  ] }],
  "transports": [${JSON.stringify(SOUND)}]
}`);
  const role = "realms[0].roles[0]";
  assertEquals(
    config.realms[0].roles[0].permissions.map(({ source }) => source),
    [
      { line: 4, column: 7, path: `${role}.permissions[0]` },
      { line: 5, column: 9, path: `${role}.permissions[1]` },
      { line: 3, column: 48, path: `${role}.allow-by-default` },
    ].map((place) => ({ file: "config.json", ...place })),
  );
});

Deno.test("PT-01 CT-01: loadConfig() reads how far a role is trusted", async () => {
  const { config } = await loadSound({
    realms: [{
      name: "realm1",
      roles: [
        { name: "anonymous" },
        { name: "guest", trust_level: 0 },
        { name: "backend", trust_level: 9 },
      ],
    }],
    transports: [SOUND],
  });
  assertEquals(
    config.realms[0].roles.map(({ trustLevel }) => trustLevel),
    [undefined, 0, 9],
  );
});

Deno.test("loadConfig() reads what a second session of an authid brings about", async () => {
  const { config } = await loadSound({
    realms: [{
      name: "realm1",
      roles: [
        { name: "anonymous" },
        ...["allow", "refuse", "replace"].map((policy) => ({
          name: policy,
          on_duplicate_authid: policy,
        })),
      ],
    }],
    transports: [SOUND],
  });
  assertEquals(
    config.realms[0].roles.map((role) => role.onDuplicateAuthid),
    [undefined, "allow", "refuse", "replace"],
  );
});

Deno.test("loadConfig() warns where all anonymous sessions are one authid that can be there once", async () => {
  const rows: [anonymous: object, policy: string, isWarned: boolean][] = [
    [{ authid: "all" }, "replace", true],
    [{ authid: "all" }, "refuse", true],
    [{ authid: "all", realm: "realm1" }, "refuse", true],
    [{ authid: "all" }, "allow", false],
    [{}, "replace", false],
  ];
  for (const [anonymous, policy, isWarned] of rows) {
    const { warnings } = await loadSound({
      realms: [{
        name: "realm1",
        roles: [{ name: "anonymous", on_duplicate_authid: policy }],
      }],
      transports: [{
        ...SOUND,
        auth: { anonymous: { type: "static", ...anonymous } },
      }],
    });
    const about = warnings.filter(({ message }) =>
      message.includes("on_duplicate_authid")
    );
    assertEquals(about.length, isWarned ? 1 : 0, JSON.stringify(anonymous));
  }
});

Deno.test("PI-02 CI-03: loadConfig() reads whether clients may ask for disclosure", async () => {
  const realm = (name: string, options?: object) => ({
    name,
    roles: [{ name: "anonymous" }],
    ...(options === undefined ? {} : { options }),
  });
  const { config } = await loadSound({
    realms: [
      realm("a"),
      realm("b", { allow_disclose: false, call_queue: 100 }),
    ],
    transports: [SOUND],
  });
  assertEquals(
    config.realms.map((one) => [one.allowsDisclosure, one.callQueueLength]),
    [[true, 0], [false, 100]],
  );
});

Deno.test("FD-05: loadConfig() gives a realm the meta API unless enable_meta_api is false", async () => {
  const roles = [{ name: "anonymous" }];
  const { config } = await loadSound({
    realms: [
      { name: "a", roles },
      { name: "b", roles, options: { enable_meta_api: true } },
      { name: "c", roles, options: { enable_meta_api: false } },
    ],
    transports: [SOUND],
  });
  assertEquals(
    config.realms.map((one) => one.hasMetaApi),
    [true, true, false],
  );
});

Deno.test("loadConfig() warns of histories that nobody can read", async () => {
  const history = [{ uri: "com.a", limit: 10 }];
  const store = { type: "memory", "event-history": history };
  const roles = [{ name: "anonymous", permissions: [{ uri: "*" }] }];
  for (const enable_meta_api of [true, false]) {
    const { warnings } = await loadSound({
      realms: [{ name: "realm1", options: { enable_meta_api }, store, roles }],
      transports: [SOUND],
    });
    assertEquals(
      brief(warnings).filter((line) => line.includes("event-history")),
      enable_meta_api ? [] : [
        "realms[0].options.enable_meta_api: without the meta API nobody can read what event-history keeps",
      ],
    );
  }
});
