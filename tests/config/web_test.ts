/**
 * Transports of types `web` and `universal`: WebSocket by path, and plain HTTP.
 */
import { assertEquals } from "@std/assert";
import type { TransportConfig } from "../../src/config/config.ts";
import { servicePaths } from "../../src/config/web_paths.ts";
import { assertFindings, brief, load, loadSound, REALM } from "./_load.ts";

const LOCAL = { type: "tcp", port: 8080, interface: "127.0.0.1" };
const PUBLIC = { type: "tcp", port: 8080 };

function file(transport: object, ...more: object[]): object {
  return {
    realms: [REALM],
    transports: [{ endpoint: LOCAL, ...transport }, ...more],
  };
}

function web(paths: object, more: object = {}): object {
  return file({ type: "web", paths, ...more });
}

async function transportOf(source: object): Promise<TransportConfig> {
  const { config, warnings } = await loadSound(source);
  assertEquals(brief(warnings), []);
  return config.transports[0];
}

const AT = "transports[0].paths";
const ROLE = { realm: "realm1", role: "anonymous" };

Deno.test("a web transport has WebSocket and plain HTTP by path, also nested ones", async () => {
  const { type, rawsocket, websockets, web: http } = await transportOf(web({
    ws: { type: "websocket", serializers: ["json"], debug: true },
    "/": { type: "static", directory: "../web" },
    info: { type: "nodeinfo" },
    api: {
      type: "path",
      paths: {
        "/": { type: "redirect", url: "/api/v1" },
        v1: { type: "json", value: { a: [1, null, "x"] } },
        ws: { type: "websocket", auth: { anonymous: { type: "static" } } },
        deep: { type: "path", paths: { "/": { type: "websocket" } } },
      },
    },
  }));
  assertEquals([type, rawsocket], ["web", undefined]);
  assertEquals(
    websockets.map(({ path, serializers }) => [path, serializers.length]),
    [["/ws", 1], ["/api/ws", 3], ["/api/deep", 3]],
  );
  assertEquals(
    websockets.map(({ auth, debug }) => [auth.implied, debug]),
    [[true, true], [false, false], [true, false]],
  );
  assertEquals<ReadonlyMap<string, unknown> | undefined>(
    http?.paths,
    new Map<string, unknown>([
      ["/", {
        type: "static",
        directory: "/etc/web",
        listsDirectories: false,
        mimeTypes: new Map(),
      }],
      ["info", { type: "nodeinfo" }],
      ["api", {
        type: "path",
        paths: new Map<string, unknown>([
          ["/", { type: "redirect", url: "/api/v1" }],
          ["v1", { type: "json", value: { a: [1, null, "x"] } }],
          ["deep", { type: "path", paths: new Map() }],
        ]),
      }],
    ]),
  );
  assertEquals(
    servicePaths(http?.paths).map(([path, { type }]) => `${path} ${type}`),
    ["/ static", "/info nodeinfo", "/api redirect", "/api/v1 json"],
  );
});

Deno.test("a web transport needs no path of its own for /, and its times are bounded", async () => {
  const { web: http, limits } = await transportOf(
    web({ ws: { type: "websocket" } }),
  );
  assertEquals(http, {
    paths: new Map(),
    accessLog: false,
    idleTimeoutMs: 60_000,
    headTimeoutMs: limits.handshakeTimeoutMs,
    requestTimeoutMs: limits.frameTimeoutMs,
  });
});

