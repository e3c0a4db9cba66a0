/**
 * What the log says about clients that are refused, cut off or slow: who they
 * are, why, and which config key decided.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createLogger } from "../../src/base/log.ts";
import { bytesOf, concat } from "../support/hex.ts";
import { ticketOf } from "../support/principals.ts";
import { helloDetails, RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import {
  type LogLine,
  openRealm,
  type TestServer,
  type TestServerOptions,
} from "../support/test_server.ts";

const TICKETS: TestServerOptions = {
  realms: [openRealm("realm1", ["user"]), openRealm("realm2", ["other"])],
  auth: { ticket: { principals: [ticketOf("joe", "secret")] } },
  limits: { maxAuthFailures: 2 },
};

/** The line about the login that failed last. */
function refusal(server: TestServer): LogLine {
  const lines = server.log.filter(({ message }) => message === "login refused");
  const line = lines.at(-1);
  assert(line !== undefined);
  return line;
}

/** HELLO, and an answer if one is asked for; what the refusal said. */
async function fail(
  client: RawClient,
  realm: string,
  details: Record<string, unknown>,
  ticket = "wrong",
): Promise<string> {
  await client.send([1, realm, { ...helloDetails(), ...details }]);
  let message = await client.receive();
  if (message[0] === 4) message = await client.request([5, ticket, {}]);
  assertEquals(message[0], 3);
  client.close();
  return JSON.stringify(message);
}

const CA = await Deno.readTextFile(
  new URL("../fixtures/ca.crt", import.meta.url),
);

/** A ClientHello of TLS 1.0, with one cipher and no extension. */
const TLS_1_0_HELLO = concat(
  bytesOf("16 03 01 00 2D 01 00 00 29 03 01"),
  new Uint8Array(32),
  bytesOf("00 00 02 00 2F 01 00"),
);

const JOE = { authmethods: ["ticket"], authid: "joe" };

/** Logins that fail, and what the log says of why. */
const REFUSALS: [
  what: string,
  realm: string,
  details: Record<string, unknown>,
  detail: RegExp,
][] = [
  ["a wrong ticket", "realm1", JOE, /^wrong ticket$/],
  ["an unknown authid", "realm1", { ...JOE, authid: "jim" }, /^unknown authid/],
  ["no authid", "realm1", { authmethods: ["ticket"] }, /authid is missing/],
  ["no such realm", "realm9", JOE, /There is no realm "realm9"/],
  ["a name that is no realm's", "a b", JOE, /not a valid URI/],
  ["another role", "realm1", { ...JOE, authrole: "boss" }, /wrong ticket/],
  [
    "methods that are not there",
    "realm1",
    { ...JOE, authmethods: ["wampcra", "scram"] },
    /^the client offers wampcra, scram; "auth" of this transport allows ticket in this realm$/,
  ],
  [
    "no method",
    "realm1",
    {},
    /^the client offers anonymous; "auth" of this transport allows ticket/,
  ],
];

for (const [what, realm, details, detail] of REFUSALS) {
  scenario(
    `AU-10: a login refused for ${what} is logged with realm, authid and why, of which the client is told less`,
    async (router) => {
      const client = await router.open();
      const told = await fail(client, realm, details);
      const { level, fields } = refusal(router.server);
      assertEquals(level, "warn");
      assertEquals(fields["realm"], realm);
      assertEquals(fields["authid"], details["authid"]);
      assertMatch(`${fields["detail"]}`, detail);
      const secrets = [
        "wrong ticket",
        "unknown authid",
        "this transport allows",
      ];
      for (const secret of secrets) assert(!told.includes(secret), told);
    },
    TICKETS,
  );
}

scenario(
  "AU-06: a role that the realm does not have is logged with who asked for it",
  async (router) => {
    const client = await router.open();
    await fail(client, "realm1", { ...JOE, authrole: "boss" }, "secret");
    const { fields } = refusal(router.server);
    assertMatch(`${fields["detail"]}`, /no role "boss", which HELLO asks for$/);
  },
  TICKETS,
);

