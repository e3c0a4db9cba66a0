/** What a client can make a server keep, and for how long. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Ledger } from "../../src/base/ledger.ts";
import type { WebServiceConfig } from "../../src/config/config.ts";
import { until } from "../support/until.ts";
import { TestSession } from "./_bridge.ts";
import { TestWeb } from "./_web.ts";

const HOST = "Host: a\r\n";
/** What a connection is taken to hold that does nothing. */
const IDLE_BYTES = 30_000;
const GET = `GET /doc HTTP/1.1\r\n${HOST}\r\n`;
const CALLER = {
  type: "caller",
  realm: "realm1",
  role: "web",
  maxBodyBytes: 1000,
  requireTls: false,
  debug: false,
} as const;

function paths(
  more: Record<string, WebServiceConfig> = {},
): ReadonlyMap<string, WebServiceConfig> {
  return new Map(
    Object.entries({
      doc: { type: "json", value: "document" },
      info: { type: "nodeinfo" },
      call: CALLER,
      ...more,
    }),
  );
}

function callOf(text: string): string {
  return `POST /call HTTP/1.1\r\n${HOST}Content-Length: ${text.length}\r\n\r\n${text}`;
}

/** A folder with one file of `size` octets. */
async function folderOf(size: number): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/large.bin`, new Uint8Array(size).fill(65));
  return folder;
}

function staticOf(directory: string): WebServiceConfig {
  return {
    type: "static",
    directory,
    listsDirectories: false,
    mimeTypes: new Map(),
  };
}

Deno.test("a connection is kept for the next request, and closed where the client says so", async () => {
  await using web = new TestWeb({ paths: paths() });
  using client = await web.connect();
  for (let count = 0; count < 100; count++) {
    await client.send(GET);
    assertEquals((await client.readResponse()).body, '"document"');
  }
  await client.send(`GET /doc HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
  assertEquals(
    (await client.readResponse()).headers.get("connection"),
    "close",
  );
  assertEquals(await client.readAll(), "");
});

Deno.test("10,000 requests at once are answered in their order, few at a time", async () => {
  const session = new TestSession();
  let atWork = 0;
  session.answer = async ({ args }) => {
    assertEquals(++atWork, 1);
    await Promise.resolve();
    atWork--;
    return { ok: true, args, kwargs: {} };
  };
  await using web = new TestWeb({ paths: paths(), bridge: () => session });
  using client = await web.connect();
  const count = 10_000;
  let requests = "";
  for (let number = 0; number < count; number++) {
    requests += callOf(`{"procedure":"a","args":[${number}]}`);
  }
  const sending = client.send(requests);
  for (let number = 0; number < count; number++) {
    const { body } = await client.readResponse();
    assertEquals(body, `{"args":[${number}]}`);
    for (const { heldBytes } of web.connections) {
      assert(heldBytes < IDLE_BYTES + 50_000, `${heldBytes}`);
    }
  }
  await sending;
});

Deno.test("who pipelines and never reads is read no more, holds little, and is closed", async () => {
  await using web = new TestWeb({
    paths: paths({ doc: { type: "json", value: "x".repeat(10_000) } }),
    web: { requestTimeoutMs: 10_000 },
  });
  using client = await web.connect();
  const sending = client.send(GET.repeat(200_000)).catch(() => {});
  await until(() =>
    [...web.connections].some(({ isStalled }) => isStalled) ||
    (web.time.lag(2000), false)
  );
  for (const connection of web.connections) {
    const { heldBytes } = connection;
    assert(heldBytes < IDLE_BYTES + 80_000, `${heldBytes}`);
  }
  web.time.pass(10_001);
  await sending;
  await until(() => web.ended === 1);
});

Deno.test("half a head: 408 when its time is over, however it drips", async () => {
  await using web = new TestWeb({
    paths: paths(),
    web: { idleTimeoutMs: 1_000_000 },
  });
  using client = await web.connect();
  await client.send("GET /doc HTTP/1.1\r\nX: ");
  const answer = client.readAll();
  await until(async () => {
    await client.send("a").catch(() => {});
    web.time.pass(100);
    return web.ended === 1;
  });
  assertStringIncludes(await answer, "HTTP/1.1 408 ");
});

