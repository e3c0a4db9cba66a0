/**
 * Node configs of Crossbar.io.
 */
import { assertEquals } from "@std/assert";
import { brief, load, loadSound, rawSocketOf, REALM } from "./_load.ts";

const RAWSOCKET = {
  type: "rawsocket",
  endpoint: { type: "tcp", port: 8080, interface: "127.0.0.1" },
};

function node(worker: object, ...workers: object[]): object {
  const router = {
    type: "router",
    realms: [REALM],
    transports: [RAWSOCKET],
    ...worker,
  };
  return { version: 2, controller: {}, workers: [router, ...workers] };
}

Deno.test("loadConfig() takes realms and transports of a router worker", async () => {
  const { config, notes } = await loadSound(node({
    id: "router1",
    options: { pythonpath: [".."] },
    realms: [{
      id: "realm001",
      ...REALM,
      options: {
        event_dispatching_chunk_size: 100,
        enable_meta_api: false,
        bridge_meta_api: false,
      },
    }],
  }));
  assertEquals(config.realms.map(({ name }) => name), ["realm1"]);
  // Crossbar.io speaks all it has unless a list says otherwise.
  const rawsocket = rawSocketOf(config);
  assertEquals(rawsocket.serializers, ["json", "msgpack", "cbor"]);
  assertEquals(rawsocket.maxMessageBytes, 131_072);
  assertEquals(brief(notes), [
    'workers[0].transports[0]: max_message_size is 131072 unless set, where Crossbar.io has 16777216: clients that send more are disconnected; "options" can set it',
  ]);
});

Deno.test("loadConfig() serves RawSocket of a universal transport, and names MQTT", async () => {
  const { config, warnings } = await loadSound(
    node({
      transports: [{
        type: "universal",
        id: "uni",
        endpoint: { type: "unix", path: "/run/$USER/${APP}.sock" },
        rawsocket: {
          serializers: ["cbor"],
          options: { max_message_size: 1024 },
          debug: true,
        },
        mqtt: { options: {} },
      }],
    }),
    { env: { USER: "me", APP: "x" }, ignoreUnsupported: true },
  );
  const [transport] = config.transports;
  const rawsocket = rawSocketOf(config);
  assertEquals(
    [transport.id, rawsocket.serializers, rawsocket.maxMessageBytes],
    ["uni", ["cbor"], 1024],
  );
  assertEquals(rawsocket.debug, true);
  assertEquals(transport.endpoint, {
    type: "unix",
    path: "/run/me/x.sock",
    mode: 0o600,
  });
  assertEquals(brief(warnings), [
    "workers[0].transports[0].mqtt: MQTT is not served; left out",
  ]);
});

/** A node whose only endpoint has more keys. */
function listening(endpoint: object): object {
  return node({
    transports: [{
      ...RAWSOCKET,
      endpoint: { ...RAWSOCKET.endpoint, ...endpoint },
    }],
  });
}

const TLS = { key: "k", certificate: "c" };

const RIGHT = "remove it, or leave such parts out with --ignore-unsupported";