scenario(
  "AU-10: logins turned away after too many failures are logged with the key that decided",
  async (router) => {
    const { server } = router;
    await fail(await router.open(), "realm1", JOE);
    // All at once: those that would wait for too long are turned away now.
    for (let i = 0; i < 15; i++) {
      const client = await router.open();
      await client.send([1, "realm1", { ...helloDetails(), ...JOE }]);
      assertEquals((await client.receive())[0], 4);
      await client.send([5, "wrong", {}]);
    }
    const { fields } = await server.logged("limit of 1 failed logins a minute");
    assertEquals([fields["realm"], fields["authid"]], ["realm1", "joe"]);
  },
  { ...TICKETS, limits: { maxAuthFailures: 1 } },
);

scenario(
  "a name that a stranger chose neither breaks the log nor fills it",
  async (router) => {
    const authid = `joe\n\u001b[2J\u202e"level":"error"${"x".repeat(5000)}`;
    await fail(await router.open(), "realm1", { ...JOE, authid });
    const { message, fields } = refusal(router.server);
    for (const format of ["text", "json"] as const) {
      const lines: string[] = [];
      const write = (line: string) => void lines.push(line);
      createLogger({ level: "warn", format, write }).warn(message, fields);
      assertEquals(lines.length, 1);
      assert(!/[\p{Cc}\p{Cf}]/u.test(lines[0]), lines[0]);
      assert(lines[0].length < 1000, `${lines[0].length}`);
    }
  },
  TICKETS,
);

scenario(
  "SL-10: an AUTHENTICATE that does not come in time is logged with who did not send it",
  async (router) => {
    const client = await router.open();
    await client.send([1, "realm1", { ...helloDetails(), ...JOE }]);
    await router.server.logged("login refused");
    const { fields } = refusal(router.server);
    assertEquals([fields["authid"], fields["authmethod"]], ["joe", "ticket"]);
    assertMatch(
      `${fields["detail"]}`,
      /within 60 ms \(authenticate_timeout_ms\)$/,
    );
  },
  { ...TICKETS, limits: { authenticateTimeoutMs: 60 } },
);

for (const kind of ["tcp", "tls", "unix"] as const) {
  scenario(
    `RS-17: a handshake that does not come in time is logged over ${kind}, with what was waited for`,
    async ({ server }) => {
      using client = await RawClient.connect(server.address(kind));
      await client.sendBytes(bytesOf("7F F1"));
      const { level, fields } = await server.logged("the handshake did not");
      assertEquals([level, fields["handshake_timeout_ms"]], ["warn", 500]);
      assertEquals(fields["received_bytes"], 2);
      assertEquals([fields["awaited"], fields["transport"]], [
        "RawSocket",
        kind,
      ]);
    },
    { kinds: [kind], limits: { handshakeTimeoutMs: 500 } },
  );
}

scenario(
  "RS-17: a TLS handshake that does not come in time is told from one of RawSocket",
  async ({ server }) => {
    const tcp = server.address("tls").replace("tls:", "tcp:");
    using _client = await RawClient.connect(tcp);
    const { fields } = await server.logged("the handshake did not");
    assertEquals(fields["awaited"], "TLS");
  },
  { kinds: ["tls"], limits: { handshakeTimeoutMs: 100 } },
);

/** Clients that leave because of the certificate. */
const DISTRUST: [what: string, hostname: string, caCerts: string[], RegExp][] =
  [
    [
      "an authority that it does not know",
      "localhost",
      [],
      /alert UnknownCA: /,
    ],
    ["a name that is another", "other.test", [CA], /alert BadCertificate: /],
  ];

for (const [what, hostname, caCerts, reason] of DISTRUST) {
  scenario(
    `RS-19: a client that does not trust the certificate for ${what} is told from one that speaks no TLS`,
    async ({ server }) => {
      const port = Number(new URL(server.address("tls")).port);
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      using tls = await Deno.startTls(conn, { hostname, caCerts });
      await assertRejects(() => tls.handshake());
      const line = await server.logged("does not trust the certificate");
      assertEquals([line.level, line.fields["transport"]], ["warn", "tls"]);
      assertMatch(`${line.fields["reason"]}`, reason);
    },
    { kinds: ["tls"] },
  );
}

