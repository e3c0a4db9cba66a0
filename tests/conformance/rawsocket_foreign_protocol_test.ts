/**
 * Clients of another protocol on a RawSocket port: closed, and one line in the
 * log that says what they look like.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import type { LogLine, TestServer } from "../support/test_server.ts";
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
  ["an HTTP request", utf8("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP"],
  ["an HTTP POST", utf8("POST /publish HTTP/1.1\r\n\r\n"), "HTTP"],
  ["a WebSocket upgrade", utf8(WEBSOCKET_UPGRADE), "WebSocket"],
  ["HTTP/2", utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "HTTP"],
  ["a TLS ClientHello", TLS_CLIENT_HELLO, "TLS ClientHello"],
];

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
        assertEquals([level, message], ["warn", "no RawSocket client"]);
        assertEquals(fields["transport"], kind);
        assertEquals(`${fields["reason"]}`.includes(called), true);
      }
    },
    { kinds: ["tcp", "unix"] },
  );
}

scenario(
  "RS-03: octets of no known protocol are closed, and shown in one log line",
  async ({ server }) => {
    using client = await RawClient.connect(server.address());
    await client.sendBytes(bytesOf("53 53 48 2D"));
    await client.expectClosed();
    const [line, ...more] = complaints(server);
    assertEquals(more, []);
    assertEquals(
      line.fields["reason"],
      "No RawSocket handshake: it begins with 53 53 48 2D",
    );
  },
);

/** What clients without TLS say first. */
const IN_THE_CLEAR: [name: string, octets: Uint8Array][] = [
  ["RawSocket without TLS", bytesOf("7F F1 00 00")],
  ["HTTP without TLS", utf8("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
];

for (const [name, octets] of IN_THE_CLEAR) {
  scenario(
    `RS-19: ${name} on a TLS port is closed, and said so in one log line`,
    async ({ server }) => {
      const tcp = server.address("tls").replace("tls:", "tcp:");
      using client = await RawClient.connect(tcp);
      await client.sendBytes(octets);
      await server.logged("connection closes");
      const [line, ...more] = complaints(server);
      assertEquals(more, []);
      assertEquals([line.level, line.message], ["warn", "no TLS client"]);
      assertMatch(`${line.fields["reason"]}`, /RawSocket over TLS only$/);
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
