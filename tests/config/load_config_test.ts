import { assertEquals } from "@std/assert";
import type {
  TcpEndpointConfig,
  TransportConfig,
} from "../../src/config/config.ts";
import {
  brief,
  load,
  loadSound,
  rawSocketOf,
  REALM,
  SOUND,
  withoutSources,
} from "./_load.ts";

const ALLOW_ALL = {
  call: true,
  register: true,
  publish: true,
  subscribe: true,
};

const DISCLOSE_NONE = { caller: false, publisher: false };

const DEFAULT_LIMITS = {
  handshakeTimeoutMs: 10_000,
  helloTimeoutMs: 10_000,
  goodbyeTimeoutMs: 10_000,
  authenticateTimeoutMs: 10_000,
  authenticatorTimeoutMs: 10_000,
  autoPing: "answering" as const,
  autoPingIntervalMs: 30_000,
  autoPingTimeoutMs: 15_000,
  maxAuthenticatorCalls: 100,
  maxAuthFailures: 10,
  maxOutboxBytes: 8_388_608,
  maxStallMs: 100,
  slowAfterMs: 10_000,
  overload: "disconnect" as const,
  maxDepth: 64,
  maxConnections: 20_000,
  maxTlsHandshakes: 1000,
  maxSubscriptions: 100_000,
  maxRegistrations: 100_000,
  maxPendingCalls: 65_536,
  maxTestaments: 1000,
  maxTestamentBytes: 1_048_576,
  maxSessionBytes: 67_108_864,
  frameTimeoutMs: 60_000,
  strictRequestIds: false,
};

const DEFAULT_QUOTA = {
  sessions: 100_000,
  subscriptions: 10_000_000,
  registrations: 10_000_000,
  pendingCalls: 10_000_000,
  messagesPerSecond: 10_000_000,
  bytesPerSecond: 10_000_000_000,
};

Deno.test("loadConfig() fills in all defaults of a file that is one transport", async () => {
  const { config, warnings, notes } = await loadSound(
    '{ "type": "rawsocket", "serializer": "msgpack", "endpoint": { "type": "unix", "path": "/tmp/mysocket1" } }',
  );
  assertEquals(config, {
    realms: [{
      name: "realm1",
      uriCheck: "loose",
      roles: [{
        name: "anonymous",
        permissions: [{
          uri: "",
          match: "prefix",
          allow: ALLOW_ALL,
          disclose: DISCLOSE_NONE,
        }],
        quotas: { role: DEFAULT_QUOTA },
        authorizerTimeoutMs: 10_000,
        authorizerCache: 10_000,
      }],
      allowsDisclosure: true,
      callQueueLength: 0,
      hasMetaApi: true,
      store: {
        type: "memory",
        histories: [],
        maxRetainedTopics: 10_000,
        maxRetainedBytes: 67_108_864,
      },
    }],
    transports: [{
      id: "transport1",
      type: "rawsocket",
      endpoint: {
        type: "unix",
        path: "/tmp/mysocket1",
        mode: 0o600,
      },
      limits: DEFAULT_LIMITS,
      rawsocket: {
        serializers: ["msgpack"],
        maxMessageBytes: 131_072,
        auth: { anonymous: { role: "anonymous" }, implied: true },
        debug: false,
        limits: DEFAULT_LIMITS,
      },
      websockets: [],
      trustedProxies: [],
    }],
    shutdownTimeoutMs: 5_000,
    maxSourceBytes: 67_108_864,
    maxTotalFrameBytes: 268_435_456,
    maxTotalOutboxBytes: 536_870_912,
  });
  assertEquals([warnings, notes], [[], []]);
});

