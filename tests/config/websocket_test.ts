/**
 * Transports of type `websocket`, and WebSocket of the others.
 */
import { assertEquals } from "@std/assert";
import type { WebSocketConfig } from "../../src/config/config.ts";
import { DEFAULT_LIMITS } from "../../src/config/table/limit_keys.ts";
import { assertFindings, brief, load, loadSound, REALM } from "./_load.ts";

const ENDPOINT = { type: "tcp", port: 8080, interface: "127.0.0.1" };

function websocket(more: object = {}): object {
  return { type: "websocket", endpoint: ENDPOINT, ...more };
}

function crossbar(transport: object): object {
  const worker = { type: "router", realms: [REALM], transports: [transport] };
  return { version: 2, workers: [worker] };
}

async function socketOf(
  options: object,
  file: object = {},
): Promise<WebSocketConfig> {
  const { config } = await loadSound({
    realms: [REALM],
    transports: [websocket({ options })],
    ...file,
  });
  return config.transports[0].websockets[0];
}

const LIMITS = {
  ...DEFAULT_LIMITS,
  autoPing: true,
  autoPingIntervalMs: 10_000,
  autoPingTimeoutMs: 5_000,
} as const;

Deno.test("a websocket transport has bounded defaults, all serializers and PINGs to all", async () => {
  const { config, warnings, notes } = await loadSound(websocket());
  const [{ limits, websockets, ...rest }] = config.transports;
  assertEquals(rest, {
    id: "transport1",
    type: "websocket",
    endpoint: {
      type: "tcp",
      hostname: "127.0.0.1",
      port: 8080,
      reusePort: false,
    },
    trustedProxies: [],
  });
  assertEquals(limits, LIMITS);
  assertEquals(websockets, [{
    path: undefined,
    serializers: ["json", "msgpack", "cbor"],
    maxMessageBytes: 131_072,
    auth: { anonymous: { role: "anonymous" }, implied: true },
    debug: false,
    limits: LIMITS,
    allowNullOrigin: false,
    closeHandshakeTimeoutMs: 3000,
    requireSubprotocol: true,
    failByDrop: false,
    echoCloseCode: false,
    enableWebstatus: false,
    requireMasked: true,
    autoPingBytes: 16,
  }]);
  assertEquals([warnings, notes], [[], []]);
});

/** What Crossbar.io's manual shows for production, and what else has a meaning. */
const ALL_OPTIONS = {
  allowed_origins: ["https://*.example.com", "null"],
  allow_null_origin: true,
  open_handshake_timeout: 2500,
  close_handshake_timeout: 1000,
  max_frame_size: 65_536,
  max_message_size: 1_048_576,
  auto_fragment_size: 32_768,
  auto_ping_interval: 20_000,
  auto_ping_timeout: 7_000,
  auto_ping_size: 4,
  compression: {
    deflate: {
      max_window_bits: 11,
      memory_level: 4,
      request_max_window_bits: 12,
      no_context_takeover: true,
      request_no_context_takeover: false,
    },
  },
  require_websocket_subprotocol: false,
  fail_by_drop: true,
  echo_close_codereason: true,
  enable_webstatus: true,
  require_masked_client_frames: false,
};

Deno.test("each option of WebSocket that has a meaning is in the config", async () => {
  assertEquals<Partial<WebSocketConfig>>(await socketOf(ALL_OPTIONS), {
    path: undefined,
    serializers: ["json", "msgpack", "cbor"],
    maxMessageBytes: 1_048_576,
    auth: { anonymous: { role: "anonymous" }, implied: true },
    debug: false,
    limits: {
      ...LIMITS,
      handshakeTimeoutMs: 2500,
      autoPingIntervalMs: 20_000,
      autoPingTimeoutMs: 7_000,
    },
    allowedOrigins: ["https://*.example.com", "null"],
    allowNullOrigin: true,
    closeHandshakeTimeoutMs: 1000,
    maxFrameBytes: 65_536,
    autoFragmentBytes: 32_768,
    compression: {
      deflate: { maxWindowBits: 11, memLevel: 4, requestMaxWindowBits: 12 },
    },
    requireSubprotocol: false,
    failByDrop: true,
    echoCloseCode: true,
    enableWebstatus: true,
    requireMasked: false,
    autoPingBytes: 4,
  });
});