Deno.test("no head at all: closed without a word", async () => {
  await using web = new TestWeb({ paths: paths() });
  using client = await web.connect();
  await until(() => web.connections.size === 1);
  web.time.pass(5001);
  assertEquals(await client.readAll(), "");
});

Deno.test("half a body: 408 when the request's time is over", async () => {
  await using web = new TestWeb({ paths: paths() });
  using client = await web.connect();
  await client.send(
    `POST /call HTTP/1.1\r\n${HOST}Content-Length: 100\r\n\r\nabc`,
  );
  await until(() =>
    [...web.connections].some(({ frameBytes }) => frameBytes === 3)
  );
  web.time.pass(10_001);
  assertStringIncludes(await client.readAll(), "HTTP/1.1 408 ");
});

Deno.test("a request that came in time and waits behind a slow one is not late", async () => {
  await using web = new TestWeb({ paths: paths() });
  const { session } = web;
  const answered = Promise.withResolvers<void>();
  session.answer = async ({ args }) => {
    await answered.promise;
    return { ok: true, args, kwargs: {} };
  };
  using client = await web.connect();
  const call = callOf('{"procedure":"a","args":[1]}');
  await client.send(call + call);
  await until(() => session.calls.length === 1);
  web.time.pass(60_000);
  answered.resolve();
  for (let count = 0; count < 2; count++) {
    assertEquals((await client.readResponse()).status, 200);
  }
});

Deno.test("half a body and the client's end: nothing is kept", async () => {
  await using web = new TestWeb({
    paths: paths({ call: { ...CALLER, debug: true } }),
  });
  const head = `POST /call HTTP/1.1\r\n${HOST}Content-Length: 100\r\n\r\nabc`;
  using polite = await web.connect();
  await polite.send(head);
  await polite.conn.closeWrite();
  await polite.readAll();
  await until(() => web.ended === 1);
  const rude = await web.connect();
  await rude.send(head);
  await until(() =>
    [...web.connections].some(({ frameBytes }) => frameBytes === 3)
  );
  rude[Symbol.dispose]();
  await until(() => web.ended === 2);
  await until(() => web.log.found("info", "the body breaks off").length === 2);
  assertEquals(web.log.found("error", ""), []);
});

Deno.test("a body that is longer than it may be: 413, declared or in chunks", async () => {
  await using web = new TestWeb({ paths: paths() });
  const post = `POST /call HTTP/1.1\r\n${HOST}`;
  const declared = await web.exchange(`${post}Content-Length: 1001\r\n\r\n`);
  assertStringIncludes(declared, "HTTP/1.1 413 ");
  const chunked = await web.exchange(
    `${post}Transfer-Encoding: chunked\r\n\r\n${
      `1f4\r\n${"a".repeat(500)}\r\n`.repeat(3)
    }`,
  );
  assertStringIncludes(chunked, "HTTP/1.1 413 ");
});

Deno.test("a client that waits for 100 Continue is told, and is not where it is refused", async () => {
  await using web = new TestWeb({ paths: paths() });
  const body = '{"procedure":"a","args":[7]}';
  using client = await web.connect();
  const post = `POST /call HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n`;
  await client.send(`${post}Content-Length: ${body.length}\r\n\r\n`);
  assertEquals((await client.readResponse()).status, 100);
  await client.send(body);
  assertEquals((await client.readResponse()).body, '{"args":[7]}');
  await client.send(`${post}Content-Length: 5000\r\n\r\n`);
  assertEquals((await client.readResponse()).status, 413);
  assertEquals(await client.readAll(), "");
});

Deno.test("a body that nobody reads ends the connection after the answer", async () => {
  await using web = new TestWeb({ paths: paths() });
  const answer = await web.exchange(
    `GET /doc HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n${
      "a".repeat(100_000)
    }`,
  );
  assertStringIncludes(answer, '"document"');
  assertStringIncludes(answer, "Connection: close");
});

