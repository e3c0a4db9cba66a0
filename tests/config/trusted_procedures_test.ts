/** What is said about authorizers and authenticators, and who may register them. */
import { assertEquals } from "@std/assert";
import { brief, loadSound, SOUND } from "./_load.ts";

const ALL = { call: true, register: true, publish: true, subscribe: true };
const EVERYTHING = { uri: "*", allow: ALL };
const AUTHORIZE = { uri: "com.authorize", allow: { register: true } };
const AUTHENTICATE = { uri: "com.authenticate", allow: { register: true } };
const TCP = { type: "tcp", interface: "127.0.0.1", port: 8080 };

/** A transport on TCP that strangers can reach, with role `anonymous`. */
function tcp(auth?: object): object {
  return { ...SOUND, endpoint: TCP, ...(auth !== undefined && { auth }) };
}

function realm(name: string, roles: object[]): object {
  return { name, roles };
}

/** What is said of roles in the tests for that. */
const BESIDE = ["no one can get this role", "has no permissions:"];

/** The warnings about a file, but for roles that nobody gets or that are idle. */
async function warnings(
  realms: object[],
  transports: object[],
  more: object = {},
): Promise<string[]> {
  const { warnings } = await loadSound({ realms, transports, ...more });
  return brief(warnings).filter((text) =>
    !BESIDE.some((words) => text.includes(words))
  );
}

const role = (name: string, ...permissions: object[]) => ({
  name,
  permissions,
});
const ASKED = { name: "asked", authorizer: "com.authorize" };

const NEVER =
  'realms[0].roles[1].authorizer: no role of realm "realm1" may register "com.authorize", so whatever the role "asked" asks for fails: give one that has permissions the line {"uri":"com.authorize","allow":{"register":true}}; a rule for more than this uri does not count';

/** The rules of the role beside the one with the authorizer. */
const REGISTRARS: [rules: object[], isNever: boolean][] = [
  [[AUTHORIZE], false],
  [[EVERYTHING, AUTHORIZE], false],
  [[], true],
  [[EVERYTHING], true],
  [[{ uri: "com.*", allow: ALL }], true],
  [[{ uri: "com.authorize*", allow: ALL }], true],
  [[{ uri: "com.authorize", match: "wildcard", allow: ALL }], true],
  [[{ uri: "com.authorize", allow: { call: true } }], true],
  [[{ uri: "com.other", allow: ALL }], true],
];

for (const [rules, isNever] of REGISTRARS) {
  Deno.test(
    `AZ-08: an authorizer beside ${JSON.stringify(rules)} ${
      isNever ? "is told never to be registered" : "is nothing to warn of"
    }`,
    async () => {
      const realms = [realm("realm1", [role("service", ...rules), ASKED])];
      const principals = {
        a: { ticket: "t", role: "service" },
        b: { ticket: "t", role: "asked" },
      };
      const auth = { ticket: { type: "static", principals } };
      assertEquals(
        await warnings(realms, [{ ...SOUND, auth }]),
        isNever ? [NEVER] : [],
      );
    },
  );
}

Deno.test("AZ-08: a role cannot have its own authorizer, or that of another, registered by an authorizer", async () => {
  const [alone] = await warnings(
    [realm("realm1", [{ ...ASKED, name: "anonymous" }])],
    [SOUND],
  );
  assertEquals(
    alone.startsWith("realms[0].roles[0].authorizer: no role of realm"),
    true,
    alone,
  );
  const found = await warnings([
    realm("realm1", [
      { name: "anonymous", authorizer: "com.one" },
      { name: "asked", authorizer: "com.two" },
    ]),
  ], [SOUND]);
  assertEquals(found.length, 2);
});

Deno.test("AZ-08: what another realm allows does not count for an authorizer, nor that of auto_realms for one of a realm", async () => {
  const other = realm("realm2", [role("anonymous", AUTHORIZE)]);
  const realms = [realm("realm1", [role("anonymous"), ASKED]), other];
  const auto_realms = { roles: [role("anonymous", AUTHORIZE)] };
  assertEquals(await warnings(realms, [SOUND], { auto_realms }), [
    NEVER,
    "transports[0]: there is no auth, so whoever can reach transport transport1 can make realms, up to max_realms",
  ]);
});

/** A ticket that a procedure judges. */
const dynamic = (more: object = {}) => ({
  ticket: { type: "dynamic", authenticator: "com.authenticate", ...more },
});

/** A principal with a secret of its own. */
const SERVICE = {
  wampcra: {
    type: "static",
    users: { a: { secret: "s", role: "service" } },
  },
};
const OF_REALM1 = {
  anonymous: { type: "static", role: "anonymous", realm: "realm1" },
};
const NOBODY_BEFORE =
  'transports[0].auth.ticket.authenticator: whoever may register "com.authenticate" is let in only by asking it, or another that nobody could register before, so every login by ticket fails: give such a role to a principal with a secret of its own, or to anonymous sessions of a Unix socket of mode 0600';

const NO_LOGIN = (where: string) =>
  `transports[0].auth.ticket.authenticator: no role of ${where} may register "com.authenticate", so every login by ticket fails: give one that has permissions the line {"uri":"com.authenticate","allow":{"register":true}}; a rule for more than this uri does not count`;

