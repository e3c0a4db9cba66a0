/** The opening handshake: what is taken, and what is refused with which status. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  answerHandshake,
  type HandshakeOffer,
  type HandshakeOutcome,
} from "../../src/websocket/handshake.ts";
import { utf8 } from "../support/hex.ts";

const OFFER: HandshakeOffer = {
  path: "/ws",
  subprotocols: ["wamp.2.msgpack", "wamp.2.json"],
  defaultSubprotocol: "wamp.2.json",
  allowedOrigins: [],
  allowNullOrigin: false,
  enableWebstatus: false,
  deflate: undefined,
};

/** What clients send. */
const FIELDS: Readonly<Record<string, string>> = {
  Host: "example.com:8080",
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Protocol": "wamp.2.json",
};

/** A request; a field that is undefined is left out. */
function request(
  fields: Readonly<Record<string, string | undefined>> = {},
  line: string = "GET /ws HTTP/1.1",
  more: readonly string[] = [],
): Uint8Array {
  const lines = Object.entries({ ...FIELDS, ...fields })
    .flatMap(([name, value]) => value === undefined ? [] : `${name}: ${value}`);
  return utf8([line, ...lines, ...more, "", ""].join("\r\n"));
}

function answer(
  bytes: Uint8Array,
  offer: Partial<HandshakeOffer> = {},
  exceededLimit: string | undefined = undefined,
): HandshakeOutcome & { readonly status: number; readonly text: string } {
  const outcome = answerHandshake(
    bytes,
    { ...OFFER, ...offer },
    exceededLimit,
  );
  const text = new TextDecoder().decode(outcome.reply);
  return { ...outcome, status: Number(text.split(" ")[1]), text };
}

Deno.test("WS-01: a request is answered with the key's proof and the subprotocol (RFC 6455 1.3)", () => {
  const { status, text } = answer(request());
  assertEquals(status, 101);
  const lines = text.split("\r\n");
  assertEquals(lines.slice(0, 1), ["HTTP/1.1 101 Switching Protocols"]);
  assertEquals(lines.slice(-2), ["", ""]);
  assertEquals(
    new Set(lines.slice(1, -2)),
    new Set([
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "Sec-WebSocket-Protocol: wamp.2.json",
    ]),
  );
});

Deno.test("WS-02: names and tokens are compared without regard to case, and lists are looked through", () => {
  const fields = {
    Host: undefined,
    hOST: "example.com",
    Upgrade: "WebSocket",
    Connection: "keep-alive, UPGRADE",
  };
  assertEquals(answer(request(fields)).status, 101);
  const twice = request({ Connection: "keep-alive" }, undefined, [
    "Connection: upgrade",
  ]);
  assertEquals(answer(twice).status, 101);
});

