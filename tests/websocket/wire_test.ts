/** What a client sees of WebSocket: how a session ends, and in which words. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat, utf8 } from "../support/hex.ts";
import { speak } from "../support/spoken_framing.ts";
import { TestServer, type TestServerOptions } from "../support/test_server.ts";
import { withSeed } from "../support/seed.ts";
import { Healthy } from "../hostile/_healthy.ts";
import { clientFrame, headOf } from "./_parse.ts";
import { RawWebSocket, requestOf } from "./_raw_websocket.ts";

speak("websocket");

const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 0x88;

/** A router and a session on it; at the end nothing of it is left. */
function wireTest(
  name: string,
  body: (client: RawWebSocket, server: TestServer) => Promise<void>,
  options: TestServerOptions = {},
): void {
  Deno.test(name, async () => {
    await using server = await TestServer.start(options);
    {
      using client = await RawWebSocket.join(server.address());
      await body(client, server);
    }
    await server.emptied();
  });
}

/** Expects a close frame of that code, and the end of the connection. */
async function expectClose(client: RawWebSocket, code: number): Promise<void> {
  const { first, payload } = await client.readFrame();
  assertEquals([first, payload[0] << 8 | payload[1]], [CLOSE, code]);
  assertEquals((await client.readToEnd()).length, 0);
}

/** What breaks the protocol, and the close code that says so. */
const OFFENCES: [name: string, bytes: Uint8Array, code: number][] = [
  ["a reserved opcode", headOf(0x83, 0), 1002],
  [
    "a frame that is not masked",
    clientFrame(TEXT, utf8("[]"), { key: [] }),
    1002,
  ],
  ["a binary frame for JSON", clientFrame(BINARY, utf8("[]")), 1003],
  [
    "text that is not UTF-8",
    clientFrame(
      TEXT,
      concat(utf8('[16,1,{},"a",["'), new Uint8Array([0xff]), utf8('"]]')),
    ),
    1007,
  ],
  ["a message that is too long", headOf(TEXT, 200_000), 1009],
  ["JSON that is none", clientFrame(TEXT, utf8("[16,")), 1000],
  ["a message out of turn", clientFrame(TEXT, utf8("[2,1,{}]")), 1000],
  ["a second HELLO", clientFrame(TEXT, utf8('[1,"realm1",{}]')), 1000],
];

for (const [name, bytes, code] of OFFENCES) {
  wireTest(
    `WS-17 WS-18 WS-21 WS-22 WS-23 WS-26: ${name} ends the session with ABORT, then ${code}`,
    async (client) => {
      await client.send(concat(bytes, new Uint8Array(20)));
      const [type, , reason] = await client.hear();
      assertEquals([type, reason], [3, "wamp.error.protocol_violation"]);
      await expectClose(client, code);
    },
  );
}

wireTest(
  "WS-26: fail_by_drop ends the connection without a close frame",
  async (client) => {
    await client.send(headOf(0x83, 0));
    assertEquals((await client.hear())[0], 3);
    assertEquals((await client.readToEnd()).length, 0);
  },
  { websocket: { failByDrop: true } },
);

wireTest(
  "WS-26: the router's end is GOODBYE, then 1001",
  async (client, server) => {
    const ended = server.running.shutdown();
    assertEquals((await client.hear()).slice(0, 3), [
      6,
      {},
      "wamp.close.system_shutdown",
    ]);
    await client.say([6, {}, "wamp.close.goodbye_and_out"]);
    await expectClose(client, 1001);
    client.close();
    await ended;
  },
);

wireTest(
  "WS-26: after ABORT of the client the connection ends with 1000",
  async (client) => {
    await client.say([3, {}, "wamp.close.normal"]);
    await expectClose(client, 1000);
  },
);

wireTest(
  "WS-26: after GOODBYE the connection stays for another HELLO",
  async (client) => {
    await client.say([6, {}, "wamp.close.normal"]);
    assertEquals((await client.hear())[0], 6);
    await client.say([1, "realm1", { roles: { caller: {} } }]);
    assertEquals((await client.hear())[0], 2);
  },
);