/** What is refused, and left out on demand while the rest starts. */
const LEFT_OUT: readonly [what: string, file: object, finding: string][] = [
  [
    "a transport of another type",
    node({
      transports: [{ type: "mqtt", endpoint: { port: 1 } }, RAWSOCKET],
    }),
    'workers[0].transports[0].type: a transport of type "mqtt" is not served',
  ],
  [
    "a universal transport without parts",
    node({
      transports: [
        { type: "universal", endpoint: RAWSOCKET.endpoint },
        RAWSOCKET,
      ],
    }),
    "workers[0].transports[0]: this transport serves nothing",
  ],
  [
    "a worker of another type",
    node({}, { type: "container", components: [] }),
    'workers[1].type: a worker of type "container" is not served: run its components as clients',
  ],
  [
    "components",
    node({ components: [{}] }),
    "workers[0].components: components inside the router are not served",
  ],
  [
    "a store of another type",
    node({ realms: [{ ...REALM, store: { type: "cfxdb", path: "x" } }] }),
    'workers[0].realms[0].store.type: a store of type "cfxdb" is not served: write "sqlite", with the path of a new file; events of the old one cannot be taken over',
  ],
  [
    "queues of calls in a store",
    node({
      realms: [{ ...REALM, store: { type: "memory", "call-queue": [] } }],
    }),
    "workers[0].realms[0].store.call-queue: queues of calls are an option of the realm here: `call_queue`",
  ],
  [
    "a serializer",
    node({ transports: [{ ...RAWSOCKET, serializers: ["ubjson", "json"] }] }),
    'workers[0].transports[0].serializers[0]: "ubjson" is not served: no client in wide use needs it',
  ],
  [
    "TCP_USER_TIMEOUT",
    listening({ user_timeout: 10_000 }),
    "workers[0].transports[0].endpoint.user_timeout: Deno cannot set TCP_USER_TIMEOUT",
  ],
  [
    "the ciphers that TLS may use",
    listening({ tls: { ...TLS, ciphers: "ECDHE-RSA-AES256-GCM-SHA384" } }),
    "workers[0].transports[0].endpoint.tls.ciphers: Deno offers no choice of ciphers: clients are offered those of TLS 1.3, and of TLS 1.2 those with ECDHE and AES-GCM or ChaCha20-Poly1305",
  ],
  ...([
    [
      "stats",
      "statistics of a realm are not published; `wamp.session.count` and the like tell what there is",
    ],
    [
      "trace",
      "traces of a realm are not kept; `debug` of a transport logs its messages",
    ],
    [
      "activations",
      "activations of a realm are not served: they are for XBR",
    ],
    [
      "features",
      "features of a realm cannot be chosen: all that the router has are announced",
    ],
    ["template", "templates of realms are not served: write the realm itself"],
    ["uplinks", "links to other routers: not available yet"],
    ["rlinks", "links to other routers: not available yet"],
    ["x_my_note", "unknown key, without effect here"],
  ] as const).map(([key, reason]): [string, object, string] => [
    `${key} of a realm`,
    node({ realms: [{ ...REALM, [key]: {} }] }),
    `workers[0].realms[0].${key}: ${reason}`,
  ]),
  ...["stats", "x_my_note", "uri"].map((key): [string, object, string] => [
    `${key} of a role`,
    node({ realms: [{ ...REALM, roles: [{ ...REALM.roles[0], [key]: 1 }] }] }),
    `workers[0].realms[0].roles[0].${key}: unknown key, without effect here`,
  ]),
  [
    "parameters of Diffie-Hellman",
    listening({ tls: { ...TLS, dhparam: "dh.pem" } }),
    "workers[0].transports[0].endpoint.tls.dhparam: Deno's TLS has no finite-field Diffie-Hellman; it agrees keys over elliptic curves",
  ],
];

for (const [what, file, finding] of LEFT_OUT) {
  Deno.test(`loadConfig() refuses ${what}, and leaves it out with ignoreUnsupported`, async () => {
    const { errors } = await load(file);
    assertEquals(brief(errors), [`${finding}; ${RIGHT}`]);
    const { config, warnings } = await loadSound(file, {
      ignoreUnsupported: true,
    });
    assertEquals(config.transports.length, 1);
    assertEquals(brief(warnings), [`${finding}; left out`]);
  });
}

/** What guards something, or says where to listen, is never left out. */
const NEVER_LEFT_OUT: readonly [what: string, file: object, finding: string][] =
  [
    [
      "a method of authentication",
      node({
        transports: [{
          ...RAWSOCKET,
          auth: { ticket: { type: "function", create: "x" } },
        }],
      }),
      'workers[0].transports[0].auth.ticket.type: authentication by ticket of type "function" is not served: it names a function in Python; write "static" or "dynamic"',
    ],
    [
      "the certificates that clients must have",
      listening({ tls: { ...TLS, ca_certificates: ["ca"] } }),
      "workers[0].transports[0].endpoint.tls.ca_certificates: Deno cannot ask clients for certificates, so they would not be checked; remove it",
    ],
    [
      "a range of ports",
      listening({ portrange: [8080, 8090] }),
      "workers[0].transports[0].endpoint.portrange: ranges of ports are not served: write one `port`; remove it",
    ],
    [
      "an endpoint of another type",
      listening({ type: "onion" }),
      'workers[0].transports[0].endpoint.type: an endpoint of type "onion" is not served: put a Tor daemon in front of a Unix socket; write "tcp" or "unix"',
    ],
    [
      "a slip in the key of an authorizer",
      node({
        realms: [{
          ...REALM,
          roles: [{ ...REALM.roles[0], authoriser: "com.auth" }],
        }],
      }),
      'workers[0].realms[0].roles[0].authoriser: unknown key; did you mean "authorizer"?',
    ],
    [
      "a key of a permission that Crossbar.io does not let pass",
      node({
        realms: [{
          ...REALM,
          roles: [{ ...REALM.roles[0], permissions: [{ uri: "*", x_y: 1 }] }],
        }],
      }),
      "workers[0].realms[0].roles[0].permissions[0].x_y: unknown key; known here: uri, match, allow, disclose, cache",
    ],
    [
      "an authorizer beside permissions",
      node({
        realms: [{
          ...REALM,
          roles: [...REALM.roles, {
            name: "x",
            authorizer: "com.auth",
            permissions: [],
          }],
        }],
      }),
      "workers[0].realms[0].roles[1].permissions: cannot be combined with an authorizer, which decides alone; keep one of the two",
    ],
  ];

