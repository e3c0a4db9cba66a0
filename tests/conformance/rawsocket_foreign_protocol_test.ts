/**
 * Clients of another protocol on a RawSocket port: closed, and one line in the
 * log that says what they look like. Those of HTTP are told so in HTTP.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { within } from "../support/deadline.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import {
  type LogLine,
  type TestServer,
  TRANSPORT_KINDS,
} from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** A ClientHello of TLS 1.2, as far as it matters. */
const TLS_CLIENT_HELLO = concat(
  bytesOf("16 03 01 00 2F 01 00 00 2B 03 03"),
  new Uint8Array(32),
  bytesOf("00 00 02 13 01 01 00"),
);

const WEBSOCKET_UPGRADE = [
  "GET /ws HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
  "Sec-WebSocket-Protocol: wamp.2.msgpack",
  "",
  "",
].join("\r\n");

/** What foreign clients say first, and what the log must call it. */
const FOREIGN: [name: string, octets: Uint8Array, called: string][] = [
  ["a TLS ClientHello", TLS_CLIENT_HELLO, "TLS ClientHello"],
  ["SSH", utf8("SSH-2.0-OpenSSH_9.6\r\n"), "SSH"],
  ["MQTT", bytesOf("10 0C 00 04 4D 51 54 54 04 02 00 3C 00 00"), "MQTT"],
  ["PROXY", utf8("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"), "PROXY protocol"],
  ["WAMP alone", utf8('[1,"realm1",{"roles":{}}]'), "no RawSocket handshake"],
];

/** What HTTP clients say first. */
const HTTP: [name: string, octets: Uint8Array, called: string][] = [
  ...[
    ...["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"],
    ...["CONNECT", "PROPFIND", "BREW"],
  ].map((method): [string, Uint8Array, string] => [
    `HTTP's ${method}`,
    utf8(`${method} /ws HTTP/1.1\r\nHost: a\r\n\r\n`),
    "HTTP",
  ]),
  ["a WebSocket upgrade", utf8(WEBSOCKET_UPGRADE), "WebSocket"],
  ["HTTP/2", utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "HTTP/2"],
  ["half a request", utf8("GET / HT"), "HTTP"],
  ["a method alone", utf8("POST "), "HTTP"],
];

const SENTENCE =
  "This port speaks WAMP-over-RawSocket only, neither HTTP nor WebSocket: use a WAMP client with a RawSocket transport.\n";