Deno.test("options of a web transport are limits of its socket and of its services", async () => {
  const source = web({
    a: { type: "websocket", options: { max_depth: 8 } },
    b: { type: "websocket", options: { open_handshake_timeout: 20_000 } },
  }, {
    options: {
      access_log: true,
      hsts: true,
      hsts_max_age: 60,
      client_timeout: 5,
      max_connections: 7,
      max_depth: 9,
      frame_timeout_ms: 1234,
    },
  });
  const { limits, websockets: [a, b], web: http } = await transportOf(source);
  assertEquals([limits.maxConnections, limits.maxDepth], [7, 9]);
  assertEquals([a.limits.maxDepth, b.limits.maxDepth], [8, 9]);
  // Before it has named its path, a client may take as long as the slowest allows.
  assertEquals(limits.handshakeTimeoutMs, 20_000);
  assertEquals(http, {
    paths: new Map(),
    accessLog: true,
    hstsMaxAgeS: 60,
    idleTimeoutMs: 5000,
    headTimeoutMs: 20_000,
    requestTimeoutMs: 1234,
  });
  const { limits: stated } = await transportOf(web(
    { b: { type: "websocket", options: { open_handshake_timeout: 20_000 } } },
    { options: { handshake_timeout_ms: 3000 } },
  ));
  assertEquals(stated.handshakeTimeoutMs, 3000);
  const { web: idle } = await transportOf(web(
    { ws: { type: "websocket" } },
    { options: { client_timeout: null, hsts: false } },
  ));
  assertEquals([idle?.idleTimeoutMs, idle?.hstsMaxAgeS], [60_000, undefined]);
});

const LOCAL_WEB = { type: "web", endpoint: LOCAL };

Deno.test("files are served as the options of a static service say", async () => {
  const { config, files } = await loadSound(web({
    "/": {
      type: "static",
      directory: "/srv/$x",
      options: {
        enable_directory_listing: true,
        mime_types: { ".jgz": "text/javascript" },
        cache_timeout: 3600,
        default_file: "app/index.html",
        allow_cross_origin: true,
      },
    },
    old: { type: "static", directory: "a", options: { cache_timeout: null } },
  }));
  assertEquals(config.transports[0].web?.paths.get("/"), {
    type: "static",
    directory: "/srv/$x",
    listsDirectories: true,
    mimeTypes: new Map([[".jgz", "text/javascript"]]),
    cacheTimeoutS: 3600,
    defaultFile: "app/index.html",
  });
  assertEquals(files.map(({ use, path }) => [use, path]), [
    ["directory", "/srv/$x"],
    ["directory", "/etc/sluice/a"],
  ]);
});

Deno.test("a folder that holds the config or a secret is a warning, unless a dot hides it", async () => {
  const told = async (directory: string, more: object = {}) => {
    const a = { type: "static", directory };
    const source = web({ a, ws: { type: "websocket" } }, more);
    return brief((await loadSound(source)).warnings);
  };
  const tell = (what: string) => [
    `${AT}.a.directory: the ${what} is in this folder: whoever can reach transport transport1 can read it; serve a folder of its own`,
  ];
  for (const directory of [".", "..", "/", "/etc/sluice/"]) {
    const found = await told(directory);
    assertEquals(found, tell("config /etc/sluice/config.json"), directory);
  }
  for (const directory of ["web", "../web", "/etc/sluice2", "/etc/slu"]) {
    assertEquals(await told(directory), [], directory);
  }
  const tls = (key: string) => ({
    endpoint: { ...LOCAL, tls: { key, certificate: "/srv/tls.crt" } },
  });
  assertEquals(
    await told("/srv", tls("/srv/a/tls.key")),
    tell("key /srv/a/tls.key"),
  );
  assertEquals(await told("/srv", tls("/srv/.a/tls.key")), []);
});

Deno.test("callers, publishers and webhooks act in a realm, under a role", async () => {
  const { web: http } = await transportOf(web({
    call: { type: "caller", ...ROLE },
    publish: {
      type: "publisher",
      ...ROLE,
      options: {
        key: "app",
        secret: "s3cret",
        timestamp_delta_limit: 300,
        require_ip: ["192.168.1.1/255.255.255.0", "::1"],
        require_tls: true,
        post_body_limit: 2000,
        debug: true,
      },
    },
    hook: {
      type: "webhook",
      ...ROLE,
      options: { topic: "com.hook", post_body_limit: 0 },
    },
  }));
  const services = JSON.stringify([...http?.paths ?? []]);
  assertEquals(JSON.parse(services), [
    ["call", {
      type: "caller",
      ...ROLE,
      maxBodyBytes: 131_072,
      debug: false,
      requireTls: false,
    }],
    ["publish", {
      type: "publisher",
      ...ROLE,
      maxBodyBytes: 2000,
      debug: true,
      signature: { key: "app", secret: "(secret)", maxTimestampDeltaS: 300 },
      requireTls: true,
      requireIp: ["192.168.1.1/24", "::1"],
    }],
    ["hook", {
      type: "webhook",
      ...ROLE,
      topic: "com.hook",
      successResponse: "OK",
      errorResponse: "NOT OK",
      maxBodyBytes: 131_072,
      debug: false,
    }],
  ]);
});