Deno.test("loadConfig() reads every key of a file with realms and transports", async () => {
  const { config, environment } = await loadSound({
    $schema: "./config.schema.json",
    shutdown_timeout_ms: 1,
    handshake_timeout_ms: 2,
    strict_request_ids: true,
    realms: [{
      ...REALM,
      options: { uri_check: "strict" },
    }, {
      name: "org.example",
      roles: [{ name: "anonymous", "allow-by-default": true }],
    }],
    transports: [SOUND, {
      id: "public",
      type: "rawsocket",
      endpoint: {
        type: "tcp",
        port: "$PORT",
        interface: "192.0.2.1",
        version: 4,
        backlog: 100,
        shared: true,
        tls: {
          key: "tls/${NAME}.key",
          certificate: "/pem/server.crt",
          chain_certificates: ["a.crt", "b.crt"],
        },
      },
      serializers: ["cbor", "json"],
      max_message_size: 1024,
      auth: { anonymous: { type: "static", role: "anonymous" } },
      debug: true,
      options: { handshake_timeout_ms: 3, max_depth: 5 },
    }],
  }, { env: { PORT: "8443", NAME: "server" } });
  assertEquals(config.shutdownTimeoutMs, 1);
  assertEquals(config.realms.map(({ uriCheck }) => uriCheck), [
    "strict",
    "loose",
  ]);
  assertEquals(withoutSources(config.realms[1].roles[0]), [
    { uri: "", match: "prefix", allow: ALLOW_ALL, disclose: DISCLOSE_NONE },
  ]);
  const limits = {
    ...DEFAULT_LIMITS,
    handshakeTimeoutMs: 3,
    maxDepth: 5,
    strictRequestIds: true,
  };
  assertEquals<TransportConfig>(config.transports[1], {
    id: "public",
    type: "rawsocket",
    endpoint: {
      type: "tcp",
      hostname: "192.0.2.1",
      port: 8443,
      backlog: 100,
      reusePort: true,
      tls: {
        keyPath: "/etc/sluice/tls/server.key",
        certificatePath: "/pem/server.crt",
        chainCertificatePaths: ["/etc/sluice/a.crt", "/etc/sluice/b.crt"],
      },
    },
    limits,
    rawsocket: {
      serializers: ["cbor", "json"],
      maxMessageBytes: 1024,
      auth: { anonymous: { role: "anonymous" }, implied: false },
      debug: true,
      limits,
    },
    websockets: [],
    trustedProxies: [],
  });
  assertEquals(config.transports[0].limits, {
    ...DEFAULT_LIMITS,
    handshakeTimeoutMs: 2,
    strictRequestIds: true,
  });
  assertEquals(environment, ["PORT", "NAME"]);
});

Deno.test("loadConfig() takes limits of a file that is one transport from its options", async () => {
  const options = { max_outbox_bytes: 4096, max_message_size: 600 };
  const { config } = await loadSound({ ...SOUND, options });
  assertEquals(config.transports[0].limits, {
    ...DEFAULT_LIMITS,
    maxOutboxBytes: 4096,
  });
  assertEquals(rawSocketOf(config).maxMessageBytes, 600);
});

Deno.test("loadConfig() numbers transports without id by their place", async () => {
  const at = (path: string, id?: string) => ({
    ...SOUND,
    ...(id === undefined ? {} : { id }),
    endpoint: { type: "unix", path },
  });
  const { config } = await loadSound({
    transports: [at("/a"), at("/b", "second"), at("/c")],
  });
  assertEquals(config.transports.map(({ id }) => id), [
    "transport1",
    "second",
    "transport3",
  ]);
});

Deno.test("loadConfig() reads comments, trailing commas and a byte order mark", async () => {
  const { config } = await loadSound(`\uFEFF// first
    { /* where */ "transports": [
      { "type": "rawsocket", "serializer": "cbor",
        "endpoint": { "type": "unix", "path": "x", }, }, // a comma too many
    ], }`);
  assertEquals(config.transports[0].endpoint, {
    type: "unix",
    path: "/etc/sluice/x",
    mode: 0o600,
  });
});

Deno.test("loadConfig() resolves paths from the folder of the config", async () => {
  const { loadConfig } = await import("../../src/config/load_config.ts");
  const { config } = await loadConfig("sub/config.json", {
    readTextFile: () =>
      Promise.resolve(JSON.stringify({
        ...SOUND,
        endpoint: { type: "unix", path: "../run/s" },
      })),
    env: () => undefined,
    workingFolder: "/home/me",
  });
  assertEquals(
    config?.transports.map(({ endpoint }) =>
      endpoint.type === "unix" && endpoint.path
    ),
    ["/home/me/run/s"],
  );
});

Deno.test("loadConfig() reports a file that cannot be read", async () => {
  const { loadConfig } = await import("../../src/config/load_config.ts");
  const { config, errors } = await loadConfig("none.json", {
    readTextFile: () => Promise.reject(new Error("there is no such file")),
    env: () => undefined,
    workingFolder: "/",
  });
  assertEquals(config, undefined);
  assertEquals(errors.map(({ message }) => message), [
    "cannot read the config: there is no such file",
  ]);
});

Deno.test("loadConfig() chooses the address to listen on", async () => {
  const cases: [endpoint: Record<string, unknown>, hostname: string][] = [
    [{}, "0.0.0.0"],
    [{ version: 4 }, "0.0.0.0"],
    [{ version: 6 }, "::"],
    [{ interface: "::1" }, "::1"],
    [{ interface: "::1", version: 6 }, "::1"],
    [{ interface: "localhost" }, "localhost"],
    [{ interface: "localhost", version: 4 }, "127.0.0.1"],
    [{ interface: "localhost", version: 6 }, "::1"],
    [{ interface: "router.example.org" }, "router.example.org"],
  ];
  for (const [endpoint, hostname] of cases) {
    const { config } = await loadSound({
      realms: [REALM],
      transports: [{
        ...SOUND,
        endpoint: { type: "tcp", port: 0, ...endpoint },
      }],
    });
    const { endpoint: built } = config.transports[0];
    assertEquals((built as TcpEndpointConfig).hostname, hostname);
  }
});

