/** What is said about octets that are no RawSocket. */
import { assert, assertEquals } from "@std/assert";
import {
  type ForeignProtocol,
  HTTP_METHODS,
  recogniseForeign,
} from "../../src/framing/foreign_protocol.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";

function recognised(octets: Uint8Array): ForeignProtocol {
  const found = recogniseForeign(octets);
  assert(typeof found === "object", `${found}`);
  return found;
}

for (const method of HTTP_METHODS) {
  Deno.test(`recogniseForeign() takes ${method} for HTTP as soon as it is whole, and waits until then`, () => {
    const octets = utf8(`${method} `);
    for (let end = 1; end < octets.length; end++) {
      assertEquals(recogniseForeign(octets.subarray(0, end)), "undecided");
    }
    const { name, httpMethod } = recognised(octets);
    assertEquals(name, method === "PRI" ? "HTTP/2" : "HTTP or WebSocket");
    assertEquals(httpMethod, method);
  });
}

const REQUESTS = [
  "get / HTTP/1.1\r\n",
  "BREW /pot HTTP/1.1\r\n",
  "X * HTTP/1.1\r\n",
  "FETCH http://localhost/ HTTP/1.1\r\n",
];

for (const request of REQUESTS) {
  Deno.test(`recogniseForeign() takes "${request.trim()}" for HTTP, whatever its method`, () => {
    const { httpMethod } = recognised(utf8(request));
    assertEquals(httpMethod, request.split(" ")[0]);
  });
}

const OTHERS: [name: string, octets: Uint8Array][] = [
  ["a TLS ClientHello", bytesOf("16 03 01 02")],
  ["a TLS ClientHello", bytesOf("16 03 04")],
  ["SSH", utf8("SSH-2.0-OpenSSH_9.6\r\n")],
  ["MQTT", concat(bytesOf("10 2A 00 04"), utf8("MQTT"), bytesOf("04 02"))],
  ["MQTT", concat(bytesOf("10 AA 01 00 04"), utf8("MQTT"), bytesOf("05 02"))],
  ["MQTT", concat(bytesOf("10 12 00 06"), utf8("MQIsdp"), bytesOf("03 02"))],
  ["AMQP", concat(utf8("AMQP"), bytesOf("00 00 09 01"))],
  ["the PROXY protocol of a load balancer", utf8("PROXY TCP4 1.2.3.4 ")],
  [
    "the PROXY protocol of a load balancer",
    bytesOf("0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A 21 11"),
  ],
  ["STOMP", utf8("CONNECT\naccept-version:1.2\n")],
  ["NATS", utf8('CONNECT {"verbose":false}\r\n')],
  ["SOCKS", bytesOf("05 01 00")],
  ["SMTP", utf8("EHLO localhost\r\n")],
  ["Redis", utf8("*1\r\n$4\r\nPING\r\n")],
  ["RawSocket", bytesOf("7F F2 00 00")],
  [
    "a WAMP message with no RawSocket handshake before it",
    utf8('[1,"realm1",{"roles":{}}]'),
  ],
  [
    "a WAMP message with no RawSocket handshake before it",
    concat(bytesOf("00 00 00 13"), utf8('[1,"realm1",{}]')),
  ],
  [
    "a WAMP message with no RawSocket handshake before it",
    bytesOf("00 00 00 0A 93 01 A1 61 80"),
  ],
];

for (const [index, [name, octets]] of OTHERS.entries()) {
  Deno.test(`recogniseForeign() names ${name} (${index})`, () => {
    const found = recognised(octets);
    assertEquals([found.name, found.httpMethod], [name, undefined]);
  });
}

const UNKNOWN = [
  ...["00", "00 00 00 00", "16 04 00 00", "FF FF FF FF", "7E F1 00 00"],
  ...["80 2E 01 00", "0A", "20"],
];

for (const octets of UNKNOWN) {
  Deno.test(`recogniseForeign() knows nothing of ${octets}, and waits for no more`, () => {
    assertEquals(recogniseForeign(bytesOf(octets)), undefined);
  });
}

for (const text of ["ABCD", "hello", "GETS", "GET/", "GE T", "POST\t"]) {
  Deno.test(`recogniseForeign() knows nothing of "${text}"`, () => {
    assertEquals(recogniseForeign(utf8(text)), undefined);
  });
}