Deno.test("a realm or role that is not there is an error of the service that has it", async () => {
  const { errors } = await load(web({
    call: { type: "caller", realm: "realm2", role: "anonymous" },
    hook: {
      type: "webhook",
      realm: "realm1",
      role: "boss",
      options: { topic: "a" },
    },
  }));
  assertEquals(brief(errors), [
    `${AT}.call.realm: there is no realm "realm2"; there are: "realm1"`,
    `${AT}.hook.role: realm "realm1" does not have the role "boss"; there are: "anonymous" in realm "realm1"`,
  ]);
});

Deno.test("a role that only HTTP clients have is used", async () => {
  const permissions = [{ uri: "*", allow: { publish: true } }];
  const roles = [...REALM.roles, { name: "pusher", permissions }];
  const publish = { type: "publisher", realm: "realm1", role: "pusher" };
  const source = web({ ws: { type: "websocket" }, publish });
  const { warnings } = await loadSound({
    ...source,
    realms: [{ ...REALM, roles }],
  });
  assertEquals(brief(warnings), []);
});

Deno.test("what others can do over HTTP without a secret is a warning", async () => {
  const signed = { key: "a", secret: "b" };
  const { warnings } = await loadSound(file({
    type: "web",
    endpoint: PUBLIC,
    paths: {
      call: { type: "caller", ...ROLE },
      publish: { type: "publisher", ...ROLE },
      hook: { type: "webhook", ...ROLE, options: { topic: "com.x" } },
      a: { type: "caller", ...ROLE, options: signed },
      b: { type: "publisher", ...ROLE, options: { require_ip: ["10.0.0.1"] } },
      c: {
        type: "webhook",
        ...ROLE,
        options: { topic: "com.x", github_secret: "s" },
      },
    },
  }));
  const who =
    "whoever can reach transport transport1 on tcp://0.0.0.0:8080 can";
  assertEquals(brief(warnings), [
    `${AT}.call: ${who} call in realm "realm1" as role "anonymous", without a secret; add "key" and "secret" to its options`,
    `${AT}.publish: ${who} publish in realm "realm1" as role "anonymous", without a secret; add "key" and "secret" to its options`,
    `${AT}.hook: ${who} publish to "com.x" in realm "realm1"; add "github_secret", or keep the path from others`,
  ]);
});

Deno.test("each WebSocket without auth on a public address is told at its place", async () => {
  const { warnings } = await loadSound(file({
    type: "web",
    endpoint: PUBLIC,
    paths: { a: { type: "websocket" }, b: { type: "websocket" } },
  }));
  const start = "transport transport1 listens on tcp://0.0.0.0:8080 and has no";
  assertFindings(warnings, [`${AT}.a: ${start}`, `${AT}.b: ${start}`]);
});

