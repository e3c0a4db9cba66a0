import { assertEquals } from "@std/assert";
import { brief, load, loadSound, SOUND } from "./_load.ts";

const ROLES = [{ name: "anonymous" }];

Deno.test("loadConfig() reads auto_realms, with or without realms", async () => {
  const { config } = await loadSound({
    auto_realms: {
      prefix: "tenant.",
      max_realms: 7,
      roles: ROLES,
      options: { uri_check: "strict", call_queue: 3 },
      quotas: { role: { max_sessions: 5 } },
    },
    transports: [SOUND],
  });
  assertEquals(config.realms, []);
  const { template, ...rest } = config.autoRealms ?? { template: undefined };
  assertEquals(rest, { prefix: "tenant.", maxRealms: 7 });
  assertEquals(template?.name, "tenant.*");
  assertEquals(template?.uriCheck, "strict");
  assertEquals(template?.callQueueLength, 3);
  assertEquals(template?.roles[0].quotas?.role.sessions, 5);
  assertEquals(template?.store, {
    type: "memory",
    histories: [],
    maxRetainedTopics: 1000,
    maxRetainedBytes: 1_048_576,
  });
});

Deno.test("loadConfig() has no auto_realms unless the file has", async () => {
  const { config } = await loadSound({
    realms: [{ name: "realm1", roles: ROLES }],
    transports: [SOUND],
  });
  assertEquals(config.autoRealms, undefined);
  const { config: other } = await loadSound({
    auto_realms: { roles: ROLES },
    transports: [SOUND],
  });
  assertEquals(other.autoRealms?.prefix, "");
  assertEquals(other.autoRealms?.maxRealms, 1000);
});

Deno.test("loadConfig() looks for roles in auto_realms, and for realms among their names", async () => {
  const ticket = (realm: string, role: string) => ({
    ...SOUND,
    auth: {
      ticket: {
        type: "static",
        principals: { joe: { ticket: "a long enough ticket", realm, role } },
      },
    },
  });
  const file = (realm: string, role: string) => ({
    realms: [{ name: "realm1", roles: [{ name: "boss" }] }],
    auto_realms: { prefix: "tenant.", roles: [{ name: "user" }] },
    transports: [ticket(realm, role)],
  });
  const { errors } = await load(file("tenant.a", "user"));
  assertEquals(brief(errors), []);
  const { errors: noRealm } = await load(file("tenants", "user"));
  assertEquals(brief(noRealm), [
    'transports[0].auth.ticket.principals.joe.realm: there is no realm "tenants"; there are: "realm1", "tenant.*"',
  ]);
  const { errors: noRole } = await load(file("tenant.a", "boss"));
  assertEquals(brief(noRole), [
    'transports[0].auth.ticket.principals.joe.role: realm "tenant.a" does not have the role "boss"; there are: "user" in realm "tenant.a"',
  ]);
});

const withPrefix = (prefix: string) => ({
  auto_realms: { prefix, roles: ROLES },
  transports: [SOUND],
});

for (const prefix of ["t..", ".t", "wamp.", "wamp.t", `${"t".repeat(254)}.`]) {
  Deno.test(`UR-07 UR-09: loadConfig() refuses auto_realms whose names would begin with ${prefix}`, async () => {
    const { errors } = await load(withPrefix(prefix));
    assertEquals(brief(errors), [
      `auto_realms.prefix: no realm can have a name that begins with ${
        prefix.length > 60 ? `"${"t".repeat(56)}…"` : `"${prefix}"`
      }; names are URIs of at most 255 characters, with no empty component, and not below wamp.: write the beginning of such, as in "tenant."`,
    ]);
  });
}

Deno.test("loadConfig() takes every prefix that some name can begin with", async () => {
  for (const prefix of ["", "t", "t.", "wam", "wamp", "t".repeat(255)]) {
    const { config } = await loadSound(withPrefix(prefix));
    assertEquals(config.autoRealms?.prefix, prefix);
  }
});

Deno.test("loadConfig() warns where strangers can have realms come about", async () => {
  const at = "transports[0]";
  const tail =
    ", so whoever can reach transport transport1 can make realms, up to max_realms";
  const anonymous = (more: object) => ({
    auth: { anonymous: { type: "static", ...more } },
  });
  const ticket = { type: "static", principals: {} };
  const rows: [transport: object, ...warnings: string[]][] = [
    [{}, `${at}: there is no auth${tail}`],
    [
      anonymous({}),
      `${at}.auth.anonymous: anonymous sessions have a role of auto_realms${tail}`,
    ],
    [
      anonymous({ role: "user" }),
      `${at}.auth.anonymous.role: anonymous sessions have a role of auto_realms${tail}`,
    ],
    [anonymous({ role: "guest" })],
    [anonymous({ role: "user", realm: "tenant.a" })],
    [{ auth: { ticket } }],
    [{ auth: { anonymous: { type: "dynamic", authenticator: "com.auth" } } }],
  ];
  for (const [transport, ...expected] of rows) {
    const { warnings } = await loadSound({
      realms: [{ name: "realm1", roles: [{ name: "guest" }] }],
      auto_realms: {
        prefix: "tenant.",
        roles: [{ name: "anonymous" }, { name: "user" }],
      },
      transports: [{ ...SOUND, ...transport }],
    });
    const found = brief(warnings).filter((text) =>
      text.includes("make realms")
    );
    assertEquals(found, expected);
  }
});

Deno.test("loadConfig() refuses auto_realms with a name, or with a store", async () => {
  const { errors } = await load({
    auto_realms: { roles: ROLES, name: "x", store: {}, max_realms: 0 },
    transports: [SOUND],
  });
  assertEquals(brief(errors).map((text) => text.split(":")[0]), [
    "auto_realms.name",
    "auto_realms.store",
    "auto_realms.max_realms",
  ]);
});
