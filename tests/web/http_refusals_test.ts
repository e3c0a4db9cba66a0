/**
 * What is refused whatever it asks for: each such request gets its status and a closed
 * connection, and what follows it is not read as another request.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { WebServiceConfig } from "../../src/config/config.ts";
import { until } from "../support/until.ts";
import { TestWeb } from "./_web.ts";

const PATHS: ReadonlyMap<string, WebServiceConfig> = new Map([
  ["doc", { type: "json", value: "document" }],
  ["call", {
    type: "caller",
    realm: "realm1",
    role: "web",
    maxBodyBytes: 1000,
    requireTls: false,
    debug: false,
  }],
]);
const HOST = "Host: a\r\n";
const POST = `POST /doc HTTP/1.1\r\n${HOST}`;
/** Must never be answered. */
const SMUGGLED = `GET /doc HTTP/1.1\r\n${HOST}\r\n`;

const REFUSED: readonly (readonly [string, number, string])[] = [
  ["no Host", 400, "GET /doc HTTP/1.1\r\n\r\n"],
  ["two Hosts", 400, `GET /doc HTTP/1.1\r\n${HOST}Host: b\r\n\r\n`],
  ["a Host that is none", 400, "GET /doc HTTP/1.1\r\nHost: a/b\r\n\r\n"],
  ["two hosts in one line", 400, "GET /doc HTTP/1.1\r\nHost: a, b\r\n\r\n"],
  ["HTTP/2.0", 505, `GET /doc HTTP/2.0\r\n${HOST}\r\n`],
  ["HTTP/1.2", 400, `GET /doc HTTP/1.2\r\n${HOST}\r\n`],
  ["a preface of HTTP/2", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a method in small letters", 400, `get /doc HTTP/1.1\r\n${HOST}\r\n`],
  [
    "both lengths",
    400,
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    "both lengths, the other way",
    400,
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
  ],
  [
    "two equal lengths",
    400,
    `${POST}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd`,
  ],
  [
    "two lengths",
    400,
    `${POST}Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd`,
  ],
  ["a list of lengths", 400, `${POST}Content-Length: 4, 4\r\n\r\nabcd`],
  ["a length with a sign", 400, `${POST}Content-Length: +4\r\n\r\nabcd`],
  ["a hexadecimal length", 400, `${POST}Content-Length: 0x4\r\n\r\nabcd`],
  [
    "a length beyond all numbers",
    400,
    `${POST}Content-Length: 99999999999999999999999\r\n\r\nabcd`,
  ],
  ["an empty length", 400, `${POST}Content-Length:\r\n\r\nabcd`],
  ["folding", 400, `GET /doc HTTP/1.1\r\n${HOST}X-A: a\r\n b\r\n\r\n`],
  ["a folded length", 400, `${POST}Content-Length:\r\n 4\r\n\r\nabcd`],
  ["a space before the colon", 400, `${POST}Content-Length : 4\r\n\r\nabcd`],
  [
    "a first header that begins with a space",
    400,
    `GET /doc HTTP/1.1\r\n X: a\r\n${HOST}\r\n`,
  ],
  [
    "chunked before another coding",
    400,
    `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
  ],
  [
    "chunked behind another coding",
    501,
    `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    "chunked twice",
    400,
    `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    "chunked in two headers",
    400,
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    "a coding that is none",
    501,
    `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  ],
  ["identity", 501, `${POST}Transfer-Encoding: identity\r\n\r\n`],
  [
    "chunked in HTTP/1.0",
    400,
    `POST /doc HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ["a line end of LF alone", 400, "GET /doc HTTP/1.1\nHost: a\n\n"],
  [
    "LF alone in a header",
    400,
    `GET /doc HTTP/1.1\r\n${HOST}X: a\nY: b\r\n\r\n`,
  ],
  [
    "CR alone in a header",
    400,
    `GET /doc HTTP/1.1\r\n${HOST}X: a\rY: b\r\n\r\n`,
  ],
  ["NUL in a header", 400, `GET /doc HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`],
  ["a space in the target", 400, `GET /doc x HTTP/1.1\r\n${HOST}\r\n`],
  [
    "a control character in the target",
    400,
    `GET /doc\x01 HTTP/1.1\r\n${HOST}\r\n`,
  ],
  [
    "octets beyond ASCII in the target",
    400,
    `GET /\xc3\xa4 HTTP/1.1\r\n${HOST}\r\n`,
  ],
  ["an escape that is none", 400, `GET /%zz HTTP/1.1\r\n${HOST}\r\n`],
  ["escapes that are no UTF-8", 400, `GET /%ff HTTP/1.1\r\n${HOST}\r\n`],
  ["a fragment", 400, `GET /doc#a HTTP/1.1\r\n${HOST}\r\n`],
  ["a target without a slash", 400, `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
  ["CONNECT", 405, `CONNECT a:443 HTTP/1.1\r\n${HOST}\r\n`],
  [
    "a head of more than 8 KiB",
    431,
    `GET /doc HTTP/1.1\r\n${HOST}X: ${"a".repeat(8200)}\r\n\r\n`,
  ],
  [
    "a target of more than 8 KiB",
    431,
    `GET /${"a".repeat(8200)} HTTP/1.1\r\n${HOST}\r\n`,
  ],
  [
    "more than 64 header lines",
    431,
    `GET /doc HTTP/1.1\r\n${HOST}${"X: a\r\n".repeat(64)}\r\n`,
  ],
  [
    "an expectation that is not known",
    417,
    `${POST}Expect: more\r\nContent-Length: 4\r\n\r\nabcd`,
  ],
  [
    "Upgrade to HTTP/2",
    400,
    `GET /doc HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
  ],
  [
    "Upgrade to several, WebSocket among them",
    400,
    `GET /doc HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n`,
  ],
  [
    "a WebSocket where none is served",
    404,
    `GET /doc HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ],
];

for (const [what, status, request] of REFUSED) {
  Deno.test(`${what}: ${status}, and the connection is closed`, async () => {
    await using web = new TestWeb({ paths: PATHS });
    const answer = await web.exchange(request + SMUGGLED);
    assertStringIncludes(answer, `HTTP/1.1 ${status} `);
    assertStringIncludes(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
    assertStringIncludes(answer.toLowerCase(), "\r\nconnection: close\r\n");
    assertEquals(answer.match(/HTTP\/1\.1 \d{3} /g)?.length, 1, answer);
    assertEquals(answer.includes('"document"'), false, answer);
    await until(() => web.ended === 1);
  });
}

const BAD_CHUNKS: readonly (readonly [string, string])[] = [
  ["a size that is none", "xyz\r\nabc\r\n0\r\n\r\n"],
  ["a size with 0x", "0x3\r\nabc\r\n0\r\n\r\n"],
  ["a negative size", "-3\r\nabc\r\n0\r\n\r\n"],
  ["a size and a space", "3 \r\nabc\r\n0\r\n\r\n"],
  ["a size and LF alone", "3\nabc\r\n0\r\n\r\n"],
  ["more than the size says", "3\r\nabcd\r\n0\r\n\r\n"],
  ["a size beyond all numbers", "fffffffffffffffff\r\nabc"],
  ["a length in the trailer", "0\r\nContent-Length: 3\r\n\r\n"],
];

for (const [what, chunks] of BAD_CHUNKS) {
  Deno.test(`chunks with ${what} are refused, and nothing behind them is read`, async () => {
    await using web = new TestWeb({ paths: PATHS });
    for (const path of ["/doc", "/call"]) {
      const head =
        `POST ${path} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
      const answer = await web.exchange(head + chunks + SMUGGLED);
      const status = path === "/doc" ? 405 : 400;
      assertStringIncludes(answer, `HTTP/1.1 ${status} `);
      assertStringIncludes(answer.toLowerCase(), "\r\nconnection: close\r\n");
      assertEquals(answer.match(/HTTP\/1\.1 \d{3} /g)?.length, 1, answer);
      assertEquals(answer.includes('"document"'), false, answer);
    }
    assertEquals(web.session.calls, []);
  });
}