/** Services and paths with something wrong. */
const WRONG: readonly [paths: object, ...findings: string[]][] = [
  [
    { "/ws": { type: "websocket" } },
    `${AT}["/ws"]: "/ws" is not possible here; write one part of a path, of letters, digits, _ and -, without slashes; or "/" for what no other has`,
  ],
  [
    { ws: { type: "websocket", paths: {} } },
    `${AT}.ws.paths: unknown key; known here: id, type, serializer`,
  ],
  [{ ws: {} }, `${AT}.ws: "type" is missing; add it: "websocket", "static"`],
  [
    { ws: { type: "statik" } },
    `${AT}.ws.type: a service of type "statik" is not known; write "websocket", "static", "nodeinfo", "json", "redirect", "path", "caller", "publisher", or "webhook"; did you mean "static"?`,
  ],
  [{ a: { type: "static" } }, `${AT}.a: "directory" is missing; add it (path)`],
  [{ a: { type: "json" } }, `${AT}.a: "value" is missing; add it (any JSON)`],
  [{ a: { type: "redirect", url: "a b" } }, `${AT}.a.url: "a b" is not`],
  [
    {
      a: { type: "static", directory: "x", options: { default_file: "../x" } },
    },
    `${AT}.a.options.default_file: "../x" is not possible here; write the path of a file in the folder`,
  ],
  [
    {
      a: {
        type: "static",
        directory: "x",
        options: { mime_types: { svg: "x" } },
      },
    },
    `${AT}.a.options.mime_types.svg: "svg" is not possible here; write the end of file names with its dot, such as ".svg"`,
  ],
  [
    { a: { type: "path", paths: { b: { type: "x" } } } },
    `${AT}.a.paths.b.type`,
  ],
  [
    { a: { type: "caller", ...ROLE, options: { key: "a" } } },
    `${AT}.a.options.key: needs "secret" beside it; add it`,
  ],
  [
    { a: { type: "caller", ...ROLE, options: { secret: "a" } } },
    `${AT}.a.options.secret: needs "key" beside it; add it`,
  ],
  [
    { a: { type: "caller", ...ROLE, options: { require_ip: ["x"] } } },
    `${AT}.a.options.require_ip[0]: "x" is neither an address nor a network`,
  ],
  [{ a: { type: "webhook", ...ROLE } }, `${AT}.a: "options" is missing`],
  [
    { a: { type: "webhook", ...ROLE, options: {} } },
    `${AT}.a.options: "topic" is missing`,
  ],
  [
    { a: { type: "websocket", options: { max_connections: 1 } } },
    `${AT}.a.options.max_connections: is a limit of the whole transport; write it in "options" of that`,
  ],
];

for (const [paths, ...findings] of WRONG) {
  Deno.test(`a web transport is refused with ${JSON.stringify(paths)}`, async () => {
    assertFindings((await load(web(paths))).errors, findings);
  });
}

Deno.test("services that are not served are named, and left out on demand", async () => {
  const reasons: Record<string, string> = {
    pusher: 'is not served: Crossbar.io calls it "publisher" now',
    longpoll: "is not served: clients need WebSocket",
    wsgi: "is not served: run the program beside the router",
    cgi: "is not served: run the program beside the router",
    resource: "is not served: it names a class in Python",
    reverseproxy: "is not served: put a proxy in front of the router",
    upload: "is not served",
    archive: "is not served",
  };
  const unserved = Object.keys(reasons).map((type) => [type, { type }]);
  const source = web({
    ...Object.fromEntries(unserved),
    python: { type: "static", package: "a", resource: "b" },
    ws: { type: "websocket" },
  });
  const findings = [
    ...Object.entries(reasons).map(([type, reason]) =>
      `${AT}.${type}.type: a service of type "${type}" ${reason}`
    ),
    `${AT}.python.package: files of a Python package are not served`,
    `${AT}.python.resource: files of a Python package are not served`,
  ];
  assertFindings((await load(source)).errors, findings);
  const { config, warnings } = await loadSound(source, {
    ignoreUnsupported: true,
  });
  assertFindings(warnings, findings);
  const [{ websockets, web: http }] = config.transports;
  assertEquals([websockets.length, http?.paths.size], [1, 0]);
});

