/**
 * Requests with faults in them, cut anywhere, beside a client that does nothing wrong.
 * `SLUICE_SEED` repeats a run.
 */
import { assertEquals } from "@std/assert";
import type { WebServiceConfig } from "../../src/config/config.ts";
import { mutate } from "../support/mutate.ts";
import { SeededRandom } from "../support/seed.ts";
import { until } from "../support/until.ts";
import { type RawHttp, TestWeb, utf8 } from "./_web.ts";

const ATTACKS = 400;
const SEED = Number(
  Deno.env.get("SLUICE_SEED") ?? Math.floor(Math.random() * 2 ** 32),
);

const PATHS: ReadonlyMap<string, WebServiceConfig> = new Map<
  string,
  WebServiceConfig
>([
  ["doc", { type: "json", value: "document" }],
  ["call", {
    type: "caller",
    realm: "realm1",
    role: "web",
    maxBodyBytes: 1000,
    requireTls: false,
    debug: false,
  }],
  ["/", {
    type: "static",
    directory: import.meta.dirname as string,
    listsDirectories: true,
    mimeTypes: new Map(),
  }],
]);

const GET = "GET /doc HTTP/1.1\r\nHost: a\r\n\r\n";
const REQUESTS = [
  GET,
  'GET /_web.ts HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\nIf-None-Match: "x"\r\n\r\n',
  'POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\n{"procedure":"a","args":[]}',
  'POST /call HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"pro\r\nc\r\ncedure":"a"}\r\n0\r\n\r\n',
  "PUT /call HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
  "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nabc",
  "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
].map(utf8.encode);
const LIKELY = utf8.encode('\r\n :;,/%.0123456789\0\t{}[]"aGPH');

/** Sends several faulty requests in pieces, then leaves in one way or another. */
async function attack(client: RawHttp, random: SeededRandom): Promise<void> {
  try {
    for (let count = 1 + random.below(4); count > 0; count--) {
      const request = random.pick(REQUESTS);
      const octets = random.oneIn(4)
        ? request
        : mutate(random, request, 0, LIKELY);
      const cut = random.below(octets.length + 1);
      await client.conn.write(octets.slice(0, cut));
      await client.conn.write(octets.slice(cut));
    }
    if (random.oneIn(3)) {
      await client.conn.closeWrite();
      await client.readAll();
    } else if (random.oneIn(2)) await client.conn.read(new Uint8Array(100));
  } catch (error) {
    // The server may close, or reset, whenever it has had enough.
    if (error instanceof Deno.errors.ConnectionReset) return;
    if (error instanceof Deno.errors.BrokenPipe) return;
    throw error;
  } finally {
    client[Symbol.dispose]();
  }
}

Deno.test(`requests with faults in them hurt nobody else (SLUICE_SEED=${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  await using web = new TestWeb({
    paths: PATHS,
    webSocketAt: (path) =>
      path === "/ws" ? { enableWebstatus: false } : undefined,
    upgraded: (conn) => conn.close(),
  });
  using healthy = await web.connect();
  for (let round = 0; round < ATTACKS / 4; round++) {
    const clients = await Promise.all([1, 2, 3, 4].map(() => web.connect()));
    const attacks = clients.map((client) => attack(client, random));
    // Some wait for what does not come: their time is over.
    const over = Promise.all(attacks).then(() => true);
    await healthy.send(GET);
    assertEquals((await healthy.readResponse()).body, '"document"');
    while (!await Promise.race([over, pause()])) {
      web.time.pass(4000);
      if (web.connections.size === 0) break;
      await healthy.send(GET);
      assertEquals((await healthy.readResponse()).body, '"document"');
    }
  }
  await until(() => web.connections.size <= 1);
  assertEquals(web.log.found("error", ""), []);
  assertEquals(web.log.found("warn", ""), []);
});

/** False, after other events have had their turn. */
function pause(): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 1));
}
