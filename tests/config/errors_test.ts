/**
 * Everything that can be wrong in a config, and what is said about it.
 */
import { assertEquals } from "@std/assert";
import { assertFindings, brief, load, REALM, SOUND } from "./_load.ts";

type Row = readonly [what: string, transport: object, ...errors: string[]];

const tcp = (endpoint: object) => ({
  endpoint: { type: "tcp", port: 8080, interface: "127.0.0.1", ...endpoint },
});
const unix = (endpoint: object) => ({
  endpoint: { type: "unix", path: "/run/s", ...endpoint },
});

/** Each is one transport: what differs from one that is sound. */
const TRANSPORTS: readonly Row[] = [
  [
    "a misspelled key",
    { serialiser: "json" },
    'serialiser: unknown key; did you mean "serializer"?',
  ],
  [
    "a key in another style",
    { maxMessageSize: 1 },
    'maxMessageSize: unknown key; did you mean "max_message_size"?',
  ],
  [
    "a key that nothing is like",
    { zzz: 1 },
    "zzz: unknown key; known here: id, type, endpoint, serializer, serializers, max_message_size, auth, debug, options",
  ],
  [
    "an id with a space",
    { id: "a b" },
    'id: "a b" is not possible here; write 1 to 64 letters, digits, _ . or -',
  ],
  [
    "an empty id",
    { id: "" },
    "id: is empty; write 1 to 64 letters, digits, _ . or -",
  ],
  [
    "an id of 65 letters",
    { id: "x".repeat(65) },
    `id: "${
      "x".repeat(56)
    }…" is not possible here; write 1 to 64 letters, digits, _ . or -`,
  ],
  [
    "a type that is misspelled",
    { type: "rawsocked" },
    'type: a transport of type "rawsocked" is not known; write "rawsocket", "websocket", "universal", or "web"; did you mean "rawsocket"?',
  ],
  [
    "a type that is not served",
    { type: "mqtt" },
    'type: a transport of type "mqtt" is not served; remove it, or leave such parts out with --ignore-unsupported',
  ],
  [
    "no type",
    { type: undefined },
    '"type" is missing; add it: "rawsocket", "websocket", "universal", or "web"',
  ],
  [
    "no endpoint",
    { endpoint: undefined },
    '"endpoint" is missing; add it (object: tcp endpoint or unix endpoint)',
  ],
  [
    "no serializer",
    { serializer: undefined },
    '"serializer" is missing; add it: one of "json", "msgpack", "cbor"; or "serializers" with a list of them',
  ],
  [
    "both spellings of serializer",
    { serializers: ["json"] },
    'serializers: cannot be combined with "serializer"; keep one of them',
  ],
  [
    "no serializer in the list",
    { serializer: undefined, serializers: [] },
    "serializers: is empty; write at least one element",
  ],
  [
    "a serializer twice",
    { serializer: undefined, serializers: ["json", "cbor", "json"] },
    'serializers[2]: "json" is listed twice; keep one of them',
  ],
  [
    "a misspelled serializer",
    { serializer: "mspack" },
    'serializer: "mspack" is not known; write one of "json", "msgpack", "cbor"; did you mean "msgpack"?',
  ],
  [
    "a serializer of Crossbar.io's",
    { serializer: "ubjson" },
    'serializer: "ubjson" is not served: no client in wide use needs it; remove it, or leave such parts out with --ignore-unsupported',
  ],
  [
    "a size of 0",
    { max_message_size: 0 },
    "max_message_size: 0 is out of range; write an integer from 1 to 67108864",
  ],
  [
    "a size over 64 MB",
    { max_message_size: 67_108_865 },
    "max_message_size: 67108865 is out of range; write an integer from 1 to 67108864",
  ],
  [
    "a size that is not an integer",
    { max_message_size: 1.5 },
    "max_message_size: 1.5 is not an integer; write an integer from 1 to 67108864",
  ],
  [
    "a size that is a boolean",
    { max_message_size: true },
    "max_message_size: expected an integer from 1 to 67108864, found a boolean",
  ],
  [
    "a size in two places",
    { max_message_size: 1000, options: { max_message_size: 1000 } },
    "options.max_message_size: is also set at max_message_size; keep one of them",
  ],
  [
    "an option of the router's alone",
    { options: { shutdown_timeout_ms: 1 } },
    "options.shutdown_timeout_ms: unknown key; known here: max_message_size, handshake_timeout_ms, hello_timeout_ms, goodbye_timeout_ms, authenticate_timeout_ms, authenticator_timeout_ms, max_authenticator_calls, auto_ping, auto_ping_interval_ms, auto_ping_timeout_ms, max_auth_failures, max_outbox_bytes, max_stall_ms, slow_after_ms, overload, max_depth, max_connections, max_connections_per_source, max_tls_handshakes, max_subscriptions, max_registrations, max_pending_calls, max_testaments, max_testament_bytes, max_session_bytes, frame_timeout_ms, strict_request_ids",
  ],
  [
    "a time of 0",
    { options: { hello_timeout_ms: 0 } },
    "options.hello_timeout_ms: 0 is out of range; write an integer from 1 to 3600000",
  ],
  [
    "a size of 0 in options",
    { options: { max_message_size: 0 } },
    "options.max_message_size: 0 is out of range; write an integer from 1 to 67108864",
  ],
  [
    "a depth that HELLO does not fit into",
    { options: { max_depth: 3 } },
    "options.max_depth: 3 is out of range; write an integer from 4 to 128",
  ],
  [
    "a depth over 128",
    { options: { max_depth: 129 } },
    "options.max_depth: 129 is out of range; write an integer from 4 to 128",
  ],
  [
    "debug that is no boolean",
    { debug: "yes" },
    "debug: expected true or false, found a string",
  ],
  [
    "an endpoint that is text",
    { endpoint: "tcp:8080" },
    "endpoint: expected an object, found a string",
  ],
  [
    "an endpoint of Crossbar.io's",
    { endpoint: { type: "onion" } },
    'endpoint.type: an endpoint of type "onion" is not served: put a Tor daemon in front of a Unix socket; write "tcp" or "unix"',
  ],
  [
    "no port",
    tcp({ port: undefined }),
    'endpoint: "port" is missing; add it (integer, 0 to 65535, or "$NAME")',
  ],
  [
    "a port over 65535",
    tcp({ port: 65_536 }),
    "endpoint.port: 65536 is out of range; write an integer from 0 to 65535",
  ],
  [
    "a port in quotes",
    tcp({ port: "8080" }),
    'endpoint.port: "8080" is not a port; write 8080 without quotes',
  ],
  [
    "a port that is a name",
    tcp({ port: "http" }),
    'endpoint.port: "http" is not a port; write an integer from 0 to 65535, or "$NAME" for one from the environment',
  ],
  [
    "a port that is not set",
    tcp({ port: "$NONE" }),
    "endpoint.port: environment variable NONE is not set",
  ],
  [
    "a port that is no number",
    tcp({ port: "${WORD}" }),
    'endpoint.port: environment variable WORD is "eighty", which is not a port; set it to an integer from 0 to 65535',
  ],
  [
    "a port with a sign",
    tcp({ port: "$SIGNED" }),
    'endpoint.port: environment variable SIGNED is "+80", which is not a port; set it to an integer from 0 to 65535',
  ],
  [
    "a port out of range",
    tcp({ port: "$HUGE" }),
    'endpoint.port: environment variable HUGE is "65536", which is not a port; set it to an integer from 0 to 65535',
  ],
  [
    "host for interface",
    tcp({ interface: undefined, host: "127.0.0.1", version: 4 }),
    'endpoint.host: unknown key; did you mean "interface"?',
    "endpoint: other machines",
  ],
  [
    "a port that is a list",
    tcp({ port: [8080] }),
    'endpoint.port: expected integer, 0 to 65535, or "$NAME", found a list',
  ],
  [
    "an interface that is a number",
    tcp({ interface: 1 }),
    "endpoint.interface: expected a string, found a number",
  ],
  [
    "a serializer that is null",
    { serializer: null },
    'serializer: expected one of "json", "msgpack", "cbor", found null',
  ],
  [
    "options that are a list",
    { options: [] },
    "options: expected an object, found a list",
  ],
  [
    "a serializer in a list of its own",
    { serializer: undefined, serializers: [["json"], ["json"]] },
    'serializers[0]: expected one of "json", "msgpack", "cbor", found a list',
    'serializers[1]: expected one of "json", "msgpack", "cbor", found a list',
  ],
  [
    "an interface with a port",
    tcp({ interface: "127.0.0.1:80" }),
    'endpoint.interface: "127.0.0.1:80" is not an address; write an IP address, such as "127.0.0.1", or a host name; the port has a key of its own',
  ],
  [
    "an interface in brackets",
    tcp({ interface: "[::1]" }),
    'endpoint.interface: "[::1]" is not an address; write "::1" without brackets',
  ],
  [
    "an interface with a slip",
    tcp({ interface: "127.0.0.256" }),
    'endpoint.interface: "127.0.0.256" is not an address; write an IP address, such as "127.0.0.1", or a host name; the port has a key of its own',
  ],
  [
    "version 6 for an address of version 4",
    tcp({ version: 6 }),
    "endpoint.version: is 6, but the interface is an address of version 4; remove it, or give an address of version 6",
  ],
  [
    "version 4 for an address of version 6",
    tcp({ interface: "::1", version: 4 }),
    "endpoint.version: is 4, but the interface is an address of version 6; remove it, or give an address of version 4",
  ],
  [
    "version 6 for a name",
    tcp({ interface: "example.org", version: 6 }),
    "endpoint.version: is 6, but the interface is a name, which can be of either version; remove it, or give an address of version 6",
  ],
  [
    "a version that is not known",
    tcp({ version: 5 }),
    "endpoint.version: 5 is not known; write one of 4, 6",
  ],
  [
    "a backlog of 0",
    tcp({ backlog: 0 }),
    "endpoint.backlog: 0 is out of range; write an integer from 1 to 65535",
  ],
  [
    "a range of ports",
    tcp({ portrange: [1, 2] }),
    "endpoint.portrange: ranges of ports are not served: write one `port`; remove it",
  ],
  [
    "TCP_USER_TIMEOUT",
    tcp({ user_timeout: 1 }),
    "endpoint.user_timeout: Deno cannot set TCP_USER_TIMEOUT; remove it, or leave such parts out with --ignore-unsupported",
  ],
  [
    "TLS with what Deno cannot do",
    tcp({
      tls: {
        key: "k",
        certificate: "c",
        ca_certificates: [],
        ciphers: "",
        dhparam: "",
      },
    }),
    "endpoint.tls.ca_certificates: Deno cannot ask clients for certificates, so they would not be checked; remove it",
    "endpoint.tls.ciphers: Deno offers no choice of ciphers: clients are offered those of TLS 1.3, and of TLS 1.2 those with ECDHE and AES-GCM or ChaCha20-Poly1305; remove it, or leave such parts out with --ignore-unsupported",
    "endpoint.tls.dhparam: Deno's TLS has no finite-field Diffie-Hellman; it agrees keys over elliptic curves; remove it, or leave such parts out with --ignore-unsupported",
  ],
  [
    "TLS without files",
    tcp({ tls: {} }),
    'endpoint.tls: "key" is missing; add it (path of a PEM file)',
    'endpoint.tls: "certificate" is missing; add it (path of a PEM file)',
  ],
  [
    "TLS with cert for certificate",
    tcp({ tls: { key: "k", cert: "c" } }),
    'endpoint.tls: "certificate" is missing; add it (path of a PEM file)',
    'endpoint.tls.cert: unknown key; did you mean "certificate"?',
  ],
  [
    "no path",
    unix({ path: undefined }),
    'endpoint: "path" is missing; add it (path)',
  ],
  ["an empty path", unix({ path: "" }), "endpoint.path: is empty; write text"],
  [
    "a path of nothing",
    unix({ path: "${EMPTY}" }),
    'endpoint.path: "${EMPTY}" is an empty path',
  ],
  [
    "a path that is not set",
    unix({ path: "/a/${NONE}/b" }),
    "endpoint.path: environment variable NONE is not set",
  ],
  [
    "a path that is a variable that is not set",
    unix({ path: "${NONE}" }),
    "endpoint.path: environment variable NONE is not set",
  ],
  [
    "a path that holds the end of a path",
    unix({ path: "a\0b" }),
    "endpoint.path: a path cannot hold the character U+0000",
  ],
  [
    "a path below the home folder",
    unix({ path: "~/x.sock" }),
    'endpoint.path: "~/x.sock" begins with "~", which is not a folder; write the home folder out, or "${HOME}/x.sock"',
  ],
  [
    "a path below the home folder of another",
    unix({ path: "~joe/x.sock" }),
    'endpoint.path: "~joe/x.sock" begins with "~", which is not a folder; write the home folder out',
  ],
  [
    "a key below the home folder",
    tcp({ tls: { key: "~/k", certificate: "~" } }),
    'endpoint.tls.key: "~/k" begins with "~", which is not a folder; write the home folder out, or "${HOME}/k"',
    'endpoint.tls.certificate: "~" begins with "~", which is not a folder; write the home folder out, or "${HOME}"',
  ],
  [
    "an abstract socket",
    unix({ path: "@router" }),
    'endpoint.path: "@router" names an abstract socket; Deno has none; write the path of a file, such as "/run/router.sock"',
  ],
  [
    "an abstract socket as the system has it",
    unix({ path: "\0router" }),
    'endpoint.path: "\\u0000router" names an abstract socket; Deno has none; write the path of a file, such as "/run/router.sock"',
  ],
  [
    "a URL as path",
    unix({ path: "unix:///run/s" }),
    'endpoint.path: "unix:///run/s" is not a path; write "/run/s"',
  ],
  [
    "an address as path",
    unix({ path: "unix:/run/s" }),
    'endpoint.path: "unix:/run/s" is not a path; write "/run/s"',
  ],
  [
    "a path of 104 bytes",
    unix({ path: `/${"ä".repeat(51)}x` }),
    "endpoint.path: the path of the socket has 104 bytes; use one of 103 or fewer",
  ],
  [
    "a mode that is a number",
    unix({ mode: 660 }),
    'endpoint.mode: 660 is not a file mode; write "0660"',
  ],
  [
    "a mode in letters",
    unix({ mode: "rw" }),
    'endpoint.mode: "rw" is not a file mode; write permission bits in octal and in quotes, such as "0660"',
  ],
  [
    "a mode that is not octal",
    unix({ mode: "0680" }),
    'endpoint.mode: "0680" is not a file mode; write permission bits in octal and in quotes, such as "0660"',
  ],
  [
    "a key of the other endpoint",
    unix({ port: 1 }),
    "endpoint.port: unknown key; known here: type, path, mode, backlog",
  ],
  [
    "auth without a method",
    { auth: {} },
    'auth: names no login method, so nobody could join; write {"anonymous": {"type": "static", "role": "anonymous"}}',
  ],
  [
    "methods that are not served",
    {
      auth: {
        tls: {},
        cookie: {},
        "anonymous-proxy": {},
        "cryptosign-proxy": {},
      },
    },
    "auth.tls: authentication by TLS certificate is not served: Deno cannot ask clients for certificates; remove it",
    "auth.cookie: authentication by cookie is not served: a browser sends a cookie for every page that connects, also for those of others; remove it, or leave such parts out with --ignore-unsupported",
    "auth.anonymous-proxy: authentication by a proxy is not served",
    "auth.cryptosign-proxy: authentication by a proxy is not served",
  ],
  [
    "a method that is misspelled",
    { auth: { anonymus: {} } },
    'auth.anonymus: unknown key; did you mean "anonymous"?',
  ],
  [
    "anonymous by a function",
    { auth: { anonymous: { type: "function", create: "x" } } },
    'auth.anonymous.type: anonymous authentication of type "function" is not served: it names a function in Python; write "static" or "dynamic"',
  ],
  ["anonymous with a realm that is not there", {
    auth: { anonymous: { type: "static", realm: "x" } },
  }, 'auth.anonymous.realm: there is no realm "x"; there are: "realm1"'],
  [
    "a role that no realm has",
    { auth: { anonymous: { type: "static", role: "guest" } } },
    'auth.anonymous.role: role "guest": no realm has that role; there are: "anonymous" in realm "realm1"',
  ],
];