for (const [what, file, finding] of NEVER_LEFT_OUT) {
  Deno.test(`loadConfig() refuses ${what} even with ignoreUnsupported`, async () => {
    const { errors } = await load(file, { ignoreUnsupported: true });
    assertEquals(brief(errors), [finding]);
  });
}

Deno.test("loadConfig() reports when nothing is left to start", async () => {
  const cases: [file: object, error: string][] = [
    [
      node({ transports: [{ type: "mqtt", endpoint: {} }] }),
      'no transport is left to start; add one of type "rawsocket", "websocket", "universal", or "web"',
    ],
    [node({ realms: [] }), 'there is no realm; add one to "realms"'],
    [
      node({ transports: [{ ...RAWSOCKET, serializers: ["ubjson"] }] }),
      'workers[0].transports[0].serializers: no serializer is left; write some of "json", "msgpack", "cbor"',
    ],
  ];
  for (const [file, error] of cases) {
    const { errors } = await load(file, { ignoreUnsupported: true });
    assertEquals(brief(errors), [error]);
  }
});

Deno.test("loadConfig() reports another version of the form, and none", async () => {
  const { version: _, ...without } = node({}) as Record<string, unknown>;
  assertEquals(brief((await load({ ...without, version: 1 })).errors), [
    "version: 1 is not known; write 2",
  ]);
  assertEquals(brief((await load({ ...without, version: "2" })).errors), [
    'version: "2" is not known; write 2',
  ]);
  assertEquals(brief((await load(without)).errors), [
    '"version" is missing; add it (2)',
  ]);
});

const SECOND = {
  type: "router",
  realms: [{ ...REALM, name: "realm2" }],
  transports: [{
    ...RAWSOCKET,
    endpoint: { ...RAWSOCKET.endpoint, port: 8081 },
  }],
};

Deno.test("loadConfig() keeps the realms of router workers apart, with a note", async () => {
  const { config, warnings, notes } = await loadSound(node({}, SECOND));
  assertEquals(config.realms.map(({ name }) => name), ["realm1", "realm2"]);
  assertEquals(config.transports.map(({ id, realms }) => [id, realms]), [
    ["transport1", ["realm1"]],
    ["transport2", ["realm2"]],
  ]);
  assertEquals(brief(warnings), []);
  assertEquals(
    brief(notes).filter((text) => text.startsWith("workers[1]: ")),
    [
      "workers[1]: all router workers are served by this one process; through each transport the realms of its own worker can be joined",
    ],
  );
  const alone = await loadSound(node({}));
  assertEquals(alone.config.transports[0].realms, undefined);
});