wireTest(
  "WS-25: a client's close frame is answered with its code, and ends its session",
  async (client) => {
    await client.sendFrame(
      CLOSE,
      concat(new Uint8Array([0x0b, 0xb8]), utf8("bye")),
    );
    const { first, payload } = await client.readFrame();
    assertEquals(first, CLOSE);
    assertEquals([...payload], [0x0b, 0xb8, ...utf8("bye")]);
    assertEquals((await client.readToEnd()).length, 0);
  },
);

wireTest(
  "WS-25: who shuts its side without a close frame is sent none",
  async (client) => {
    await client.closeWrite();
    assertEquals((await client.readToEnd()).length, 0);
  },
);

wireTest(
  "WS-25: what comes before a client's close frame is answered before it is",
  async (client) => {
    const call = utf8('[48,1,{},"com.none"]');
    await client.send(concat(
      clientFrame(TEXT, call),
      clientFrame(CLOSE, new Uint8Array([0x03, 0xe8])),
      clientFrame(TEXT, call),
    ));
    assertEquals((await client.hear()).slice(0, 3), [8, 48, 1]);
    await expectClose(client, 1000);
  },
);

wireTest(
  "WS-27: a close frame that nobody answers ends the connection in time",
  async (client, server) => {
    await client.say([3, {}, "wamp.close.normal"]);
    await expectClose(client, 1000);
    // Its side of the connection stays open.
    await server.emptied();
  },
  { websocket: { closeHandshakeTimeoutMs: 100 } },
);

wireTest(
  "WS-24: PINGs are answered, also between the fragments of a message",
  async (client) => {
    await client.send(concat(
      clientFrame(0x01, utf8("[48,1,{},")),
      clientFrame(0x89, utf8("now")),
      clientFrame(0x80, utf8('"com.none"]')),
    ));
    const pong = await client.readFrame();
    assertEquals([pong.first, ...pong.payload], [0x8a, ...utf8("now")]);
    assertEquals((await client.hear()).slice(0, 3), [8, 48, 1]);
  },
);

wireTest(
  "WS-15: messages in the segment of the request are handled",
  async (_client, server) => {
    using early = await RawWebSocket.connect(server.address());
    const hello = utf8('[1,"realm1",{"roles":{"caller":{}}}]');
    await early.send(
      concat(requestOf("wamp.2.json"), clientFrame(TEXT, hello)),
    );
    assertMatch(await early.readHead(), /^HTTP\/1.1 101 /);
    assertEquals((await early.hear())[0], 2);
  },
);

wireTest(
  "WS-30: with permessage-deflate messages go compressed both ways, long ones alone",
  async (_client, server) => {
    using client = await RawWebSocket.join(server.address(), [
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    ]);
    const { deflate, inflate } = await import(
      "../../src/websocket/permessage_deflate.ts"
    );
    const uri = "com.".padEnd(3000, "a");
    const call = deflate(utf8(`[48,1,{},"${uri}"]`), {
      maxWindowBits: 15,
      memLevel: 8,
    });
    await client.sendFrame(0xc1, call);
    const { first, payload } = await client.readFrame();
    assertEquals(first, 0xc1);
    const answer = inflate(payload, 100_000) as Uint8Array;
    const text = new TextDecoder().decode(answer);
    assertEquals(JSON.parse(text).slice(0, 3), [8, 48, 1]);
    await client.say([48, 2, {}, "com.none"]);
    assertEquals((await client.readFrame()).first, TEXT);
  },
  {
    websocket: { compression: { deflate: { maxWindowBits: 15, memLevel: 8 } } },
  },
);

wireTest(
  "WS-09: an origin that is not listed is refused and logged with the key",
  async (_client, server) => {
    using page = await RawWebSocket.connect(server.address());
    await page.send(requestOf("wamp.2.json", ["Origin: https://evil.example"]));
    assertMatch(await page.readHead(), /^HTTP\/1.1 403 /);
    const { fields } = await server.logged("may not connect here");
    assertEquals(fields["key"], "allowed_origins");
    using other = await RawWebSocket.join(server.address(), [
      "Origin: http://localhost",
    ]);
    other.close();
  },
);