function refusal(sentence: string): string {
  return [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${sentence.length}`,
    "Connection: close",
    "",
    sentence,
  ].join("\r\n");
}

/** All that the router says until it ends the connection. */
async function answer(client: RawClient): Promise<string> {
  const answers: Uint8Array[] = [];
  const buffer = new Uint8Array(1000);
  while (true) {
    const count = await within(client.conn.read(buffer), "the answer");
    if (count === null) break;
    answers.push(buffer.slice(0, count));
  }
  return new TextDecoder().decode(concat(...answers));
}

/** What the router complained about, but for its first `known` lines. */
function complaints(server: TestServer, known: number = 0): LogLine[] {
  return server.log.slice(known).filter(({ level }) => level !== "debug");
}

for (const [name, octets, called] of FOREIGN) {
  scenario(
    `RS-03: ${name} is closed without a reply, and called by its name in one log line`,
    async ({ server }) => {
      for (const kind of ["tcp", "unix"] as const) {
        const known = server.log.length;
        using client = await RawClient.connect(server.address(kind));
        await client.sendBytes(octets);
        await client.expectClosed();
        const lines = complaints(server, known);
        assertEquals(lines.length, 1);
        const [{ level, message, fields }] = lines;
        assertEquals([level, message], ["warn", "not a RawSocket client"]);
        assertEquals(fields["transport"], kind);
        assertEquals(`${fields["reason"]}`.includes(called), true);
      }
    },
    { kinds: ["tcp", "unix"] },
  );
}

for (const [name, octets, called] of HTTP) {
  scenario(
    `RS-03: ${name} is answered with 400 and one sentence, and called by its name in one log line`,
    async ({ server }) => {
      for (const kind of TRANSPORT_KINDS) {
        const known = server.log.length;
        using client = await RawClient.connect(server.address(kind));
        await client.sendBytes(octets);
        assertEquals(await answer(client), refusal(SENTENCE));
        const lines = complaints(server, known);
        assertEquals(lines.length, 1);
        const [{ level, message, fields }] = lines;
        assertEquals([level, message], ["warn", "not a RawSocket client"]);
        assertEquals(`${fields["reason"]}`.includes(called), true);
      }
      await server.emptied();
    },
    { kinds: TRANSPORT_KINDS },
  );
}

scenario(
  "RS-03: an HTTP request is answered when its first word is whole, however many pieces it comes in",
  async ({ server }) => {
    for (const kind of TRANSPORT_KINDS) {
      using client = await RawClient.connect(server.address(kind));
      for (const octet of utf8("DELETE /a HTTP/1.1\r\n\r\n")) {
        await client.sendBytes([octet]);
      }
      assertEquals(await answer(client), refusal(SENTENCE));
    }
  },
  { kinds: TRANSPORT_KINDS },
);

scenario(
  "RS-03: an HTTP request with a long body is answered too, and its client is not waited for",
  async ({ server }) => {
    const clients: RawClient[] = [];
    for (const kind of TRANSPORT_KINDS) {
      const client = await RawClient.connect(server.address(kind));
      const body = "x".repeat(1_000_000);
      await client.sendBytes(utf8(`POST / HTTP/1.1\r\n\r\n${body}`));
      assertEquals(await answer(client), refusal(SENTENCE));
      clients.push(client);
    }
    // They do not close: nothing of them is left all the same.
    await server.emptied();
    for (const client of clients) client.close();
  },
  { kinds: TRANSPORT_KINDS },
);

scenario(
  "RS-03: HTTP's HEAD is answered without a body",
  async ({ server }) => {
    using client = await RawClient.connect(server.address());
    await client.sendBytes(utf8("HEAD / HTTP/1.1\r\n\r\n"));
    const head = refusal(SENTENCE).slice(0, -SENTENCE.length);
    assertEquals(await answer(client), head);
  },
);

scenario(
  "RS-03: what only begins like an HTTP request is closed without a reply",
  async ({ server }) => {
    for (const text of ["GETS", "POSTED", "P7", "HEAD\n"]) {
      using client = await RawClient.connect(server.address());
      await client.sendBytes(utf8(text));
      await client.expectClosed();
    }
  },
);

scenario(
  "RS-17: a client that stops in the middle of HTTP's first word is closed in time",
  async ({ server }) => {
    for (const kind of TRANSPORT_KINDS) {
      using client = await RawClient.connect(server.address(kind));
      await client.sendBytes(utf8("GET"));
      await client.expectClosed();
    }
  },
  { kinds: TRANSPORT_KINDS, limits: { handshakeTimeoutMs: 100 } },
);

scenario(
  "RS-19: HTTP without TLS on a TLS port is answered in the clear",
  async ({ server }) => {
    const tcp = server.address("tls").replace("tls:", "tcp:");
    const sentence = SENTENCE.replace(
      "RawSocket only",
      "RawSocket over TLS only",
    );
    for (const pieces of [["GET / HTTP/1.1\r\n\r\n"], [..."GET /"]]) {
      using client = await RawClient.connect(tcp);
      for (const piece of pieces) await client.sendBytes(utf8(piece));
      assertEquals(await answer(client), refusal(sentence));
    }
    await server.emptied();
  },
  { kinds: ["tls"] },
);

scenario(
  "RS-03: octets of no known protocol are closed, and shown in one log line",
  async ({ server }) => {
    using client = await RawClient.connect(server.address());
    await client.sendBytes(bytesOf("53 53 48 2E"));
    await client.expectClosed();
    const [line, ...more] = complaints(server);
    assertEquals(more, []);
    assertEquals(
      line.fields["reason"],
      "No RawSocket handshake: it begins with 53 53 48 2E",
    );
  },
);

/** What clients without TLS say first. */
const IN_THE_CLEAR: [name: string, octets: Uint8Array, called: string][] = [
  ["RawSocket", bytesOf("7F F1 00 00"), "looks like RawSocket"],
  ["HTTP", utf8("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP or WebSocket"],
  ["SSH", utf8("SSH-2.0-OpenSSH_9.6\r\n"), "SSH"],
  ["nothing known", bytesOf("00 00 00 00 00 00"), "00 00 00 00"],
];

for (const [name, octets, called] of IN_THE_CLEAR) {
  scenario(
    `RS-19: ${name} without TLS on a TLS port is closed, and said so in one log line`,
    async ({ server }) => {
      const tcp = server.address("tls").replace("tls:", "tcp:");
      using client = await RawClient.connect(tcp);
      await client.sendBytes(octets);
      await server.logged("connection closes");
      const [line, ...more] = complaints(server);
      assertEquals(more, []);
      assertEquals([line.level, line.message], ["warn", "not a TLS client"]);
      assertMatch(`${line.fields["reason"]}`, /^No TLS handshake: /);
      assertEquals(`${line.fields["reason"]}`.includes(called), true);
      using other = await RawClient.join(server.address("tls"));
      await other.expectNothing();
    },
    { kinds: ["tls"] },
  );
}

for (const serializer of SERIALIZERS) {
  scenario(
    `FR-05: a second handshake ends a ${serializer} session, and is called so in one log line`,
    async (router) => {
      const client = await router.join({ serializer });
      await client.sendBytes(bytesOf("7F F2 00 00"));
      await client.expectAbort("wamp.error.protocol_violation");
      const [line, ...more] = complaints(router.server);
      assertEquals(more, []);
      assertEquals(line.fields["session"], client.sessionId);
      const said = "looks like a second RawSocket handshake";
      assertEquals(JSON.stringify(line).includes(said), true);
    },
  );
}

scenario(
  "FR-05: a second handshake before HELLO ends the connection",
  async (router) => {
    const client = await router.open();
    await client.sendBytes(bytesOf("7F F1 00 00"));
    await client.expectAbort("wamp.error.protocol_violation");
    const [line, ...more] = complaints(router.server);
    assertEquals(more, []);
    const said = "looks like a second RawSocket handshake";
    assertEquals(JSON.stringify(line).includes(said), true);
  },
);