Deno.test("what a client still sends after the last answer is thrown away for a moment", async () => {
  await using web = new TestWeb({ paths: paths() });
  using client = await web.connect();
  const head = `POST /call HTTP/1.1\r\n${HOST}Content-Length: 5000000\r\n\r\n`;
  await client.send(head);
  assertEquals((await client.readResponse()).status, 413);
  await client.send("a".repeat(5_000_000));
  await client.conn.closeWrite();
  assertEquals(await client.readAll(), "");
  await until(() => web.ended === 1);

  using other = await web.connect();
  await other.send(head);
  assertEquals((await other.readResponse()).status, 413);
  assertEquals(await other.readAll(), "");
  web.time.pass(2001);
  await until(() => web.ended === 2);
});

Deno.test("requests behind a body wait unparsed until it is answered, and are counted", async () => {
  await using web = new TestWeb({ paths: paths() });
  const { session } = web;
  session.answer = () => new Promise(() => {});
  using client = await web.connect();
  const [head, rest] = callOf('{"procedure":"a"}').split("{");
  await client.send(`${head}{`);
  await until(() =>
    [...web.connections].some(({ frameBytes }) => frameBytes === 1)
  );
  await client.send(rest + GET.repeat(300));
  await until(() => session.calls.length === 1);
  const [{ heldBytes }] = web.connections;
  assert(heldBytes > IDLE_BYTES + 10_000, `${heldBytes}`);
  assert(heldBytes < IDLE_BYTES + 60_000, `${heldBytes}`);
});

Deno.test("what a connection had in memory for an answer is given back when it is read", async () => {
  await using web = new TestWeb({ paths: paths() });
  web.session.answer = () => ({
    ok: true,
    args: ["x".repeat(20_000_000)],
    kwargs: {},
  });
  using client = await web.connect();
  await client.send(callOf('{"procedure":"a"}'));
  await until(() => web.ledger.router.bytes > 10_000_000);
  assertEquals((await client.readResponse()).status, 200);
  await until(() => web.ledger.router.bytes < IDLE_BYTES);
});

Deno.test("connections of one address that hold too much together: the one that took more goes", async () => {
  const limits = {
    maxBytes: Infinity,
    maxSourceBytes: 100_000,
    maxFrameBytes: Infinity,
  };
  await using web = new TestWeb({
    paths: paths(),
    ledger: new Ledger(limits, { full: () => {}, framesFull: () => {} }),
  });
  using first = await web.connect();
  using second = await web.connect();
  await until(() => web.connections.size === 2);
  await first.send(GET);
  assertEquals((await first.readResponse()).status, 200);
  web.session.answer = () => ({
    ok: true,
    args: ["x".repeat(200_000)],
    kwargs: {},
  });
  await second.send(callOf('{"procedure":"a"}'));
  await until(() => web.ended === 1);
  assertEquals(web.log.found("warn", "max_source_bytes").length, 1);
  await first.send(GET);
  assertEquals((await first.readResponse()).status, 200);
});