Deno.test("options of WebSocket that are 0 for no bound have our bound, with a note", async () => {
  const options = {
    open_handshake_timeout: 0,
    close_handshake_timeout: 0,
    max_frame_size: 0,
    max_message_size: 0,
    auto_fragment_size: 0,
    auto_ping_timeout: 0,
  };
  const { config, notes } = await loadSound(websocket({ options }));
  const [socket] = config.transports[0].websockets;
  assertEquals(socket.limits, LIMITS);
  assertEquals(socket.closeHandshakeTimeoutMs, 3000);
  assertEquals(socket.maxMessageBytes, 131_072);
  assertEquals(
    [socket.maxFrameBytes, socket.autoFragmentBytes],
    [undefined, undefined],
  );
  assertEquals(brief(notes), [
    "options.open_handshake_timeout: 0 would be for ever: the default of handshake_timeout_ms counts",
    "options.max_message_size: 0 would be no limit: the default of 131072 counts",
    "options.auto_ping_timeout: 0 would be for ever: the default of auto_ping_timeout_ms counts",
  ]);
});

Deno.test("auto_ping_interval 0 sends no PINGs, and our own keys come before the file's", async () => {
  assertEquals((await socketOf({ auto_ping_interval: 0 })).limits, {
    ...LIMITS,
    autoPing: false,
  });
  const file = {
    auto_ping: "answering",
    auto_ping_interval_ms: 60_000,
    max_depth: 9,
  };
  assertEquals((await socketOf({}, file)).limits, {
    ...LIMITS,
    autoPing: "answering",
    autoPingIntervalMs: 60_000,
    maxDepth: 9,
  });
  const own = { auto_ping_interval: 5000, auto_ping: false, max_depth: 8 };
  assertEquals((await socketOf(own, file)).limits, {
    ...LIMITS,
    autoPing: false,
    autoPingIntervalMs: 5000,
    maxDepth: 8,
  });
});

Deno.test("options of WebSocket that change nothing are noted", async () => {
  const options = {
    enable_rfc6455: true,
    mask_server_frames: false,
    apply_mask: true,
    validate_utf8: true,
    enable_hybi10: true,
    enable_hixie76: false,
    enable_flash_policy: true,
    flash_policy: "<x/>",
    show_server_version: false,
    tcp_nodelay: true,
    external_port: 443,
    auto_ping_restart_on_any_traffic: true,
  };
  const { notes, warnings } = await loadSound(websocket({ options }));
  assertEquals(warnings, []);
  assertFindings(notes, [
    "options.enable_hybi10: has no effect: only the final version",
    "options.enable_hixie76: has no effect: only the final version",
    "options.enable_flash_policy: has no effect: Flash is not served",
    "options.flash_policy: has no effect: Flash is not served",
    "options.show_server_version: has no effect: clients are not told",
    "options.tcp_nodelay: has no effect: what is sent is never held back",
    "options.external_port: has no effect: origins are compared",
    "options.auto_ping_restart_on_any_traffic: has no effect: a client that says",
  ]);
});

/** Options with which no client could join, or that mean something else. */
const REFUSED: readonly [options: object, ...findings: string[]][] = [
  [
    { mask_server_frames: true },
    "options.mask_server_frames: true breaks the protocol, so that no client could join; remove it",
  ],
  [
    { apply_mask: false },
    "options.apply_mask: false breaks the protocol",
  ],
  [
    { enable_rfc6455: false },
    "options.enable_rfc6455: false breaks the protocol",
  ],
  [
    { compression: { snappy: {}, bzip2: {}, brotli: {} } },
    "options.compression.snappy: compression by snappy is not served",
    "options.compression.bzip2: compression by bzip2 is not served",
    "options.compression.brotli: compression by brotli is not served",
  ],
  [
    { compression: { deflate: { max_window_bits: 8 } } },
    "options.compression.deflate.max_window_bits: 8 is out of range; write an integer from 9 to 15",
  ],
  [
    { auto_fragment_size: 10 },
    "options.auto_fragment_size: 10 is out of range; write an integer from 256 to",
  ],
  [
    { auto_ping_size: 126 },
    "options.auto_ping_size: 126 is out of range; write an integer from 4 to 125",
  ],
  [
    { auto_ping_interval: 5000, auto_ping_interval_ms: 5000 },
    "options.auto_ping_interval: is also set at options.auto_ping_interval_ms; keep one of them",
  ],
  [
    { allowed_origin: ["*"] },
    'options.allowed_origin: unknown key; did you mean "allowed_origins"?',
  ],
];

