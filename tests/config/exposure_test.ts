/** What strangers can do from other machines, and roles that can do nothing. */
import { assertEquals } from "@std/assert";
import {
  assertFindings,
  brief,
  load,
  loadSound,
  REALM,
  SOUND,
} from "./_load.ts";

const ALL = { call: true, register: true, publish: true, subscribe: true };
const ANONYMOUS = { anonymous: { type: "static", role: "anonymous" } };

function at(host: string | undefined, auth?: object): object {
  return {
    ...SOUND,
    id: "front",
    endpoint: {
      type: "tcp",
      port: 8080,
      ...(host !== undefined && { interface: host }),
    },
    ...(auth !== undefined && { auth }),
  };
}

function withPermissions(
  permissions: unknown,
  transport: object,
  more: object = {},
): object {
  const roles = [{ name: "anonymous", permissions, ...more }];
  return { realms: [{ name: "realm1", roles }], transports: [transport] };
}

const WRITTEN =
  'transports[0].auth.anonymous: whoever can reach transport front on tcp://ADDRESS:8080 can join without a secret, and do everything in realm "realm1": role "anonymous" is allowed to; give it permissions for less, or listen on a loopback address';
const IMPLIED =
  "transports[0].endpoint: transport front listens on tcp://ADDRESS:8080 and has no auth: whoever can reach it can join with the role of its anonymous sessions";
const EVERYTHING = ', and do everything in realm "realm1"';

/** Where a transport can listen; whether others than this machine reach it. */
const HOSTS: [host: string | undefined, shown: string, isOpen: boolean][] = [
  [undefined, "0.0.0.0", true],
  ["0.0.0.0", "0.0.0.0", true],
  ["::", "[::]", true],
  ["192.0.2.1", "192.0.2.1", true],
  ["2001:db8::1", "[2001:db8::1]", true],
  ["example.org", "example.org", true],
  ["localhost.example.org", "localhost.example.org", true],
  ["127.0.0.1.example.org", "127.0.0.1.example.org", true],
  ["::ffff:192.0.2.1", "[::ffff:192.0.2.1]", true],
  // 7.240.0.1 and 0.127.0.1: no loopback addresses, though they look like some.
  ["::ffff:7f0:1", "[::ffff:7f0:1]", true],
  ["::ffff:7f:1", "[::ffff:7f:1]", true],
  ["::127.0.0.1", "[::127.0.0.1]", true],
  ["127.0.0.1", "", false],
  ["127.1.2.3", "", false],
  ["::1", "", false],
  ["0:0:0:0:0:0:0:1", "", false],
  ["::ffff:127.0.0.1", "", false],
  ["::ffff:7f00:1", "", false],
  ["::FFFF:127.255.0.1", "", false],
  ["localhost", "", false],
  ["LOCALHOST", "", false],
];

Deno.test("anonymous sessions that may do everything are a warning where other machines reach the transport, written or not", async () => {
  for (const [host, shown, isOpen] of HOSTS) {
    for (const auth of [undefined, ANONYMOUS]) {
      const { warnings } = await loadSound({
        realms: [REALM],
        transports: [at(host, auth)],
      });
      const text = auth === undefined ? IMPLIED + EVERYTHING : WRITTEN;
      assertEquals(
        brief(warnings),
        isOpen ? [text.replace("ADDRESS", shown)] : [],
        host,
      );
    }
  }
  const { warnings } = await loadSound({
    realms: [REALM],
    transports: [{ ...SOUND, auth: ANONYMOUS }],
  });
  assertEquals(brief(warnings), []);
});

/** What a role is allowed; whether that is everything. */
const RULES: [permissions: object[], more: object, isEverything: boolean][] = [
  [[{ uri: "*", allow: ALL }], {}, true],
  [[{ uri: "", match: "prefix", allow: ALL }], {}, true],
  [[{ uri: "*.*", allow: ALL }], {}, true],
  [[{ uri: "", match: "wildcard", allow: ALL }], {}, true],
  [[{ uri: "..", match: "wildcard", allow: ALL }], {}, true],
  [[], { "allow-by-default": true }, true],
  [[{ uri: "com.secret" }], { "allow-by-default": true }, true],
  [[{ uri: "com.a" }, { uri: "*", allow: ALL }], {}, true],
  [[{ uri: "*", allow: { ...ALL, register: false } }], {}, false],
  [[{ uri: "com.*", allow: ALL }], {}, false],
  [[{ uri: "com.*.x", allow: ALL }], {}, false],
  [[{ uri: "com.a", allow: ALL }], {}, false],
];