const ENV = { WORD: "eighty", SIGNED: "+80", HUGE: "65536", EMPTY: "" };

for (const [what, change, ...expected] of TRANSPORTS) {
  Deno.test(`loadConfig() reports ${what}`, async () => {
    const { errors, config } = await load({ ...SOUND, ...change }, {
      env: ENV,
    });
    assertEquals(config, undefined);
    assertFindings(errors, expected);
  });
}

/** Each is a whole file. */
const FILES: readonly (readonly [what: string, file: unknown, ...string[]])[] =
  [
    [
      "a file that is a list",
      [],
      'a config is an object; write one transport ({"type": "rawsocket" or "websocket", ...}), or {"realms": [...], "transports": [...]}, or a node config of Crossbar.io ({"version": 2, "workers": [...]})',
    ],
    [
      "a file of no form",
      { foo: 1 },
      'this is none of the forms of a config; write one transport ({"type": "rawsocket" or "websocket", ...}), or {"realms": [...], "transports": [...]}, or a node config of Crossbar.io ({"version": 2, "workers": [...]})',
    ],
    ["an empty file", "", "expected a value"],
    [
      "transports misspelled",
      { transport: [SOUND] },
      '"transports" is missing; add it (list of: object: rawsocket transport or websocket transport or universal transport or web transport)',
      'transport: unknown key; did you mean "transports"?',
    ],
    [
      "no transport",
      { transports: [] },
      "transports: is empty; write at least one element",
    ],
    [
      "no realm",
      { realms: [], transports: [SOUND] },
      "realms: is empty; write at least one element",
    ],
    [
      "realms that are no list",
      { realms: {}, transports: [SOUND] },
      "realms: expected a list, found an object",
    ],
    [
      "an id twice",
      {
        transports: [{ ...SOUND, id: "a" }, {
          ...SOUND,
          id: "a",
          ...unix({ path: "/b" }),
        }],
      },
      'transports[1].id: "a" is already the id of transports[0]; give each transport an id of its own',
    ],
    [
      "an id that is another's by default",
      {
        transports: [{ ...SOUND, id: "transport2" }, {
          ...SOUND,
          ...unix({ path: "/b" }),
        }],
      },
      'transports[1]: the id "transport2", which this has by default, is already that of transports[0]; give each transport an id of its own',
    ],
    [
      "a socket path twice",
      {
        transports: [SOUND, {
          ...SOUND,
          ...unix({ path: "/run/x/../sluice.sock" }),
        }],
      },
      "transports[1].endpoint: unix:/run/sluice.sock is taken by transports[0].endpoint; choose another path",
    ],
    [
      "a port twice",
      { transports: [{ ...SOUND, ...tcp({}) }, { ...SOUND, ...tcp({}) }] },
      'transports[1].endpoint: tcp://127.0.0.1:8080 is taken by transports[0].endpoint; choose another port, or set "shared" in both',
    ],
    [
      "a port twice, shared by one only",
      {
        transports: [{ ...SOUND, ...tcp({ shared: true }) }, {
          ...SOUND,
          ...tcp({ interface: "localhost" }),
        }],
      },
      'transports[1].endpoint: tcp://localhost:8080 is taken by transports[0].endpoint (tcp://127.0.0.1:8080); choose another port, or set "shared" in both',
    ],
    [
      "a port on all addresses and on one",
      {
        realms: [REALM],
        transports: [{ ...SOUND, ...tcp({ interface: "0.0.0.0" }) }, {
          ...SOUND,
          ...tcp({}),
        }],
      },
      'transports[1].endpoint: tcp://127.0.0.1:8080 is taken by transports[0].endpoint (tcp://0.0.0.0:8080); choose another port, or set "shared" in both',
    ],
    [
      "a port on all addresses of both versions and on one of version 4",
      {
        realms: [REALM],
        transports: [{ ...SOUND, ...tcp({}) }, {
          ...SOUND,
          ...tcp({ interface: "::" }),
        }],
      },
      'transports[1].endpoint: tcp://[::]:8080 is taken by transports[0].endpoint (tcp://127.0.0.1:8080); choose another port, or set "shared" in both',
    ],
    [
      "realms, roles and permissions that are no objects",
      {
        realms: [1, {
          name: "a",
          roles: [2, { name: "anonymous", permissions: [3] }],
        }],
        transports: [SOUND],
      },
      "realms[0]: expected an object, found a number",
      "realms[1].roles[0]: expected an object, found a number",
      "realms[1].roles[1].permissions[0]: expected an object, found a number",
    ],
    [
      "a role without name",
      {
        realms: [{ name: "realm1", roles: [...REALM.roles, {}] }],
        transports: [SOUND],
      },
      'realms[0].roles[1]: "name" is missing; add it (string)',
    ],
    [
      "a match that is misspelled",
      {
        realms: [{
          name: "realm1",
          roles: [{
            name: "anonymous",
            permissions: [{ uri: "a..b", match: "wildcart" }],
          }],
        }],
        transports: [SOUND],
      },
      'realms[0].roles[0].permissions[0].match: "wildcart" is not known; write one of "exact", "prefix", "wildcard"; did you mean "wildcard"?',
    ],
    [
      "one address of version 6 in two spellings",
      {
        transports: ["::1", "0:0:0:0:0:0:0:1"].map((host) => ({
          ...SOUND,
          ...tcp({ interface: host }),
        })),
      },
      "transports[1].endpoint: tcp://[0:0:0:0:0:0:0:1]:8080 is taken by transports[0].endpoint (tcp://[::1]:8080); ",
    ],
    [
      "a realm twice",
      { realms: [REALM, REALM], transports: [SOUND] },
      'realms[1].name: "realm1" is already at realms[0].name; keep one of them',
    ],
    ["a realm without name", {
      realms: [{ roles: REALM.roles }],
      transports: [SOUND],
    }, 'realms[0]: "name" is missing; add it (string)'],
    [
      "a realm without roles",
      { realms: [{ name: "a" }], transports: [SOUND] },
      'realms[0]: "roles" is missing; add it (list of: object: role)',
      "transports[0]: sessions have the role",
    ],
    [
      "a realm whose name is not a URI",
      { realms: [{ ...REALM, name: "a..b" }], transports: [SOUND] },
      'realms[0].name: "a..b" is not possible here; write a URI: components with a dot between, no white space and no #',
    ],
    [
      "UR-15: a realm whose name is too long to join",
      { realms: [{ ...REALM, name: "x".repeat(4097) }], transports: [SOUND] },
      "realms[0].name: has 4097 characters; write a URI of at most 4096",
    ],
    [
      "what a realm cannot have yet",
      {
        realms: [{ ...REALM, inventory: {}, rlinks: [] }],
        transports: [SOUND],
      },
      "realms[0].inventory: an inventory of interfaces: not available yet; remove it, or leave such parts out with --ignore-unsupported",
      "realms[0].rlinks: links to other routers: not available yet; remove it, or leave such parts out with --ignore-unsupported",
    ],
    [
      "a realm option that is misspelled",
      {
        realms: [{ ...REALM, options: { uri_check: "strickt" } }],
        transports: [SOUND],
      },
      'realms[0].options.uri_check: "strickt" is not known; write one of "loose", "strict"; did you mean "strict"?',
    ],
    [
      "the meta API of other routers",
      {
        realms: [{ ...REALM, options: { bridge_meta_api: true } }],
        transports: [SOUND],
      },
      "realms[0].options.bridge_meta_api: true is not available yet; remove it, or leave such parts out with --ignore-unsupported",
    ],
    [
      "a role twice",
      {
        realms: [{ ...REALM, roles: [...REALM.roles, { name: "anonymous" }] }],
        transports: [SOUND],
      },
      'realms[0].roles[1].name: "anonymous" is already at realms[0].roles[0].name; keep one of them',
    ],
    [
      "an authorizer that no client can register",
      {
        realms: [{
          ...REALM,
          roles: [
            { name: "anonymous", authorizer: "wamp.a" },
            { name: "b", authorizer: "sluice.authorization.x" },
            { name: "c", authorizer: "com..x" },
          ],
        }],
        transports: [SOUND],
      },
      'realms[0].roles[0].authorizer: no client can register "wamp.a"; it must not be below wamp., sluice.authorization., or sluice.event.',
      'realms[0].roles[1].authorizer: no client can register "sluice.authorization.x"; it must not be below wamp., sluice.authorization., or sluice.event.',
      'realms[0].roles[2].authorizer: "com..x" is not possible here; write the URI of a procedure: components with a dot between, no white space and no #',
    ],
    [
      "an authorizer beside an allowed default",
      {
        realms: [{
          ...REALM,
          roles: [{
            name: "anonymous",
            authorizer: "com.auth",
            "allow-by-default": true,
          }],
        }],
        transports: [SOUND],
      },
      "realms[0].roles[0].allow-by-default: cannot be combined with an authorizer, which decides alone; keep one of the two",
    ],
    [
      "a role that transports give and no realm has",
      { realms: [{ name: "a", roles: [{ name: "b" }] }], transports: [SOUND] },
      'transports[0]: sessions have the role "anonymous", since there is no auth, but no realm has that role; there are: "b" in realm "a"',
    ],
  ];

