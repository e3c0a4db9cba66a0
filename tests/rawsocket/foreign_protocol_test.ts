/** What is said about octets that are no RawSocket. */
import { assertEquals, assertMatch } from "@std/assert";
import { guessForeignProtocol } from "../../src/rawsocket/foreign_protocol.ts";
import { bytesOf, utf8 } from "../support/hex.ts";

function guess(octets: Uint8Array): string {
  return guessForeignProtocol(new DataView(octets.buffer).getUint32(0));
}

const HTTP_METHODS = [
  "GET / HTTP/1.1",
  "POST /",
  "PUT /",
  "HEAD /",
  "OPTIONS *",
  "DELETE /",
  "PATCH /",
  "CONNECT a:1",
  "PRI * HTTP/2.0",
];

for (const request of HTTP_METHODS) {
  Deno.test(`guessForeignProtocol() takes "${request}" for HTTP`, () => {
    assertMatch(guess(utf8(request)), /looks like HTTP or WebSocket/);
  });
}

for (const hello of ["16 03 01 02", "16 03 03 00", "16 03 04 01"]) {
  Deno.test(`guessForeignProtocol() takes ${hello} for TLS`, () => {
    assertMatch(guess(bytesOf(hello)), /looks like a TLS ClientHello/);
  });
}

Deno.test("guessForeignProtocol() takes 7F F2 00 00 for a handshake", () => {
  assertMatch(guess(bytesOf("7F F2 00 00")), /second RawSocket handshake/);
});

for (const octets of ["00 00 00 00", "16 04 00 00", "FF FF FF FF"]) {
  Deno.test(`guessForeignProtocol() says nothing about ${octets}`, () => {
    assertEquals(guess(bytesOf(octets)), "");
  });
}

Deno.test("guessForeignProtocol() says nothing about lower case", () => {
  assertEquals(guess(utf8("get /")), "");
});