Deno.test("a large answer to a client that never reads: little is in memory, then it is closed", async () => {
  const directory = await folderOf(32 * 2 ** 20);
  await using web = new TestWeb({
    paths: paths({ files: staticOf(directory) }),
  });
  using client = await web.connect();
  await client.send(`GET /files/large.bin HTTP/1.1\r\n${HOST}\r\n`);
  await until(() => {
    web.time.lag(2000);
    return [...web.connections].some(({ isStalled }) => isStalled);
  });
  for (const { pendingBytes, heldBytes } of web.connections) {
    assert(pendingBytes > 0);
    assert(heldBytes < IDLE_BYTES + 300_000, `${heldBytes}`);
  }
  web.time.pass(10_001);
  await until(() => web.ended === 1);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a large answer to a client that reads slowly comes whole", async () => {
  const size = 8 * 2 ** 20;
  const directory = await folderOf(size);
  await using web = new TestWeb({
    paths: paths({ files: staticOf(directory) }),
  });
  using client = await web.connect();
  await client.send(`GET /files/large.bin HTTP/1.1\r\n${HOST}\r\n`);
  let count = 0;
  const bytes = new Uint8Array(100_000);
  while (count < size) {
    web.time.pass(100);
    count += await client.conn.read(bytes) ?? 0;
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a client that goes in the middle of an answer leaves nothing behind", async () => {
  const directory = await folderOf(32 * 2 ** 20);
  await using web = new TestWeb({
    paths: paths({ files: staticOf(directory) }),
  });
  const client = await web.connect();
  await client.send(`GET /files/large.bin HTTP/1.1\r\n${HOST}\r\n`);
  await client.conn.read(new Uint8Array(1000));
  client[Symbol.dispose]();
  await until(() => web.ended === 1);
  assertEquals(web.log.found("error", ""), []);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a client that sends no more is still answered", async () => {
  await using web = new TestWeb({ paths: paths() });
  using client = await web.connect();
  await client.send(GET + GET);
  await client.conn.closeWrite();
  const answers = await client.readAll();
  assertEquals(answers.match(/"document"/g)?.length, 2);
});

Deno.test("a client that leaves while its call is at work: whoever calls for it is told", async () => {
  await using web = new TestWeb({ paths: paths() });
  const { session } = web;
  const told = Promise.withResolvers<void>();
  session.answer = ({ args }) => {
    session.signals[0].addEventListener("abort", () => told.resolve());
    return told.promise.then(() => ({ ok: true, args, kwargs: {} }));
  };
  const client = await web.connect();
  await client.send(callOf('{"procedure":"a"}'));
  await until(() => session.calls.length === 1);
  client[Symbol.dispose]();
  await told.promise;
  await until(() => web.ended === 1);
});

Deno.test("a client that leaves before its call is begun: it is not made", async () => {
  await using web = new TestWeb({ paths: paths() });
  const { session } = web;
  const answered = Promise.withResolvers<void>();
  session.answer = async ({ args }) => {
    await answered.promise;
    return { ok: true, args, kwargs: {} };
  };
  using client = await web.connect();
  const call = callOf('{"procedure":"a","args":[1]}');
  await client.send(call + call);
  await until(() => session.calls.length === 1);
  await client.conn.closeWrite();
  await until(() => session.signals[0].aborted);
  answered.resolve();
  assertStringIncludes(await client.readAll(), "wamp.error.canceled");
  assertEquals(session.calls.length, 1);
});

Deno.test("shutting down: an idle connection is closed, a request at work is answered first", async () => {
  const session = new TestSession();
  const answered = Promise.withResolvers<void>();
  session.answer = async ({ args }) => {
    await answered.promise;
    return { ok: true, args, kwargs: {} };
  };
  await using web = new TestWeb({ paths: paths(), bridge: () => session });
  using idle = await web.connect();
  await idle.send(GET);
  await idle.readResponse();
  using busy = await web.connect();
  await busy.send(callOf('{"procedure":"a","args":[1]}'));
  await until(() => session.calls.length === 1);
  for (const connection of web.connections) connection.shutDown();
  assertEquals(await idle.readAll(), "");
  answered.resolve();
  const last = await busy.readResponse();
  assertEquals(last.headers.get("connection"), "close");
  assertEquals(last.body, '{"args":[1]}');
  assertEquals(await busy.readAll(), "");
});

Deno.test("closing the server closes all connections, whatever they do, and tells who waits", async () => {
  const directory = await folderOf(32 * 2 ** 20);
  const session = new TestSession();
  const aborted = Promise.withResolvers<void>();
  session.answer = () => {
    session.signals[0].addEventListener("abort", () => aborted.resolve());
    return new Promise(() => {});
  };
  const web = new TestWeb({
    paths: paths({ files: staticOf(directory) }),
    bridge: () => session,
  });
  using idle = await web.connect();
  using half = await web.connect();
  await half.send("GET /");
  using calling = await web.connect();
  await calling.send(callOf('{"procedure":"a"}'));
  using reading = await web.connect();
  await reading.send(`GET /files/large.bin HTTP/1.1\r\n${HOST}\r\n`);
  await reading.conn.read(new Uint8Array(10));
  await until(() => session.calls.length === 1 && web.connections.size === 4);
  await web[Symbol.asyncDispose]();
  await aborted.promise;
  assertEquals(web.ended, 4);
  assertEquals(web.time.deadlines, 0);
  await idle.readAll().catch(() => {});
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a connection that must go for memory's sake goes at once, and the log says why", async () => {
  await using web = new TestWeb({ paths: paths() });
  using first = await web.connect();
  using second = await web.connect();
  await until(() => web.connections.size === 2);
  const [one, other] = web.connections;
  one.runShort("memory is short", { max_memory_bytes: 1 });
  other.overflow("too much waits", { max_total_outbox_bytes: 2 });
  await first.readAll();
  await second.readAll();
  assertEquals(web.log.found("warn", "max_memory_bytes").length, 1);
  assertEquals(web.log.found("warn", "max_total_outbox_bytes").length, 1);
});

Deno.test("octets that were read ahead are the beginning of the first request, wherever they end", async () => {
  for (const ahead of [0, 1, 10, GET.length, GET.length + 5, 2 * GET.length]) {
    await using web = new TestWeb({ paths: paths(), aheadBytes: ahead });
    using client = await web.connect();
    await client.send(GET + GET);
    assertEquals((await client.readResponse()).status, 200);
    assertEquals((await client.readResponse()).status, 200);
  }
});

Deno.test("what fails inside is 500 for the client, and told in the log alone", async () => {
  await using web = new TestWeb({
    paths: paths(),
    facts: () => {
      throw new Error("a secret path");
    },
  });
  const answer = await web.exchange(`GET /info HTTP/1.1\r\n${HOST}\r\n`);
  assertStringIncludes(answer, "HTTP/1.1 500 ");
  assertEquals(answer.includes("secret"), false);
  assertEquals(web.log.found("error", "a secret path").length, 1);
});

Deno.test("a WebSocket that is asked for before all is answered ends the connection", async () => {
  const session = new TestSession();
  session.answer = () => new Promise(() => {});
  await using web = new TestWeb({
    paths: paths(),
    bridge: () => session,
    webSocketAt: () => ({ enableWebstatus: false }),
  });
  using client = await web.connect();
  await client.send(
    `GET /doc HTTP/1.1\r\n${HOST}\r\nGET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  await client.readAll().catch(() => {});
  await until(() => web.ended === 1);
});

Deno.test("each request is logged where that is wanted", async () => {
  await using web = new TestWeb({ paths: paths(), web: { accessLog: true } });
  await web.exchange(
    `GET /no?x=1 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  );
  const [line] = web.log.found("info", "HTTP request");
  assertStringIncludes(line, '"method":"GET","target":"/no?x=1","status":404');
});

Deno.test("Strict-Transport-Security is sent over TLS alone", async () => {
  for (const isSecure of [true, false]) {
    await using web = new TestWeb({
      paths: paths(),
      isSecure,
      web: { hstsMaxAgeS: 3600 },
    });
    using client = await web.connect();
    await client.send(`${GET}NO HTTP\r\n\r\n`);
    for (const status of [200, 400]) {
      const answer = await client.readResponse();
      assertEquals(answer.status, status);
      assertEquals(
        answer.headers.get("strict-transport-security"),
        isSecure ? "max-age=3600" : null,
      );
    }
  }
});

Deno.test("the page of a WebSocket's address says what it is (426)", async () => {
  for (const enableWebstatus of [true, false]) {
    await using web = new TestWeb({
      paths: paths(),
      webSocketAt: (path) => path === "/ws" ? { enableWebstatus } : undefined,
    });
    const answer = await web.exchange(`GET /ws HTTP/1.1\r\n${HOST}\r\n`);
    assertStringIncludes(answer, "HTTP/1.1 426 ");
    assertStringIncludes(answer, "Upgrade: websocket");
    assertStringIncludes(answer, "the address of a WebSocket");
    assertEquals(answer.includes("<html"), enableWebstatus);
  }
});