for (const [what, file, ...expected] of FILES) {
  Deno.test(`loadConfig() reports ${what}`, async () => {
    const { errors, config } = await load(file);
    assertEquals(config, undefined);
    assertFindings(errors, expected);
  });
}

Deno.test("loadConfig() reports all errors in one go, each with its place", async () => {
  const { errors } = await load(`{
  "transports": [
    { "type": "rawsocket", "serializer": "jason",
      "endpoint": { "type": "tcp", "port": 70000, "host": "::1" } },
    { "type": "rawsocket", "id": "transport1",
\t"endpoint": { "type": "unix", "path": "/x", "path": "/y" } }
  ],
  "debug": true
}`);
  assertEquals(
    errors.map(({ line, column, path }) => `${line}:${column} ${path}`),
    [
      "3:42 transports[0].serializer",
      "4:44 transports[0].endpoint.port",
      "4:51 transports[0].endpoint.host",
      "5:5 transports[1]",
      "5:34 transports[1].id",
      "6:46 transports[1].endpoint.path",
      "8:3 debug",
    ],
  );
});

Deno.test("loadConfig() lets ports be taken twice where both share it, or 0", async () => {
  for (const endpoint of [{ shared: true }, { port: 0 }]) {
    const transport = { ...SOUND, ...tcp(endpoint) };
    const { errors } = await load({ transports: [transport, transport] });
    assertEquals(brief(errors), []);
  }
});