Deno.test("what follows a request that was refused is not parsed", async () => {
  await using web = new TestWeb({ paths: PATHS });
  const { session } = web;
  const answered = Promise.withResolvers<void>();
  session.answer = async ({ args, kwargs }) => {
    await answered.promise;
    return { ok: true, args, kwargs };
  };
  const body = '{"procedure":"a"}';
  const call =
    `POST /call HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${body}`;
  using client = await web.connect();
  await client.send(`${call}NO HTTP\r\n\r\n`);
  await until(() => session.calls.length === 1);
  for (let count = 0; count < 20; count++) await client.send("X".repeat(2000));
  answered.resolve();
  const answers = await client.readAll();
  assertEquals(answers.match(/HTTP\/1\.1 \d{3} /g), [
    "HTTP/1.1 200 ",
    "HTTP/1.1 400 ",
  ]);
  assertEquals(web.log.found("debug", "no HTTP request").length, 1);
});

Deno.test("a refusal comes behind the answers to the requests before it", async () => {
  await using web = new TestWeb({ paths: PATHS });
  const answer = await web.exchange(`${SMUGGLED}${SMUGGLED}NO HTTP\r\n\r\n`);
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map((found) =>
    found[1]
  );
  assertEquals(statuses, ["200", "200", "400"]);
});

Deno.test("every cut of a good request is waited for, octet by octet", async () => {
  await using web = new TestWeb({ paths: PATHS });
  using client = await web.connect();
  for (const octet of SMUGGLED) await client.send(octet);
  assertEquals((await client.readResponse()).body, '"document"');
  for (let cut = 1; cut < SMUGGLED.length; cut += 7) {
    await client.send(SMUGGLED.slice(0, cut));
    await client.send(SMUGGLED.slice(cut));
    assertEquals((await client.readResponse()).status, 200);
  }
});

Deno.test("64 header lines and a head of almost 8 KiB are taken", async () => {
  await using web = new TestWeb({ paths: PATHS });
  using client = await web.connect();
  await client.send(`GET /doc HTTP/1.1\r\n${HOST}${"X: a\r\n".repeat(63)}\r\n`);
  assertEquals((await client.readResponse()).status, 200);
  await client.send(
    `GET /doc HTTP/1.1\r\n${HOST}X: ${"a".repeat(8000)}\r\n\r\n`,
  );
  assertEquals((await client.readResponse()).status, 200);
});

Deno.test("HTTP/1.0 needs no Host, and is closed after its answer", async () => {
  await using web = new TestWeb({ paths: PATHS });
  const answer = await web.exchange("GET /doc HTTP/1.0\r\n\r\n");
  assertStringIncludes(answer, "HTTP/1.1 200 ");
  assertStringIncludes(answer, '"document"');
});

Deno.test("a target may name the scheme and the host", async () => {
  await using web = new TestWeb({ paths: PATHS });
  using client = await web.connect();
  await client.send(`GET http://a/doc?x HTTP/1.1\r\n${HOST}\r\n`);
  assertEquals((await client.readResponse()).body, '"document"');
});