for (const [options, ...findings] of REFUSED) {
  Deno.test(`a websocket transport is refused with ${JSON.stringify(options)}`, async () => {
    assertFindings((await load(websocket({ options }))).errors, findings);
  });
}

Deno.test("times of WebSocket below a second are a warning: they are milliseconds", async () => {
  const options = { auto_ping_interval: 10, close_handshake_timeout: 999 };
  const { warnings } = await loadSound(websocket({ options }));
  assertEquals(brief(warnings), [
    "options.auto_ping_interval: is in milliseconds: 10 is less than a second",
    "options.close_handshake_timeout: is in milliseconds: 999 is less than a second",
  ]);
  const whole = { auto_ping_interval: 1000, close_handshake_timeout: 1000 };
  const sound = await loadSound(websocket({ options: whole }));
  assertEquals(sound.warnings, []);
});

Deno.test("tracking and logins by cookie are refused by name, and left out on demand", async () => {
  const file = crossbar(websocket({
    cookie: { store: { type: "memory" } },
    auth: { cookie: {}, anonymous: { type: "static" } },
    options: { max_message_size: 1024 },
  }));
  const at = "workers[0].transports[0]";
  const { errors } = await load(file);
  const findings = [
    `${at}.cookie: tracking by cookie is not served: a browser sends a cookie for every page that connects, also for those of others`,
    `${at}.auth.cookie: authentication by cookie is not served: a browser sends a cookie for every page that connects, also for those of others`,
  ];
  assertFindings(errors, findings);
  const { warnings } = await loadSound(file, { ignoreUnsupported: true });
  assertEquals(brief(warnings), findings.map((one) => `${one}; left out`));
});

Deno.test("url is read and needs no port or path of the transport", async () => {
  for (const url of ["ws://localhost:9000", "wss://example.com/a/b"]) {
    const { warnings, notes } = await loadSound(websocket({ url }));
    assertEquals([warnings, notes], [[], []]);
  }
  const { errors } = await load(websocket({ url: "localhost" }));
  assertEquals(brief(errors), [
    'url: "localhost" is not possible here; write a URL, such as "ws://example.com/ws"',
  ]);
});

Deno.test("a node config notes that Crossbar.io has no limit for messages over WebSocket", async () => {
  const { config, notes } = await loadSound(crossbar(websocket()));
  assertEquals(config.transports[0].websockets[0].maxMessageBytes, 131_072);
  assertEquals(brief(notes), [
    'workers[0].transports[0]: max_message_size is 131072 unless set, where Crossbar.io has no limit: clients that send more are disconnected; "options" can set it',
  ]);
});

Deno.test("proxies are believed where forwarded says so: by default those of this machine", async () => {
  const trusted = async (more: object) => {
    const { config, warnings } = await loadSound(websocket(more));
    return [config.transports[0].trustedProxies, brief(warnings)];
  };
  assertEquals(await trusted({}), [[], []]);
  assertEquals(await trusted({ forwarded: true }), [["127.0.0.1", "::1"], []]);
  assertEquals(
    await trusted({
      forwarded: true,
      trusted_proxies: ["10.0.0.0/8", "192.0.2.0/255.255.255.0", "::1"],
    }),
    [["10.0.0.0/8", "192.0.2.0/24", "::1"], []],
  );
  assertEquals(await trusted({ trusted_proxies: ["10.0.0.1"] }), [[], [
    'trusted_proxies: has no effect without "forwarded": true',
  ]]);
});

Deno.test("trusted_proxies takes addresses and networks, and nothing else", async () => {
  for (
    const wrong of [
      "example.com",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/255.0.255.0",
      "10.0.0.0/8/8",
      "10.0.0.0/",
      "",
    ]
  ) {
    const file = websocket({ forwarded: true, trusted_proxies: [wrong] });
    assertEquals(brief((await load(file)).errors).length, 1, wrong);
  }
});
