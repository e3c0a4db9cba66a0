/** The head of a request, collected in any pieces; and what is no HTTP. */
import { assertEquals, assertMatch } from "@std/assert";
import { HeadReader } from "../../src/websocket/head_reader.ts";
import { HEAD_BYTES_MAX } from "../../src/websocket/request_head.ts";
import { concat, utf8 } from "../support/hex.ts";
import { cutEverywhere, octetByOctet } from "./_parse.ts";

const HEAD = utf8("GET /ws HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n");
const BEHIND = utf8("\x81\x00GET");

/** What came of `chunks`: the head, and how many octets were left. */
function read(chunks: readonly Uint8Array[]): {
  head: string | undefined;
  left: number;
  fault: string | undefined;
} {
  const reader = new HeadReader();
  let left = 0;
  for (const chunk of chunks) {
    const isDone = reader.head !== undefined || reader.fault !== undefined;
    left += isDone
      ? chunk.length
      : chunk.length - reader.push(chunk, 0, chunk.length);
  }
  const head = reader.head && new TextDecoder().decode(reader.head);
  return { head, left, fault: reader.fault?.message };
}

Deno.test("WS-07: a head ends with its empty line, whatever the cuts; what is behind is left", () => {
  const head = new TextDecoder().decode(HEAD);
  const bytes = concat(HEAD, BEHIND);
  const expected = { head, left: BEHIND.length, fault: undefined };
  assertEquals(read([bytes]), expected);
  assertEquals(read(octetByOctet(bytes)), expected);
  for (const chunks of cutEverywhere(bytes)) {
    assertEquals(read(chunks), expected);
  }
});

Deno.test("WS-07: a head of any length is the same in pieces", () => {
  for (const length of [500, 512, 513, 1200, 5000]) {
    const text = `GET / HTTP/1.1\r\nX: ${
      "0123456789".repeat(length / 10)
    }\r\n\r\n`;
    assertEquals(read(octetByOctet(utf8(text))).head, text);
  }
});

Deno.test("WS-07: a head within a chunk is found from where it begins", () => {
  const reader = new HeadReader();
  const bytes = concat(utf8("xxx"), HEAD, BEHIND);
  assertEquals(reader.push(bytes, 3, bytes.length), 3 + HEAD.length);
  assertEquals(reader.head, HEAD);
});

Deno.test("WS-07: a head of 8 KiB is taken, and not an octet more", () => {
  const start = "GET / HTTP/1.1\r\nX: ";
  const of = (length: number) =>
    utf8(`${start}${"a".repeat(length - start.length - 4)}\r\n\r\n`);
  const most = of(HEAD_BYTES_MAX);
  assertEquals(most.length, HEAD_BYTES_MAX);
  assertEquals(read([most]).fault, undefined);
  assertEquals(read(octetByOctet(most)).fault, undefined);
  const more = of(HEAD_BYTES_MAX + 1);
  for (const chunks of [[more], octetByOctet(more)]) {
    assertMatch(read(chunks).fault ?? "", /longer than 8192 bytes$/);
  }
  const endless = utf8(`${start}${"a".repeat(100_000)}`);
  assertMatch(read([endless]).fault ?? "", /longer than 8192 bytes$/);
  assertMatch(
    read([endless.slice(0, 100), endless.slice(100)]).fault ?? "",
    /longer/,
  );
});

Deno.test("WS-07: a line feed alone ends no line: it is refused at once", () => {
  const bytes = utf8("GET / HTTP/1.1\nHost: a\n\n");
  for (const chunks of [[bytes], octetByOctet(bytes)]) {
    assertMatch(read(chunks).fault ?? "", /line feed alone/);
  }
  const reader = new HeadReader();
  reader.push(bytes, 0, bytes.length);
  const reply = new TextDecoder().decode(reader.fault?.reply);
  assertMatch(reply, /^HTTP\/1\.1 400 /);
});

/** What is sent in place of HTTP, and what the log says of it. */
const FOREIGN: [name: string, start: Uint8Array, words: RegExp][] = [
  [
    "TLS",
    new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00]),
    /16 03 01 02.*TLS ClientHello/,
  ],
  ["RawSocket", new Uint8Array([0x7f, 0xf1, 0, 0]), /7F F1 00 00.*RawSocket/],
  ["SSH", utf8("SSH-2.0-x\r\n"), /SSH/],
  ["HTTP/2", utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), /HTTP\/2/],
  ["nothing known", new Uint8Array([1, 2, 3, 4]), /begins with 01 02 03 04$/],
  ["a line of text", utf8("hello\r\n"), /begins with 68 65 6C 6C$/],
];

for (const [name, start, words] of FOREIGN) {
  Deno.test(`WS-12: ${name} in place of HTTP is told from it`, () => {
    assertMatch(read([start]).fault ?? "", words);
    assertEquals(read([start]).head, undefined);
  });
}

Deno.test("WS-12: any method of HTTP is one, once it is whole", () => {
  for (const method of ["POST", "OPTIONS", "PROPFIND"]) {
    const bytes = utf8(`${method} / HTTP/1.1\r\n\r\n`);
    assertEquals(read([bytes]).fault, undefined, method);
    assertEquals(read(octetByOctet(bytes)).fault, undefined, method);
  }
});