/** Second router workers, and what is wrong with them. */
const SECONDS: readonly [
  what: string,
  second: object,
  ...findings: string[],
][] = [
  [
    "with a realm of the same name",
    { ...SECOND, realms: [REALM] },
    'error: workers[1].realms[0].name: "realm1" is already at workers[0].realms[0].name, in another worker: Crossbar.io has two realms of that name then, here names are unique; give one of them another name, or start a router for each worker, with a file of its own',
  ],
  [
    "without realms",
    { ...SECOND, realms: undefined },
    'error: workers[1]: nobody can join through the transports of this router worker: it has no realm; add one to its "realms"',
  ],
  [
    "with an empty list of realms",
    { ...SECOND, realms: [] },
    'error: workers[1]: nobody can join through the transports of this router worker: it has no realm; add one to its "realms"',
  ],
  [
    "without transports",
    { ...SECOND, transports: undefined },
    'warning: workers[1].realms[0].name: nobody can join realm "realm2": no transport of its router worker is served',
  ],
  [
    "with anonymous sessions of the first one's realm",
    withAnonymous({ realm: "realm1" }),
    'error: workers[1].transports[0].auth.anonymous.realm: there is no realm "realm1" in this router worker; there are: "realm2"',
  ],
  [
    "with a role of the first one's realm",
    withAnonymous({ role: "anonymous" }, "other"),
    'error: workers[1].transports[0].auth.anonymous.role: role "anonymous": no realm in this router worker has that role; there are: "other" in realm "realm2"',
  ],
  [
    "with an authenticator in the first one's realm",
    withAuth({
      ticket: {
        type: "dynamic",
        authenticator: "com.auth",
        "authenticator-realm": "realm1",
        "default-role": "guest",
      },
    }),
    'error: workers[1].transports[0].auth.ticket.authenticator-realm: there is no realm "realm1" in this router worker; there are: "realm2"',
    'error: workers[1].transports[0].auth.ticket.default-role: no realm in this router worker has the role "guest"; there are: "anonymous" in realm "realm2"',
  ],
  [
    "with a principal of the first one's realm",
    withAuth({
      ticket: {
        type: "static",
        principals: { joe: { ticket: "x", realm: "realm1", role: "guest" } },
      },
    }),
    'error: workers[1].transports[0].auth.ticket.principals.joe.realm: there is no realm "realm1" in this router worker; there are: "realm2"',
  ],
];

function withAuth(auth: object, role = "anonymous"): object {
  return {
    ...SECOND,
    realms: [{ name: "realm2", roles: [{ ...REALM.roles[0], name: role }] }],
    transports: [{ ...SECOND.transports[0], auth }],
  };
}

function withAnonymous(anonymous: object, role?: string): object {
  return withAuth({ anonymous: { type: "static", ...anonymous } }, role);
}

for (const [what, second, ...findings] of SECONDS) {
  Deno.test(`loadConfig() tells what is wrong with a second router worker ${what}`, async () => {
    const { errors, warnings } = await load(node({
      realms: [{ ...REALM, roles: [...REALM.roles] }],
    }, second));
    assertEquals([
      ...brief(errors).map((text) => `error: ${text}`),
      ...brief(warnings).map((text) => `warning: ${text}`),
    ], findings);
  });
}

Deno.test("loadConfig() leaves out workers that are disabled, whatever they hold", async () => {
  const options = { disabled: true, title: "x" };
  const disabled = [
    { ...SECOND, options },
    // Neither names nor addresses nor keys of one that is off count.
    { ...SECOND, realms: [REALM], transports: [RAWSOCKET], options },
    { type: "container", components: [{}], options },
    { type: "guest", executable: "x", options },
    { type: "router", transports: [{ type: "web" }], zzz: 1, options },
  ];
  const { config, warnings, notes } = await loadSound(node({}, ...disabled));
  assertEquals(config.realms.map(({ name }) => name), ["realm1"]);
  assertEquals(config.transports.map(({ realms }) => realms), [undefined]);
  assertEquals(
    brief(warnings),
    disabled.map((_, index) =>
      `workers[${index + 1}]: this worker is disabled; left out`
    ),
  );
  assertEquals(notes.length, 1);
});

Deno.test("loadConfig() serves workers that are not disabled, and says where that is not clear", async () => {
  for (const options of [{}, { disabled: false }]) {
    const { config } = await loadSound(node({}, { ...SECOND, options }));
    assertEquals(config.transports.length, 2);
  }
  for (const disabled of ["true", 1, null]) {
    const { errors } = await load(
      node({}, { ...SECOND, options: { disabled } }),
    );
    assertEquals(brief(errors).length, 1, String(disabled));
    assertEquals(
      brief(errors)[0].startsWith(
        "workers[1].options.disabled: expected true or false, found ",
      ),
      true,
    );
  }
  const { errors } = await load(node({ options: { disabled: true } }));
  assertEquals(brief(errors), [
    'no transport is left to start; add one of type "rawsocket", "websocket", "universal", or "web"',
  ]);
});

Deno.test("loadConfig() notes that sockets are not open to all", async () => {
  const at = (endpoint: object) =>
    node({
      transports: [{
        ...RAWSOCKET,
        endpoint: { type: "unix", path: "/run/s", ...endpoint },
        options: { max_message_size: 1000 },
      }],
    });
  const { notes } = await loadSound(at({}));
  assertEquals(brief(notes), [
    "workers[0].transports[0].endpoint: the socket is for its owner alone (mode 0600), where Crossbar.io leaves it to all",
  ]);
  assertEquals((await loadSound(at({ mode: "0666" }))).notes, []);
});