Deno.test("loadConfig() lets the same port be taken on addresses that do not overlap", async () => {
  const cases: [string, string][] = [
    ["127.0.0.1", "127.0.0.2"],
    ["0.0.0.0", "::1"],
  ];
  for (const [one, other] of cases) {
    const { errors } = await load({
      realms: [REALM],
      transports: [one, other].map((host) => ({
        ...SOUND,
        ...tcp({ interface: host }),
      })),
    });
    assertEquals(brief(errors), []);
  }
});

Deno.test("loadConfig() reports a variable that must not be read", async () => {
  const { loadConfig } = await import("../../src/config/load_config.ts");
  const { errors } = await loadConfig("config.json", {
    readTextFile: () =>
      Promise.resolve(JSON.stringify({ ...SOUND, ...tcp({ port: "$P" }) })),
    env: () => {
      throw new Error("add --allow-env=P");
    },
    workingFolder: "/",
  });
  assertEquals(brief(errors), [
    "endpoint.port: cannot read environment variable P: add --allow-env=P",
  ]);
});

Deno.test("loadConfig() takes a bare $NAME in a path literally, with a warning", async () => {
  const { config, warnings } = await load({
    ...SOUND,
    ...unix({ path: "/a/$B" }),
  });
  assertEquals(
    config?.transports.map(({ endpoint }) =>
      endpoint.type === "unix" && endpoint.path
    ),
    ["/a/$B"],
  );
  assertEquals(brief(warnings), [
    "endpoint.path: $B is taken literally; for an environment variable write ${B}",
  ]);
});
