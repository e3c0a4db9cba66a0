/**
 * The config of authentication: what is taken, and what is said about the rest.
 */
import { assert, assertEquals } from "@std/assert";
import type { AuthConfig } from "../../src/auth/methods.ts";
import { checkFiles } from "../../src/config/named_files.ts";
import { formatProblem } from "../../src/schema/check_context.ts";
import { NO_FAULTS } from "./_files.ts";
import {
  assertFindings,
  brief,
  load,
  loadSound,
  type LoadTextOptions,
  rawSocketOf,
  SOUND,
} from "./_load.ts";

const ROLE = { "allow-by-default": true };
const REALMS = [
  {
    name: "realm1",
    roles: [{ name: "user", ...ROLE }, { name: "boss", ...ROLE }],
  },
  { name: "realm2", roles: [{ name: "user", ...ROLE }] },
];
const HEX = "0123456789abcdefABCDEF".padEnd(64, "7");
/** Marked: it must be in no finding. */
const SECRET = "MaRkEdSeCrEt";
const DERIVED = "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=";

/** Gives every role, so that none of them is said to be no one's. */
const OTHER = {
  ...SOUND,
  endpoint: { type: "unix", path: "/run/other.sock" },
  auth: {
    anonymous: { type: "static", role: "user" },
    ticket: {
      type: "static",
      principals: { ceo: { ticket: "t", role: "boss" } },
    },
  },
};

function file(auth: object, endpoint: object = SOUND.endpoint): object {
  return { realms: REALMS, transports: [{ ...SOUND, endpoint, auth }, OTHER] };
}

async function authOf(
  auth: object,
  options?: LoadTextOptions,
): Promise<AuthConfig> {
  const { config } = await loadSound(file(auth), options);
  return rawSocketOf(config).auth;
}

const ticket = (principals: object, more = {}) => ({
  ticket: { type: "static", principals, ...more },
});
const wampcra = (user: object) => ({
  wampcra: { type: "static", users: { joe: { role: "user", ...user } } },
});
const scram = (principal: object) => ({
  scram: {
    type: "static",
    principals: {
      joe: {
        role: "user",
        kdf: "pbkdf2",
        iterations: 4096,
        salt: "0011223344556677",
        "stored-key": HEX,
        "server-key": HEX,
        ...principal,
      },
    },
  },
});
const cryptosign = (principals: object, more = {}) => ({
  cryptosign: { type: "static", principals, ...more },
});

Deno.test("loadConfig() takes all methods as Crossbar.io has them, and ours beside", async () => {
  const auth = await authOf({
    anonymous: { type: "static", role: "user", realm: "realm2", authid: "x" },
    ...ticket({
      joe: { ticket: SECRET, role: "user" },
      ann: [
        { ticket: "a", role: "boss", realm: "realm1" },
        { ticket: "b", realm: "realm2" },
      ],
    }, { "default-role": "user" }),
    wampcra: {
      type: "static",
      users: {
        joe: { secret: SECRET, role: "user" },
        salty: {
          secret: SECRET,
          role: "user",
          salt: "salt123",
          iterations: 10_000,
          keylen: 32,
        },
        derived: {
          derived_secret: DERIVED,
          role: "boss",
          salt: "s",
          iterations: 10_000,
          keylen: 32,
        },
      },
    },
    ...scram({ kdf: "argon2id-13", memory: 65_536 }),
    ...cryptosign({
      joe: { authorized_keys: [HEX], role: "user", realm: "realm2" },
    }, {
      router_key: HEX,
    }),
    reveal_unknown_authid: true,
  });
  assertEquals(auth.anonymous, { role: "user", realm: "realm2", authid: "x" });
  assertEquals(
    auth.ticket?.principals.map((
      { authid, role, realm },
    ) => [authid, role, realm]),
    [
      ["joe", "user", undefined],
      ["ann", "boss", "realm1"],
      ["ann", "user", "realm2"],
    ],
  );
  const salting = { salt: "salt123", iterations: 10_000, keylen: 32 };
  assertEquals(
    auth.wampcra?.principals.map(({ authid, isDerived, salting }) => [
      authid,
      isDerived,
      salting,
    ]),
    [
      ["joe", false, undefined],
      ["salty", false, salting],
      ["derived", true, { ...salting, salt: "s" }],
    ],
  );
  const [principal] = auth.scram?.principals ?? [];
  assertEquals([principal.kdf, principal.memory], ["argon2id13", 65_536]);
  assertEquals(auth.cryptosign?.principals[0].keys, [HEX.toLowerCase()]);
  assertEquals([auth.revealsUnknownAuthid, auth.implied], [true, false]);
  const found = [
    auth.ticket?.principals[0].ticket,
    auth.wampcra?.principals[0].secret,
  ];
  for (const secret of found) {
    assert(secret !== undefined && !("path" in secret));
    assertEquals(secret.reveal(), SECRET);
  }
  const routerKey = auth.cryptosign?.routerKey;
  assert(routerKey !== undefined && !("path" in routerKey));
});