Deno.test("everything is what a rule for all URIs allows, in whatever form", async () => {
  for (const [permissions, more, isEverything] of RULES) {
    for (const auth of [undefined, ANONYMOUS]) {
      const { warnings } = await loadSound(
        withPermissions(permissions, at("0.0.0.0", auth), more),
      );
      const expected = auth === undefined
        ? [IMPLIED + (isEverything ? EVERYTHING : "")]
        : isEverything
        ? [WRITTEN]
        : [];
      assertEquals(
        brief(warnings),
        expected.map((text) => text.replace("ADDRESS", "0.0.0.0")),
        Deno.inspect(permissions),
      );
    }
  }
});

Deno.test("nothing is said of anonymous sessions that others than strangers are, or that are asked about", async () => {
  const ticket = {
    type: "static",
    principals: { joe: { ticket: "x", role: "anonymous" } },
  };
  const tls = { key: "k", certificate: "c" };
  const authorized = {
    realms: [{
      name: "realm1",
      roles: [
        { name: "anonymous", authorizer: "com.auth" },
        {
          name: "decider",
          permissions: [{ uri: "com.auth", allow: { register: true } }],
        },
      ],
    }],
    transports: [
      at("0.0.0.0", ANONYMOUS),
      {
        ...SOUND,
        auth: {
          anonymous: { type: "static", role: "decider" },
        },
      },
    ],
  };
  const secret = at("0.0.0.0", { ticket }) as { endpoint: object };
  const other = { ...REALM, name: "realm2" };
  const guest = { name: "guest", permissions: [{ uri: "a" }] };
  const sources: object[] = [
    authorized,
    {
      realms: [REALM],
      transports: [{ ...secret, endpoint: { ...secret.endpoint, tls } }],
    },
    // They can only join where they may do less.
    {
      realms: [other, { name: "realm1", roles: [guest, REALM.roles[0]] }],
      transports: [
        at("0.0.0.0", {
          anonymous: { type: "static", role: "guest", realm: "realm1" },
          ticket,
        }),
      ].map((one) => ({ ...one, endpoint: { ...secret.endpoint, tls } })),
    },
  ];
  for (const source of sources) {
    assertEquals(brief((await loadSound(source)).warnings), []);
  }
});

Deno.test("in a node config, only the realms of a transport's own worker count", async () => {
  const worker = (name: string, role: object, transport: object) => ({
    type: "router",
    realms: [{ name, roles: [{ name: "anonymous", ...role }] }],
    transports: [transport],
  });
  const open = at("0.0.0.0", ANONYMOUS) as object;
  const { serializer: _, ...listening } = open as Record<string, unknown>;
  const { serializer: __, ...inside } = SOUND;
  const { warnings } = await loadSound({
    version: 2,
    workers: [
      worker("internal", REALM.roles[0], inside),
      worker("public", { permissions: [{ uri: "a", allow: ALL }] }, listening),
    ],
  });
  assertEquals(brief(warnings), []);
});

Deno.test("a role without permissions is a warning, unless something else is said of it", async () => {
  const text =
    'realms[0].roles[0].name: role "anonymous" has no permissions: its sessions can do nothing; add some, or an "authorizer"';
  const rows: [role: object, isIdle: boolean][] = [
    [{}, true],
    [{ permissions: [] }, true],
    [{ "allow-by-default": false }, true],
    [{ "allow-by-default": true }, false],
    [{ permissions: [{ uri: "a" }] }, false],
    [{ authorizer: "com.auth" }, false],
    [{ authorizer: 1 }, false],
    [{ permissions: 1 }, false],
  ];
  for (const [role, isIdle] of rows) {
    const { warnings } = await load({
      realms: [{ name: "realm1", roles: [{ name: "anonymous", ...role }] }],
      transports: [SOUND],
    });
    const found = brief(warnings).filter((one) =>
      !one.includes("no role of realm")
    );
    assertEquals(found, isIdle ? [text] : [], Deno.inspect(role));
  }
  const { warnings } = await load({
    auto_realms: { prefix: "t.", roles: [{ name: "anonymous" }] },
    transports: [SOUND],
  });
  assertFindings(warnings, [
    'auto_realms.roles[0].name: role "anonymous" has no permissions',
    "transports[0]: there is no auth, so whoever",
  ]);
});