/** What is wrong, and the status that says so. */
const REFUSALS: [name: string, bytes: Uint8Array, status: number][] = [
  ["no Host", request({ Host: undefined }), 400],
  ["two Hosts", request({}, undefined, ["Host: other"]), 400],
  ["no Upgrade", request({ Upgrade: undefined }), 426],
  ["another Upgrade", request({ Upgrade: "h2c" }), 426],
  ["no Connection", request({ Connection: undefined }), 400],
  ["another Connection", request({ Connection: "keep-alive" }), 400],
  ["no key", request({ "Sec-WebSocket-Key": undefined }), 400],
  ["a short key", request({ "Sec-WebSocket-Key": "AAAA" }), 400],
  ["a key of 17 bytes", request({ "Sec-WebSocket-Key": "A".repeat(24) }), 400],
  [
    "two keys",
    request({}, undefined, ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]),
    400,
  ],
  ["no version", request({ "Sec-WebSocket-Version": undefined }), 400],
  ["version 8", request({ "Sec-WebSocket-Version": "8" }), 426],
  [
    "two versions",
    request({}, undefined, ["Sec-WebSocket-Version: 13"]),
    426,
  ],
  ["POST", request({}, "POST /ws HTTP/1.1"), 405],
  [
    "POST and no upgrade",
    request({ Upgrade: undefined }, "POST /ws HTTP/1.1"),
    405,
  ],
  ["HTTP/1.0", request({}, "GET /ws HTTP/1.0"), 505],
  ["HTTP/2.0", request({}, "GET /ws HTTP/2.0"), 505],
  ["another path", request({}, "GET /other HTTP/1.1"), 404],
  ["the path in another case", request({}, "GET /WS HTTP/1.1"), 404],
  ["a path below", request({}, "GET /ws/ HTTP/1.1"), 404],
  ["a body", request({ "Content-Length": "3" }), 400],
  ["a body of one byte", request({ "Content-Length": "1" }), 400],
  ["a chunked body", request({ "Transfer-Encoding": "chunked" }), 400],
  [
    "both lengths",
    request({ "Content-Length": "0", "Transfer-Encoding": "chunked" }),
    400,
  ],
  [
    "two Content-Lengths",
    request({ "Content-Length": "0" }, undefined, ["Content-Length: 0"]),
    400,
  ],
  ["a bad Content-Length", request({ "Content-Length": "+0" }), 400],
  ["a folded field", request({}, undefined, ["X: a", " b"]), 400],
  ["a field without a colon", request({}, undefined, ["nothing"]), 400],
  ["space before a colon", request({}, undefined, ["X : a"]), 400],
  ["a field without a name", request({}, undefined, [": a"]), 400],
  ["a NUL", request({}, undefined, ["X: a\0b"]), 400],
  ["a carriage return alone", request({}, undefined, ["X: a\rb"]), 400],
  ["a line feed alone", request({}, undefined, ["X: a\nb"]), 400],
  ["no target", request({}, "GET HTTP/1.1"), 400],
  ["two spaces", request({}, "GET  /ws HTTP/1.1"), 400],
  ["no version of HTTP", request({}, "GET /ws"), 400],
  ["a strange origin", request({ Origin: "https://evil.example" }), 403],
  ["no origin's page", request({ Origin: "null" }), 403],
  [
    "two Origins",
    request({ Origin: "http://example.com:8080" }, undefined, [
      "Origin: http://example.com:8080",
    ]),
    400,
  ],
  [
    "no subprotocol that is served",
    request({ "Sec-WebSocket-Protocol": "wamp.2.cbor, mqtt" }),
    400,
  ],
  [
    "a list that is none",
    request({ "Sec-WebSocket-Protocol": "wamp.2.json, a b" }),
    400,
  ],
  ["an empty list", request({ "Sec-WebSocket-Protocol": "," }), 400],
  [
    "65 fields",
    request({}, undefined, Array.from({ length: 59 }, (_, i) => `X-${i}: a`)),
    431,
  ],
];

/** What stands behind each status (RFC 9110 section 15). */
const PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  505: "HTTP Version Not Supported",
};

for (const [name, bytes, status] of REFUSALS) {
  Deno.test(`WS-03 WS-06 WS-07 WS-09 WS-10: a request with ${name} is answered ${status}`, () => {
    const outcome = answer(bytes);
    assertEquals([outcome.accepted, outcome.status], [false, status]);
    assertStringIncludes(outcome.text, `${status} ${PHRASES[status]}\r\n`);
    const [head, body] = outcome.text.split("\r\n\r\n");
    assertMatch(head, /\r\nConnection: (Upgrade, )?close(\r\n|$)/);
    assertStringIncludes(head, `\r\nContent-Length: ${utf8(body).length}`);
    assertMatch(body, /^[A-Z].*\n$/);
  });
}

Deno.test("WS-02: a value needs no space before it, and has none at its end", () => {
  const bytes = request({ Host: undefined, Upgrade: undefined }, undefined, [
    "Host:example.com",
    "Upgrade:\twebsocket \t",
  ]);
  assertEquals(answer(bytes).status, 101);
});

Deno.test("WS-09: which key decided about an origin is told", () => {
  const keyOf = (origin: string) => {
    const outcome = answer(request({ Origin: origin }));
    return outcome.accepted ? "accepted" : outcome.configKey;
  };
  assertEquals(keyOf("http://example.com:8080"), "accepted");
  assertEquals(keyOf("https://evil.example"), "allowed_origins");
  assertEquals(keyOf("null"), "allow_null_origin");
});