Deno.test("DY-01: an authenticator that nobody may register is a warning", async () => {
  const none = realm("realm1", [role("anonymous", EVERYTHING)]);
  const some = realm("realm2", [role("service", AUTHENTICATE)]);
  const inRealm = (name: string) => dynamic({ "authenticator-realm": name });
  const rows: [realms: object[], auth: object, expected: string[]][] = [
    [[none], dynamic(), [NO_LOGIN('realm "realm1"')]],
    [[none, some], { ...dynamic(), ...SERVICE }, []],
    [[none, some], { ...inRealm("realm2"), ...SERVICE }, []],
    [[none, some], inRealm("realm2"), [NOBODY_BEFORE]],
    [[none, some], dynamic(), [NOBODY_BEFORE]],
    [[none, some], { ...dynamic(), ...OF_REALM1 }, [NOBODY_BEFORE]],
    [[none, some], inRealm("realm1"), [NO_LOGIN('realm "realm1"')]],
    [[none, { ...none, name: "realm3" }], dynamic(), [NO_LOGIN("any realm")]],
  ];
  for (const [realms, auth, expected] of rows) {
    assertEquals(await warnings(realms, [tcp(auth)]), expected);
  }
});

Deno.test("DY-01: of a method in both forms the place of the authenticator is told, and the config's principals may register it", async () => {
  const none = realm("realm1", [role("anonymous"), role("service")]);
  const some = realm("realm1", [role("service", AUTHENTICATE)]);
  const principals = { a: { ticket: "t", role: "service" } };
  const both = {
    ticket: [{ type: "static", principals }, dynamic().ticket],
  };
  assertEquals(await warnings([some], [tcp(both)]), []);
  assertEquals(await warnings([none], [tcp(both)]), [
    NO_LOGIN('realm "realm1"')
      .replace("ticket.authenticator", "ticket[1].authenticator"),
  ]);
});

const STRANGERS = (procedure: string, decides: string, place: string) =>
  `${place}: anonymous sessions of transport transport1 have the role "anonymous", which may register "${procedure}" in realm "realm1": whoever can reach the transport ${decides}; give that right to a role that has to be proved, or let these sessions in only on a Unix socket of mode 0600`;

Deno.test("AZ-08 DY-01: anonymous sessions that may register whose word is taken are a warning", async () => {
  const open = [
    realm("realm1", [role("anonymous", AUTHORIZE, AUTHENTICATE), ASKED]),
  ];
  const anonymous = { type: "static", role: "anonymous" };
  const may = STRANGERS(
    "com.authorize",
    "says what sessions may do",
    "transports[0]",
  );
  const named = STRANGERS(
    "com.authorize",
    "says what sessions may do",
    "transports[0].auth.anonymous.role",
  );
  const join = STRANGERS(
    "com.authenticate",
    "says who may join",
    "transports[0].auth.anonymous.role",
  );
  assertEquals(await warnings(open, [tcp()]), [may]);
  assertEquals(await warnings(open, [tcp({ anonymous })]), [named]);
  assertEquals(
    await warnings(open, [tcp({ anonymous, ...dynamic() })]),
    [named, join],
  );
  // Other sessions, another realm, or a socket of the owner's alone.
  const guests = { anonymous: { type: "static", role: "asked" } };
  assertEquals(await warnings(open, [tcp({ ...guests })]), []);
  const elsewhere = realm("realm2", [role("anonymous", EVERYTHING)]);
  assertEquals(
    await warnings([...open, elsewhere], [
      tcp({ anonymous: { ...anonymous, realm: "realm2" } }),
    ]),
    [],
  );
  // In both forms: one realm by the config, the others by the authenticator.
  const asks = {
    type: "dynamic",
    authenticator: "com.other",
    "default-role": "anonymous",
  };
  const asked = STRANGERS(
    "com.authorize",
    "says what sessions may do",
    "transports[0].auth.anonymous[1].authenticator",
  );
  const byForm = async (here: string, role: string) => {
    const fixed = { type: "static", role, realm: here };
    const auth = { anonymous: [fixed, asks] };
    const found = await warnings([...open, elsewhere], [tcp(auth)]);
    return found.filter((line) => line.includes("com.authorize"));
  };
  assertEquals(await byForm("realm2", "anonymous"), [asked]);
  assertEquals(await byForm("realm1", "asked"), []);
  assertEquals(await byForm("realm1", "anonymous"), [
    named.replace("anonymous.role", "anonymous[0].role"),
  ]);
  assertEquals(await warnings(open, [SOUND]), []);
  const shared = { type: "unix", path: "/run/sluice.sock", mode: "0660" };
  assertEquals(
    await warnings(open, [{ ...SOUND, endpoint: shared }]),
    [may],
  );
});

Deno.test("RV-04: allow.force_reregister is off unless it is written, and means nothing without register", async () => {
  const rows: [allow: object, expected: boolean, warned: boolean][] = [
    [ALL, false, false],
    [{ ...ALL, force_reregister: false }, false, false],
    [{ ...ALL, force_reregister: true }, true, false],
    [{ register: true, force_reregister: true }, true, false],
    [{ call: true, force_reregister: true }, false, true],
  ];
  for (const [allow, expected, warned] of rows) {
    const { config, warnings } = await loadSound({
      realms: [realm("realm1", [role("anonymous", { uri: "*", allow })])],
      transports: [SOUND],
    });
    const [rule] = config.realms[0].roles[0].permissions;
    assertEquals(rule.allow.force_reregister === true, expected);
    assertEquals(
      brief(warnings),
      warned
        ? [
          "realms[0].roles[0].permissions[0].allow.force_reregister: has no effect without register",
        ]
        : [],
    );
  }
  const { config } = await loadSound({
    realms: [
      realm("realm1", [{ name: "anonymous", "allow-by-default": true }]),
    ],
    transports: [SOUND],
  });
  const [rule] = config.realms[0].roles[0].permissions;
  assertEquals(rule.allow.force_reregister, undefined);
});