wireTest(
  "WS-14: a client of a trusted proxy is logged by its own address",
  async (_client, server) => {
    using client = await RawWebSocket.join(server.address(), [
      "X-Forwarded-For: 6.6.6.6, 203.0.113.7",
    ]);
    await client.send(headOf(0x83, 0));
    const { fields } = await server.logged("Opcode 3 is reserved");
    assertMatch(
      String(fields["peer"]),
      /^203\.0\.113\.7 by way of 127\.0\.0\.1:\d+$/,
    );
  },
  { trustedProxies: ["127.0.0.1"] },
);

wireTest(
  "WS-14: nobody else's X-Forwarded-For is believed",
  async (_client, server) => {
    using client = await RawWebSocket.join(server.address(), [
      "X-Forwarded-For: 203.0.113.7",
    ]);
    await client.send(headOf(0x83, 0));
    const { fields } = await server.logged("Opcode 3 is reserved");
    assertMatch(String(fields["peer"]), /^127\.0\.0\.1:\d+$/);
  },
  { trustedProxies: ["192.0.2.1"] },
);

/** First octets, and what the log says of them. */
const FIRST_OCTETS: [name: string, bytes: Uint8Array, words: RegExp][] = [
  ["TLS", new Uint8Array([0x16, 3, 1, 2, 0]), /TLS ClientHello/],
  ["SSH", utf8("SSH-2.0-x\r\n"), /SSH/],
  [
    "octets of no protocol",
    new Uint8Array([1, 2, 3, 4]),
    /begins with 01 02 03 04/,
  ],
];

for (const [name, bytes, words] of FIRST_OCTETS) {
  wireTest(
    `WS-12: ${name} on a port for RawSocket and WebSocket is told so in the log`,
    async (_client, server) => {
      using foreign = await RawWebSocket.connect(server.address());
      await foreign.send(bytes);
      const { message, fields } = await server.logged("No HTTP request");
      assertEquals(message, "not a RawSocket or WebSocket client");
      assertMatch(String(fields["reason"]), words);
      await foreign.readToEnd();
    },
  );
}

wireTest(
  "WS-08: half a request is closed when handshake_timeout_ms is over",
  async (client, server) => {
    using half = await RawWebSocket.connect(server.address());
    await half.send(requestOf("wamp.2.json").slice(0, 30));
    const { fields } = await server.logged(
      "the handshake did not come in time",
    );
    assertEquals(fields["received_bytes"], 30);
    assertEquals(fields["awaited"], "RawSocket or WebSocket");
    assertEquals((await half.readToEnd()).length, 0);
    await client.say([48, 1, {}, "com.none"]);
    assertEquals((await client.hear())[0], 8);
  },
  { limits: { handshakeTimeoutMs: 200 } },
);

Deno.test("WS-15: octets at random end only the connection that they come on (fuzz)", async () => {
  await using server = await TestServer.start({ maxMessageBytes: 10_000 });
  const address = server.address();
  const healthy = await Healthy.join({
    address,
    caller: "json",
    callee: "msgpack",
    subscriber: "cbor",
  });
  const running = healthy.run();
  await withSeed(async (random) => {
    for (let i = 0; i < 200; i++) {
      const frames = Array.from(
        { length: 1 + random.below(6) },
        () =>
          clientFrame(
            random.pick([0x81, 0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8a]),
            random.octets(random.below(140)),
          ),
      );
      const bytes = concat(...frames);
      for (let n = 0; n < 3; n++) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      using client = await RawWebSocket.join(address);
      await client.send(bytes).catch(() => {});
      await client.closeWrite().catch(() => {});
      await client.readToEnd();
    }
  });
  healthy.stop();
  await running;
  healthy.close();
  assertEquals(healthy.failure, undefined);
  assert(healthy.rounds > 0);
  await server.emptied();
  assert(server.log.every(({ level }) => level !== "error"));
});