Deno.test("WS-07: a length of no body is none", () => {
  assertEquals(answer(request({ "Content-Length": "0" })).status, 101);
});

Deno.test("WS-07: 64 fields are taken", () => {
  const fields = Array.from({ length: 58 }, (_, i) => `X-${i}: a`);
  assertEquals(answer(request({}, undefined, fields)).status, 101);
});

Deno.test("WS-04: who asks for another version is told ours", () => {
  const { text } = answer(request({ "Sec-WebSocket-Version": "8" }));
  assertStringIncludes(text, "\r\nSec-WebSocket-Version: 13\r\n");
});

Deno.test("WS-05: a browser at the address reads one line, or a page where that is on", () => {
  const plain = request({ Upgrade: undefined, Connection: undefined });
  const line = answer(plain);
  assertEquals(line.status, 426);
  assertStringIncludes(line.text, "Content-Type: text/plain");
  assertStringIncludes(line.text, "\r\nUpgrade: websocket\r\n");
  assertStringIncludes(line.text, "\r\nConnection: Upgrade, close\r\n");
  const page = answer(plain, { enableWebstatus: true });
  assertEquals(page.status, 426);
  assertStringIncludes(page.text, "<!doctype html>");
  const head = request({ Upgrade: undefined }, "HEAD /ws HTTP/1.1");
  assertMatch(answer(head).text, /\r\n\r\n$/);
});

Deno.test("WS-10: the subprotocol is the first of the server's that the client names", () => {
  const chosen = (names: string | undefined) => {
    const outcome = answer(request({ "Sec-WebSocket-Protocol": names }));
    return outcome.accepted ? outcome.subprotocol : outcome.reason;
  };
  assertEquals(chosen("wamp.2.json, wamp.2.msgpack"), "wamp.2.msgpack");
  assertEquals(chosen("wamp.2.json.batched,wamp.2.json"), "wamp.2.json");
  assertEquals(
    chosen("wamp.2.cbor"),
    "None of the subprotocols wamp.2.cbor is served; served are wamp.2.msgpack, wamp.2.json",
  );
});

Deno.test("WS-10: who names no subprotocol speaks JSON, and is not told of one, or is refused", () => {
  const bytes = request({ "Sec-WebSocket-Protocol": undefined });
  const outcome = answer(bytes);
  assertEquals(outcome.accepted && outcome.subprotocol, "wamp.2.json");
  assertEquals(outcome.text.includes("Protocol:"), false);
  const refused = answer(bytes, { defaultSubprotocol: undefined });
  assertEquals(refused.status, 400);
  assertEquals(
    !refused.accepted && refused.configKey,
    "require_websocket_subprotocol",
  );
});

Deno.test("WS-06: any path is served where none is set, with its query", () => {
  const at = (target: string, path: string | undefined) =>
    answer(request({}, `GET ${target} HTTP/1.1`), { path }).status;
  assertEquals(at("/anything?a=b", undefined), 101);
  assertEquals(at("/ws?a=b", "/ws"), 101);
  assertEquals(at("http://example.com/ws", "/ws"), 101);
  assertEquals(at("http://example.com", "/"), 101);
  assertEquals(at("*", "/ws"), 404);
});

Deno.test("WS-11: over a limit of connections the answer is 503, with the key", () => {
  const outcome = answer(request(), {}, "max_connections");
  assertEquals(outcome.status, 503);
  assertEquals(!outcome.accepted && outcome.configKey, "max_connections");
});

Deno.test("WS-14: what a proxy says of its client is told, from all its fields", () => {
  const told = (more: readonly string[]) => {
    const outcome = answer(request({}, undefined, more));
    return outcome.accepted && outcome.forwardedFor;
  };
  assertEquals(told([]), undefined);
  assertEquals(told(["X-Forwarded-For: 1.2.3.4"]), "1.2.3.4");
  assertEquals(
    told(["X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 5.6.7.8"]),
    "1.2.3.4,5.6.7.8",
  );
});