Deno.test("loadConfig() takes procedures for every method", async () => {
  const dynamic = {
    type: "dynamic",
    authenticator: "com.example.authenticate",
    "authenticator-realm": "realm2",
    "authenticator-role": "boss",
    "default-role": "user",
  };
  const methods = ["anonymous", "ticket", "wampcra", "scram", "cryptosign"];
  const auth = await authOf(
    Object.fromEntries(methods.map((name) => [name, dynamic])),
  );
  assertEquals(Object.keys(auth.dynamic ?? {}), methods);
  assertEquals(auth.dynamic?.ticket, {
    authenticator: "com.example.authenticate",
    realm: "realm2",
    defaultRole: "user",
  });
  assertEquals([auth.anonymous, auth.ticket], [undefined, undefined]);
});

Deno.test("loadConfig() takes secrets from the environment and from files", async () => {
  const { config, environment, files } = await loadSound(
    file({
      ...ticket({
        joe: { ticket: "${TICKET}", role: "user" },
        ann: { ticket: { file: "secrets/ann" }, role: "user" },
      }),
    }),
    { env: { TICKET: SECRET } },
  );
  const [joe, ann] = rawSocketOf(config).auth.ticket?.principals ?? [];
  assert(!("path" in joe.ticket));
  assertEquals(joe.ticket.reveal(), SECRET);
  assertEquals(ann.ticket, { path: "/etc/sluice/secrets/ann" });
  assertEquals(environment, ["TICKET"]);
  const secrets = files.filter(({ use }) => use === "secret");
  assertEquals(secrets.map(({ path }) => path), ["/etc/sluice/secrets/ann"]);
});

type Row = readonly [what: string, auth: object, ...errors: string[]];
const AT = "transports[0].auth";