Deno.test("a web transport of which nothing is served is an error, or left out", async () => {
  const source = file(
    { type: "web", paths: { a: { type: "wsgi" } } },
    { ...LOCAL_WEB, endpoint: { ...LOCAL, port: 1 }, paths: { "/": NODEINFO } },
  );
  const { errors } = await load(source);
  assertFindings(errors, [
    `${AT}.a.type: a service of type "wsgi" is not served`,
  ]);
  const { config, warnings } = await loadSound(source, {
    ignoreUnsupported: true,
  });
  assertFindings(warnings, [
    `${AT}.a.type: a service of type "wsgi" is not served`,
    "transports[0]: nothing of this transport is served; left out",
    "realms[0].roles[0].name: no one can get this role",
  ]);
  assertEquals(config.transports.map(({ id }) => id), ["transport2"]);
});

const NODEINFO = { type: "nodeinfo" };

Deno.test("a universal transport has RawSocket, WebSocket by path, and plain HTTP", async () => {
  const { rawsocket, websockets, web: http, limits, trustedProxies } =
    await transportOf(file({
      type: "universal",
      rawsocket: { serializers: ["cbor"], options: { max_depth: 7 } },
      websocket: {
        ws: { type: "websocket", auth: { anonymous: { type: "static" } } },
        "/": {},
      },
      web: {
        paths: { chat: { type: "websocket" }, info: NODEINFO },
        options: { client_timeout: 9, hello_timeout_ms: 77 },
      },
      options: { max_connections: 3, max_depth: 6 },
      forwarded: true,
    }));
  assertEquals(
    [rawsocket?.serializers, rawsocket?.limits.maxDepth],
    [["cbor"], 7],
  );
  assertEquals(
    websockets.map((one) => [one.path, one.auth.implied, one.limits.maxDepth]),
    [["/ws", false, 6], ["/", true, 6], ["/chat", true, 6]],
  );
  assertEquals([...http?.paths.keys() ?? []], ["info"]);
  assertEquals(http?.idleTimeoutMs, 9000);
  assertEquals([limits.maxConnections, limits.maxDepth], [3, 6]);
  assertEquals(
    [limits, ...websockets.map((one) => one.limits)]
      .map(({ helloTimeoutMs }) => helloTimeoutMs),
    [77, 77, 77, 77],
  );
  assertEquals(trustedProxies, ["127.0.0.1", "::1"]);
});

Deno.test("a universal transport without web has no plain HTTP", async () => {
  const source = file({ type: "universal", websocket: { ws: {} } });
  const { rawsocket, web: http } = await transportOf(source);
  assertEquals([rawsocket, http], [undefined, undefined]);
});

Deno.test("of two services at one path of a universal transport, the first is served", async () => {
  const { config, warnings } = await loadSound(file({
    type: "universal",
    websocket: { ws: { debug: true } },
    web: { paths: { ws: { type: "websocket" }, "/": NODEINFO } },
  }));
  const [{ websockets, web: http }] = config.transports;
  assertEquals(websockets.map(({ path, debug }) => [path, debug]), [
    ["/ws", true],
  ]);
  assertEquals([...http?.paths.keys() ?? []], ["/"]);
  assertEquals(brief(warnings), [
    "transports[0].web.paths.ws: is not served: transports[0].websocket has the same path",
  ]);
});

Deno.test("MQTT of a universal transport is an error, or left out", async () => {
  const source = file({ type: "universal", rawsocket: {}, mqtt: {} });
  const finding = "transports[0].mqtt: MQTT is not served; ";
  assertFindings((await load(source)).errors, [finding]);
  const { warnings } = await loadSound(source, { ignoreUnsupported: true });
  assertFindings(warnings, [finding]);
});

Deno.test("a file can be one transport of any type", async () => {
  const { config } = await loadSound({
    type: "universal",
    endpoint: LOCAL,
    rawsocket: {},
    websocket: { ws: {} },
  });
  const [{ type, websockets }] = config.transports;
  assertEquals([type, websockets.length], ["universal", 1]);
  const { errors } = await load({ endpoint: LOCAL, paths: {} });
  assertEquals(brief(errors), [
    '"type" is missing; add it: "rawsocket", "websocket", "universal", or "web"',
  ]);
});