Deno.test("loadConfig() warns of an open address without auth, and only then", async () => {
  const anonymous = { anonymous: { type: "static" } };
  const cases: [transport: Record<string, unknown>, warned: boolean][] = [
    [{}, true],
    [{ auth: anonymous }, false],
    [{ endpoint: { type: "tcp", port: 1, interface: "::" } }, true],
    [{ endpoint: { type: "tcp", port: 1, interface: "10.0.0.1" } }, true],
    [{ endpoint: { type: "tcp", port: 1, interface: "127.8.9.1" } }, false],
    [{ endpoint: { type: "tcp", port: 1, interface: "::1" } }, false],
    [{ endpoint: { type: "tcp", port: 1, interface: "0:0::1" } }, false],
    [{ endpoint: { type: "tcp", port: 1, interface: "localhost" } }, false],
    [{ endpoint: { type: "unix", path: "/x" } }, false],
  ];
  for (const [transport, warned] of cases) {
    const { warnings } = await loadSound({
      realms: [REALM],
      transports: [{
        ...SOUND,
        endpoint: { type: "tcp", port: 8080 },
        ...transport,
      }],
    });
    const found = brief(warnings).filter((text) => text.includes("no auth"));
    assertEquals(found.length, warned ? 1 : 0, JSON.stringify(transport));
  }
});

Deno.test("loadConfig() refuses a file without realms to an open address, with the lines to add", async () => {
  const endpoint = { type: "tcp", port: 8080 };
  for (
    const file of [{ ...SOUND, endpoint }, {
      transports: [{ ...SOUND, endpoint }],
    }]
  ) {
    const { errors } = await load(file);
    assertEquals(errors.length, 1);
    const [message] = brief(errors);
    const lines = message.match(/"realms": \[[^]*\}\]/)?.[0];
    // The lines are not only shown: they work.
    await loadSound(`{ ${lines}, "transports": [
      ${JSON.stringify({ ...SOUND, endpoint })} ] }`);
  }
});

Deno.test("loadConfig() gives a file without realms to loopback addresses", async () => {
  for (const host of ["127.0.0.1", "::1", "localhost"]) {
    const { config } = await loadSound({
      ...SOUND,
      endpoint: { type: "tcp", port: 8080, interface: host },
    });
    assertEquals(config.realms.map(({ name }) => name), ["realm1"]);
  }
});

Deno.test("loadConfig() notes what sizes and settings come to", async () => {
  const cases: [transport: Record<string, unknown>, note: string][] = [
    [
      { max_message_size: 16_777_217 },
      "max_message_size: 16777217 is more than RawSocket can carry: its own limit of 16777216 (16 MiB) counts",
    ],
    [
      { endpoint: { type: "unix", path: "/x", backlog: 5 } },
      "endpoint.backlog: is not applied: Deno has no such setting for Unix sockets",
    ],
    [{ max_message_size: 16_777_216 }, ""],
    [{ max_message_size: 512 }, ""],
  ];
  for (const [transport, note] of cases) {
    const { notes } = await loadSound({ ...SOUND, ...transport });
    assertEquals(brief(notes), note === "" ? [] : [note]);
  }
});

Deno.test("loadConfig() warns of each realm that sessions of a transport cannot join", async () => {
  const backend = { ...REALM.roles[0], name: "backend" };
  const other = { name: "realm2", roles: [backend] };
  const { warnings } = await loadSound({
    realms: [REALM, other],
    transports: [SOUND],
  });
  assertEquals(brief(warnings), [
    `realms[1].roles[0].name: no one can get this role: no transport's auth gives it in realm "realm2"`,
    'transports[0]: sessions have the role "anonymous", since there is no auth, but realm "realm2" has no such role, so nobody can join it through transport transport1',
  ]);
});

Deno.test("RS-16: loadConfig() takes any max_message_size from 1 on, with a warning where the handshake cannot announce so little", async () => {
  const rows: [size: number, warns: boolean][] = [
    [1, true],
    [511, true],
    [512, false],
    [513, false],
  ];
  for (const [size, warns] of rows) {
    for (
      const more of [
        { max_message_size: size },
        { options: { max_message_size: size } },
      ]
    ) {
      const { config, warnings } = await loadSound({ ...SOUND, ...more });
      assertEquals(rawSocketOf(config).maxMessageBytes, size);
      const path = "options" in more
        ? "options.max_message_size"
        : "max_message_size";
      assertEquals(
        brief(warnings),
        warns
          ? [
            `${path}: the handshake cannot announce less than 512: clients that keep to what it announces, and send more than ${size} bytes at once, are sent ABORT and closed`,
          ]
          : [],
      );
    }
  }
});