const WRONG: readonly Row[] = [
  [
    "a method without a type",
    { ticket: { principals: {} } },
    `${AT}.ticket: "type" is missing; add it: "static" or "dynamic"`,
  ],
  [
    "no principals",
    { ticket: { type: "static" } },
    `${AT}.ticket: "principals" is missing`,
  ],
  [
    "principals that are a list",
    ticket([]),
    `${AT}.ticket.principals: expected an object, found a list`,
  ],
  [
    "users for principals",
    { ticket: { type: "static", users: {} } },
    `${AT}.ticket.users: unknown key`,
    `${AT}.ticket: "principals" is missing`,
  ],
  [
    "a principal without a ticket",
    ticket({ joe: { role: "user" } }),
    `${AT}.ticket.principals.joe: "ticket" is missing`,
  ],
  [
    "a principal that is text",
    ticket({ joe: SECRET }),
    `${AT}.ticket.principals.joe: expected an object, found a string`,
  ],
  [
    "no principal of a name",
    ticket({ joe: [] }),
    `${AT}.ticket.principals.joe: is empty; write at least one element`,
  ],
  [
    "a principal without a name",
    ticket({ "": { ticket: "t", role: "user" } }),
    `${AT}.ticket.principals[""]: an empty authid; write one`,
  ],
  [
    "a principal without a role",
    ticket({ joe: { ticket: SECRET } }),
    `${AT}.ticket.principals.joe: "role" is missing; add it, or "default-role" to the method`,
  ],
  [
    "a role that no realm has",
    ticket({ joe: { ticket: SECRET, role: "king" } }),
    `${AT}.ticket.principals.joe.role: no realm has the role "king"; there are: "user", "boss" in realm "realm1"; "user" in realm "realm2"`,
  ],
  [
    "a role that its realm lacks",
    ticket({ joe: { ticket: SECRET, role: "boss", realm: "realm2" } }),
    `${AT}.ticket.principals.joe.role: realm "realm2" does not have the role "boss"; there are: "user" in realm "realm2"`,
  ],
  [
    "a realm that is not there",
    ticket({ joe: { ticket: SECRET, role: "user", realm: "realm9" } }),
    `${AT}.ticket.principals.joe.realm: there is no realm "realm9"; there are: "realm1", "realm2"`,
  ],
  [
    "one authid twice for a realm",
    ticket({
      joe: [
        { ticket: "a", role: "user", realm: "realm1" },
        { ticket: "b", role: "user", realm: "realm1" },
      ],
    }),
    `${AT}.ticket.principals.joe[1]: a second "joe" for realm "realm1"; the first is at ${AT}.ticket.principals.joe[0]; keep one of them`,
  ],
  [
    "one authid twice for no realm",
    ticket({
      joe: [{ ticket: "a", role: "user" }, { ticket: "b", role: "user" }],
    }),
    `${AT}.ticket.principals.joe[1]: a second "joe" without a realm`,
  ],
  [
    "an empty secret",
    ticket({ joe: { ticket: "", role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: is empty; write text that is not empty`,
  ],
  [
    "a secret that is a number",
    ticket({ joe: { ticket: 12345, role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: expected a string, or {"file": PATH}, found a number`,
  ],
  [
    "a secret that is a list",
    ticket({ joe: { ticket: [SECRET], role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: expected a string, or {"file": PATH}, found a list`,
  ],
  [
    "a secret whose variable is not set",
    ticket({ joe: { ticket: "${UNSET}", role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: environment variable UNSET is not set`,
  ],
  [
    "a secret whose variable is empty",
    ticket({ joe: { ticket: "${EMPTY}", role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: environment variable EMPTY is empty; write text that is not empty`,
  ],
  [
    "a file without a path",
    ticket({ joe: { ticket: {}, role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: "file" is missing`,
  ],
  [
    "a file with more than a path",
    ticket({ joe: { ticket: { file: "a", text: SECRET }, role: "user" } }),
    `${AT}.ticket.principals.joe.ticket.text: unknown key`,
  ],
  [
    "a user without a secret",
    wampcra({}),
    `${AT}.wampcra.users.joe: "secret" is missing; add it, or "derived_secret"`,
  ],
  [
    "both secrets",
    wampcra({ secret: SECRET, derived_secret: DERIVED }),
    `${AT}.wampcra.users.joe.derived_secret: cannot be combined with "secret"; keep one of them`,
  ],
  [
    "a derived secret of which it is not said how",
    wampcra({ derived_secret: DERIVED }),
    `${AT}.wampcra.users.joe.derived_secret: is a derived key, but the config does not say how it was derived; add "salt", "iterations" and "keylen"`,
  ],
  [
    "a derived secret that is not base64",
    wampcra({
      derived_secret: SECRET + "!",
      salt: "s",
      iterations: 9999,
      keylen: 9,
    }),
    `${AT}.wampcra.users.joe.derived_secret: does not have the form that is needed here; write base64`,
  ],
  [
    "a derived secret of another length",
    wampcra({
      derived_secret: DERIVED,
      salt: "s",
      iterations: 9999,
      keylen: 16,
    }),
    `${AT}.wampcra.users.joe.derived_secret: holds 32 bytes, but "keylen" is 16`,
  ],
  [
    "half a salting",
    wampcra({ secret: SECRET, salt: "s" }),
    `${AT}.wampcra.users.joe: "salt", "iterations" and "keylen" belong together; add "iterations" and "keylen"`,
  ],
  [
    "no rounds",
    wampcra({ secret: SECRET, salt: "s", iterations: 0, keylen: 32 }),
    `${AT}.wampcra.users.joe.iterations: 0 is out of range`,
  ],
  [
    "a key of no length",
    wampcra({ secret: SECRET, salt: "s", iterations: 9999, keylen: 0 }),
    `${AT}.wampcra.users.joe.keylen: 0 is out of range`,
  ],
  [
    "an unknown kdf",
    scram({ kdf: "scrypt" }),
    `${AT}.scram.principals.joe.kdf: "scrypt" is not known`,
  ],
  [
    "Argon2 without memory",
    scram({ kdf: "argon2id13" }),
    `${AT}.scram.principals.joe: "memory" is missing; Argon2 needs it`,
  ],
  [
    "Argon2 with next to no memory",
    scram({ kdf: "argon2id13", memory: 7 }),
    `${AT}.scram.principals.joe.memory: 7 KiB are too few for Argon2; write at least 8`,
  ],
  [
    "a salt that is not hex",
    scram({ salt: "W22ZaJ0SNY7soEsUEjb6gQ==" }),
    `${AT}.scram.principals.joe.salt: "W22ZaJ0SNY7soEsUEjb6gQ==" is not possible here; write 8 to 64 bytes as hex digits`,
  ],
  [
    "a salt that is short",
    scram({ salt: "00112233445566" }),
    `${AT}.scram.principals.joe.salt: "00112233445566" is not possible here`,
  ],
  [
    "keys that are cut off",
    scram({ "stored-key": HEX.slice(2), "server-key": `${HEX}00` }),
    `${AT}.scram.principals.joe.stored-key: does not have the form that is needed here; write 64 hex digits`,
    `${AT}.scram.principals.joe.server-key: does not have the form that is needed here; write 64 hex digits`,
  ],
  [
    "a public key that is cut off",
    cryptosign({ joe: { authorized_keys: [HEX, "00"], role: "user" } }),
    `${AT}.cryptosign.principals.joe.authorized_keys[1]: "00" is not possible here; write a public key as 64 hex digits`,
  ],
  [
    "no public key",
    cryptosign({ joe: { authorized_keys: [], role: "user" } }),
    `${AT}.cryptosign.principals.joe.authorized_keys: is empty; write at least one element`,
  ],
  [
    "a router's key that is none",
    cryptosign({}, { router_key: SECRET }),
    `${AT}.cryptosign.router_key: does not have the form that is needed here; write 64 hex digits`,
  ],
  [
    "trustroots",
    { cryptosign: { type: "static", principals: {}, trustroots: {} } },
    `${AT}.cryptosign.trustroots: trustroots: not available yet; remove it`,
  ],
  [
    "a procedure without a name",
    { ticket: { type: "dynamic" } },
    `${AT}.ticket: "authenticator" is missing`,
  ],
  [
    "a procedure whose name is not a URI",
    { ticket: { type: "dynamic", authenticator: "com..x" } },
    `${AT}.ticket.authenticator: "com..x" is not possible here; write the URI of a procedure: components with a dot between, no white space and no #`,
  ],
  [
    "procedures that no client can register",
    {
      ticket: { type: "dynamic", authenticator: "wamp.my.auth" },
      wampcra: { type: "dynamic", authenticator: "sluice.authorization.x" },
    },
    `${AT}.ticket.authenticator: no client can register "wamp.my.auth"; it must not be below wamp., sluice.authorization., or sluice.event.`,
    `${AT}.wampcra.authenticator: no client can register "sluice.authorization.x"; it must not be below wamp., sluice.authorization., or sluice.event.`,
  ],
  [
    "a procedure in a realm that is not there",
    {
      ticket: {
        type: "dynamic",
        authenticator: "com.x",
        "authenticator-realm": "realm9",
      },
    },
    `${AT}.ticket.authenticator-realm: there is no realm "realm9"`,
  ],
  [
    "a default role that no realm has",
    {
      ticket: {
        type: "dynamic",
        authenticator: "com.x",
        "default-role": "king",
      },
    },
    `${AT}.ticket.default-role: no realm has the role "king"`,
  ],
  [
    "no method",
    { reveal_unknown_authid: true },
    `${AT}: names no login method, so nobody could join`,
  ],
  [
    "an anonymous role that its realm lacks",
    { anonymous: { type: "static", role: "boss", realm: "realm2" } },
    `${AT}.anonymous.role: role "boss": no realm has that role`,
  ],
];

for (const [what, auth, ...expected] of WRONG) {
  Deno.test(`loadConfig() reports ${what}, and shows no secret`, async () => {
    const { config, ...found } = await load(file(auth), { env: { EMPTY: "" } });
    assertEquals(config, undefined);
    assertFindings(found.errors, expected);
    assert(!JSON.stringify(found).includes(SECRET));
  });
}

const WARNED: readonly Row[] = [
  [
    "few rounds of WAMP-CRA",
    wampcra({ secret: SECRET, salt: "s", iterations: 1000, keylen: 32 }),
    `${AT}.wampcra.users.joe.iterations: 1000 rounds are too few`,
  ],
  [
    "a derived key in place of the secret, as Crossbar.io wanted it up to 23.1.2",
    wampcra({ secret: DERIVED, salt: "s", iterations: 9999, keylen: 32 }),
    `${AT}.wampcra.users.joe.secret: looks like a derived key, as Crossbar.io up to 23.1.2 wanted it here, but is used as the secret itself; if it is a derived key, name it "derived_secret"`,
  ],
  [
    "a derived key in place of the secret, of the length that is said",
    wampcra({
      secret: "prq7+YkJ1/KlW1X0YczMHw==",
      salt: "salt123",
      iterations: 9999,
      keylen: 16,
    }),
    `${AT}.wampcra.users.joe.secret: looks like a derived key`,
  ],
  [
    "few rounds of SCRAM",
    scram({ iterations: 4095 }),
    `${AT}.scram.principals.joe.iterations: 4095 rounds are too few`,
  ],
  [
    "little memory",
    scram({ kdf: "argon2id13", iterations: 1, memory: 8191 }),
    `${AT}.scram.principals.joe.memory: 8191 KiB are too few`,
  ],
  [
    "a method without anyone",
    ticket({}),
    `${AT}.ticket.principals: is empty: nobody can join by this method`,
  ],
  [
    "one key of two principals",
    cryptosign({
      joe: { authorized_keys: [HEX], role: "user" },
      ann: { authorized_keys: [HEX.toUpperCase()], role: "user" },
    }),
    `${AT}.cryptosign.principals.ann.authorized_keys: "joe" has the same key`,
  ],
  [
    "a variable that is not the whole value",
    ticket({ joe: { ticket: "x${TICKET}", role: "user" } }),
    `${AT}.ticket.principals.joe.ticket: "\${" is taken literally here`,
  ],
];

for (const [what, auth, ...expected] of WARNED) {
  Deno.test(`loadConfig() warns of ${what}`, async () => {
    const { warnings } = await loadSound(file(auth));
    assertFindings(warnings, expected);
  });
}

Deno.test("loadConfig() says nothing of rounds and memory that are enough", async () => {
  for (
    const auth of [
      wampcra({ secret: SECRET, salt: "s", iterations: 4096, keylen: 32 }),
      scram({}),
      scram({ kdf: "argon2id13", iterations: 1, memory: 8192 }),
    ]
  ) {
    const { warnings } = await loadSound(file(auth));
    assertEquals(brief(warnings), []);
  }
});

Deno.test("loadConfig() takes no other secret of WAMP-CRA for a derived key", async () => {
  const salting = { salt: "s", iterations: 9999, keylen: 32 };
  for (
    const user of [
      { secret: DERIVED },
      { secret: "no base64" },
      { secret: DERIVED, ...salting, keylen: 31 },
      { secret: DERIVED.slice(1), ...salting },
      { derived_secret: DERIVED, ...salting },
      { secret: { file: "secrets/joe" }, ...salting },
    ]
  ) {
    const { warnings } = await loadSound(file(wampcra(user)));
    assertEquals(brief(warnings), []);
  }
});

Deno.test("loadConfig() warns of what is fine on one machine only", async () => {
  const tls = { key: "k", certificate: "c" };
  const tcp = { type: "tcp", port: 8080 };
  const auth = {
    ...ticket({ joe: { ticket: SECRET, role: "user" } }),
    reveal_unknown_authid: true,
  };
  const clear = `${AT}.ticket: tickets are sent unencrypted`;
  const known = `${AT}.reveal_unknown_authid: other machines can find out`;
  const rows: [endpoint: object, warnings: string[]][] = [
    [tcp, [clear, known]],
    [{ ...tcp, tls }, [known]],
    [{ ...tcp, interface: "127.0.0.1" }, []],
    [{ type: "unix", path: "/s" }, []],
  ];
  for (const [endpoint, expected] of rows) {
    const { warnings } = await loadSound(file(auth, endpoint));
    assertFindings(warnings, expected);
  }
});

Deno.test("loadConfig() warns of a role that no session can get", async () => {
  const nobody = (index: number, name: string) =>
    `realms[${index}].roles[${
      name === "boss" ? 1 : 0
    }].name: no one can get this role: no transport's auth gives it in realm "realm${
      index + 1
    }"`;
  const user = { ticket: SECRET, role: "user" };
  const anonymous = { type: "static", role: "user" };
  const rows: [auth: object, warnings: string[]][] = [
    [ticket({ joe: user }), [nobody(0, "boss")]],
    [
      ticket({ joe: { ...user, realm: "realm2" } }),
      [nobody(0, "user"), nobody(0, "boss")],
    ],
    [{ anonymous: { ...anonymous, realm: "realm1" } }, [
      nobody(0, "boss"),
      nobody(1, "user"),
    ]],
    [ticket({ joe: { ...user, role: "boss" }, ann: user }), []],
    [{ ...ticket({ joe: { ...user, role: "boss" } }), anonymous }, []],
    // Any role may come from a procedure.
    [{ ticket: { type: "dynamic", authenticator: "com.auth" } }, [
      'transports[0].auth.ticket.authenticator: no role of any realm may register "com.auth", so every login by ticket fails: give one that has permissions the line {"uri":"com.auth","allow":{"register":true}}; a rule for more than this uri does not count',
    ]],
  ];
  for (const [auth, expected] of rows) {
    const { warnings } = await loadSound({
      realms: REALMS,
      transports: [{ ...SOUND, auth }],
    });
    assertEquals(brief(warnings), expected);
  }
});

Deno.test("loadConfig() says nothing of roles that no one can get while the file is wrong", async () => {
  const { warnings } = await load({
    realms: REALMS,
    transports: [{ ...SOUND, auth: ticket({ joe: { ticket: 1 } }) }],
  });
  assertEquals(brief(warnings), []);
});

Deno.test("an auth that is wrong leaves nothing open", async () => {
  const { config } = await load(file({ anonymus: {} }));
  assertEquals(config, undefined);
});

Deno.test("checkFiles() looks into the files of secrets, and shows none of it", async () => {
  const contents: Record<string, string> = {
    fine: `${HEX}\n`,
    windows: `${HEX}\r\n`,
    empty: "\n",
    two: `${HEX}\n${HEX}\n`,
    other: SECRET,
  };
  const rows: [name: string, finding: string | undefined][] = [
    ["fine", undefined],
    ["windows", undefined],
    [
      "empty",
      "the secret in /etc/sluice/empty is empty; it must hold 64 hex digits and nothing else",
    ],
    [
      "two",
      "the secret in /etc/sluice/two does not have the form that is needed here; it must hold 64 hex digits and nothing else",
    ],
    [
      "other",
      "the secret in /etc/sluice/other does not have the form that is needed here",
    ],
    ["none", "cannot read /etc/sluice/none: no such file"],
  ];
  for (const [name, finding] of rows) {
    const { files } = await loadSound(
      file(cryptosign({}, { router_key: { file: name } })),
    );
    const problems = await checkFiles(files, {
      file: "config.json",
      now: 0,
      ...NO_FAULTS,
      readTextFile: (path) => {
        const text = contents[path.split("/").at(-1) ?? ""];
        return text === undefined
          ? Promise.reject(new Error("no such file"))
          : Promise.resolve(text);
      },
    });
    const found = problems.map(formatProblem);
    assertEquals(found.length, finding === undefined ? 0 : 1, name);
    assert(found[0]?.includes(finding ?? "") ?? true, found[0]);
    assert(!JSON.stringify(found).includes(SECRET));
    assert(!JSON.stringify(found).includes(HEX));
  }
});

const DYNAMIC = { type: "dynamic", authenticator: "com.auth" };

Deno.test("a method can have both forms, in a list of two", async () => {
  const key = HEX.toLowerCase();
  const methods = {
    ...ticket({ joe: { ticket: "t", role: "user" } }),
    ...wampcra({ secret: "s" }),
    ...scram({}),
    ...cryptosign({ joe: { authorized_keys: [key], role: "user" } }, {
      router_key: key,
    }),
    anonymous: { type: "static", role: "user", realm: "realm1" },
  };
  const alone = await authOf(methods);
  const both = await authOf(Object.fromEntries(
    Object.entries(methods).map(([name, one]) => [name, [one, DYNAMIC]]),
  ));
  const { dynamic, ...rest } = both;
  assertEquals(rest, alone);
  assertEquals(Object.keys(dynamic ?? {}), [
    "anonymous",
    "ticket",
    "wampcra",
    "scram",
    "cryptosign",
  ]);
  for (const config of Object.values(dynamic ?? {})) {
    assertEquals(config.authenticator, "com.auth");
  }
});

Deno.test("of a method in both forms it is said what is wrong, and where", async () => {
  const fixed = {
    type: "static",
    principals: { joe: { ticket: "t", role: "user" } },
  };
  const right =
    'a list holds the method\'s two forms: first the one of type "static", then the one of type "dynamic"';
  const at = "transports[0].auth.ticket";
  const rows: [forms: unknown, expected: string[]][] = [
    [[], [`${at}: has 0 elements; ${right}`]],
    [[fixed], [`${at}: has 1 elements; ${right}`]],
    [[fixed, DYNAMIC, DYNAMIC], [`${at}: has 3 elements; ${right}`]],
    [[DYNAMIC, fixed], [
      `${at}[0].type: "dynamic" is in the other one's place; ${right}`,
      `${at}[1].type: "static" is in the other one's place; ${right}`,
    ]],
    [[fixed, fixed], [
      `${at}[1].type: "static" is in the other one's place; ${right}`,
    ]],
    [[fixed, "dynamic"], [`${at}[1]: `]],
    [[fixed, { type: "dynamic" }], [`${at}[1]: "authenticator" is missing`]],
    [[fixed, { ...DYNAMIC, "default-role": "none" }], [
      `${at}[1].default-role: no realm has the role "none"`,
    ]],
    [[fixed, { ...DYNAMIC, "authenticator-realm": "none" }], [
      `${at}[1].authenticator-realm: there is no realm "none"`,
    ]],
    [[fixed, { type: "function" }], [
      `${at}[1].type: authentication by ticket of type "function" is not served`,
    ]],
    [[
      { type: "static", principals: { joe: { ticket: "t", role: "x" } } },
      DYNAMIC,
    ], [
      `${at}[0].principals.joe.role: no realm has the role "x"`,
    ]],
  ];
  for (const [ticket, expected] of rows) {
    assertFindings((await load(file({ ticket }))).errors, expected);
  }
});

Deno.test("an anonymous form that lets everyone in must not stand before one that asks", async () => {
  const { errors } = await load(
    file({ anonymous: [{ type: "static", role: "user" }, DYNAMIC] }),
  );
  assertFindings(errors, [
    'transports[0].auth.anonymous[0]: "realm" is missing, so nobody would be asked about; add it',
  ]);
});

for (
  const name of [
    "auth.json",
    "auth_dynamic.json",
    "auth_both.json",
    "authorizer.json",
  ]
) {
  Deno.test(`examples/${name} has nothing wrong`, async () => {
    const example = new URL(`../../examples/${name}`, import.meta.url);
    const { warnings } = await loadSound(await Deno.readTextFile(example), {
      env: { TICKET: "t", BACKEND_TICKET: "t" },
    });
    assertEquals(brief(warnings), []);
  });
}