scenario(
  "RS-19: a client that leaves right after the TLS handshake is logged, one that only looks at the port is not",
  async ({ server }) => {
    const port = Number(new URL(server.address("tls")).port);
    const looking = await Deno.connect({ hostname: "127.0.0.1", port });
    looking.close();
    await server.emptied();
    const lines = server.log.filter(({ level }) => level !== "debug");
    assertEquals(lines, []);
    const client = await RawClient.connect(server.address("tls"));
    client.close();
    const { level, fields } = await server.logged("left in or right after");
    assertEquals(level, "warn");
    assertMatch(`${fields["reason"]}`, /may not trust the certificate/);
  },
  { kinds: ["tls"] },
);

scenario(
  "RS-19: a client with no version of TLS in common is told from one that speaks none",
  async ({ server }) => {
    const tcp = server.address("tls").replace("tls:", "tcp:");
    using client = await RawClient.connect(tcp);
    await client.sendBytes(TLS_1_0_HELLO);
    const { fields } = await server.logged("TLS with the client failed");
    assertMatch(`${fields["reason"]}`, /incompatible/);
  },
  { kinds: ["tls"] },
);

/** Ways over a limit of a session, and what the log says of it. */
const OVER_A_LIMIT: [
  key: string,
  message: string,
  over: (client: RawClient) => Promise<void>,
][] = [
  ["max_subscriptions", "limit reached", async (client) => {
    await client.subscribe("com.a");
    await client.request([32, client.nextRequest(), {}, "com.b"]);
  }],
  ["max_registrations", "limit reached", async (client) => {
    await client.register("com.a");
    await client.request([64, client.nextRequest(), {}, "com.b"]);
  }],
  ["max_pending_calls", "limit reached", async (client) => {
    await client.register("com.a");
    await client.request([48, client.nextRequest(), {}, "com.a"]);
    await client.request([48, client.nextRequest(), {}, "com.a"]);
  }],
  ["max_testaments", "limit reached", async (client) => {
    for (let i = 0; i < 2; i++) {
      const request = client.nextRequest();
      const procedure = "wamp.session.add_testament";
      await client.request([48, request, {}, procedure, ["com.a", [], {}]]);
    }
  }],
  ["max_message_size", "protocol violation", async (client) => {
    await client.sendBytes(bytesOf("00 00 10 01"));
  }],
  ["max_depth", "protocol violation", async (client) => {
    await client.send([16, 1, {}, "com.a", [[[[[[[[[1]]]]]]]]]]);
  }],
  ["strict_request_ids", "protocol violation", async (client) => {
    await client.send([32, 7, {}, "com.a"]);
  }],
];

for (const [key, message, over] of OVER_A_LIMIT) {
  scenario(
    `a session over ${key} is logged with session, authid, realm and that key`,
    async (router) => {
      const client = await router.join();
      await over(client);
      const line = await router.server.logged(message);
      assertMatch(`${line.fields["key"]}`, new RegExp(`\\b${key}\\b`));
      assertEquals(
        [line.fields["session"], line.fields["authid"], line.fields["realm"]],
        [client.sessionId, "joe", "realm1"],
      );
    },
    {
      authid: "joe",
      maxMessageBytes: 4096,
      limits: {
        maxSubscriptions: 1,
        maxRegistrations: 1,
        maxPendingCalls: 1,
        maxTestaments: 1,
        maxDepth: 8,
        strictRequestIds: true,
      },
    },
  );
}

scenario(
  "RS-11: connections over max_connections are logged with that key",
  async (router) => {
    await router.join();
    using excess = await RawClient.connect(router.server.address());
    await excess.sendBytes(bytesOf("7F F1 00 00"));
    await excess.readBytes(4);
    const { fields } = await router.server.logged("handshake refused");
    assertEquals(fields["key"], "max_connections");
  },
  { limits: { maxConnections: 1 } },
);
