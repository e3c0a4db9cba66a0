/** The HTTP bridge: what becomes of requests, and what they are answered. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createHmac } from "node:crypto";
import { Secret } from "../../src/base/secret.ts";
import type {
  BridgeConfig,
  WebhookConfig,
  WebServiceConfig,
} from "../../src/config/config.ts";
import { TestSession } from "./_bridge.ts";
import { TestWeb, type TestWebOptions } from "./_web.ts";

const HOST = "Host: a\r\n";
const ROLE = {
  realm: "realm1",
  role: "web",
  maxBodyBytes: 10_000,
  debug: false,
};

function bridge(
  type: BridgeConfig["type"],
  more: Partial<BridgeConfig> = {},
): WebServiceConfig {
  return { type, ...ROLE, requireTls: false, ...more };
}

function webhook(more: Partial<WebhookConfig> = {}): WebServiceConfig {
  return {
    type: "webhook",
    ...ROLE,
    topic: "com.example.hook",
    successResponse: "OK",
    errorResponse: "NOT OK",
    ...more,
  };
}

function serve(
  services: Record<string, WebServiceConfig>,
  options: TestWebOptions = {},
): TestWeb {
  return new TestWeb({ paths: new Map(Object.entries(services)), ...options });
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function post(
  web: TestWeb,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Answer> {
  const response = await fetch(web.url(path), {
    method: "POST",
    headers,
    // Of a text, fetch() would say that it is plain.
    body: typeof body === "string"
      ? new TextEncoder().encode(body)
      : new Uint8Array(body),
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: await response.text(),
  };
}

/** What a refusal says. */
function errorOf({ body }: Answer): string {
  const { error, args, kwargs } = JSON.parse(body);
  assertEquals([args, kwargs], [[], {}]);
  return error;
}

Deno.test("caller: a POST is a call under the service's role, and its answer the result", async () => {
  const roles: string[] = [];
  const session = new TestSession();
  await using web = serve({ call: bridge("caller") }, {
    bridge: (realm, role) => {
      roles.push(`${realm} ${role}`);
      return session;
    },
  });
  const answer = await post(
    web,
    "/call",
    '{"procedure": "com.example.add2", "args": [1, "ä"], "kwargs": {"k": null}}',
  );
  assertEquals(roles, ["realm1 web"]);
  assertEquals(session.calls, [{
    uri: "com.example.add2",
    args: [1, "ä"],
    kwargs: { k: null },
    options: {},
  }]);
  assertEquals(answer, {
    status: 200,
    type: "application/json; charset=utf-8",
    body: '{"args":[1,"ä"],"kwargs":{"k":null}}',
  });
});

Deno.test("caller: results look as Crossbar.io's clients expect them", async () => {
  await using web = serve({ call: bridge("caller") });
  const cases: [unknown[], Record<string, unknown>, string][] = [
    [[], {}, '{"args":[null]}'],
    [[5], {}, '{"args":[5]}'],
    [[[1, 2]], {}, '{"args":[[1,2]]}'],
    [[1, 2], {}, '{"args":[1,2]}'],
    [[], { a: 1 }, '{"kwargs":{"a":1}}'],
    [[1], { a: 1 }, '{"args":[1],"kwargs":{"a":1}}'],
  ];
  for (const [args, kwargs, body] of cases) {
    web.session.answer = () => ({ ok: true, args, kwargs });
    assertEquals((await post(web, "/call", '{"procedure":"a"}')).body, body);
  }
});

Deno.test("caller: an ERROR comes with 200, whoever it is from", async () => {
  await using web = serve({ call: bridge("caller") });
  for (
    const error of [
      "com.example.mine",
      "wamp.error.no_such_procedure",
      "wamp.error.not_authorized",
    ]
  ) {
    web.session.answer = () => ({
      ok: false,
      error,
      args: ["why"],
      kwargs: { a: 1 },
    });
    const { status, body } = await post(web, "/call", '{"procedure":"a"}');
    assertEquals(status, 200);
    assertEquals(JSON.parse(body), { error, args: ["why"], kwargs: { a: 1 } });
  }
});

Deno.test("caller: what fails inside is 500 in the form of an ERROR, and told in the log alone", async () => {
  await using web = serve({ call: bridge("caller") });
  web.session.answer = () => {
    throw new Error("a secret path");
  };
  const { status, body } = await post(web, "/call", '{"procedure":"a"}');
  assertEquals(status, 500);
  assertEquals(JSON.parse(body).error, "wamp.error.runtime_error");
  assertEquals(body.includes("secret"), false);
  assertEquals(web.log.found("error", "a secret path").length, 1);
});

Deno.test("caller: integers keep their digits, and binary is WAMP's, both ways", async () => {
  await using web = serve({ call: bridge("caller") });
  const body =
    '{"args":[9007199254740993,-12345678901234567890,1.5,"\\u0000AQID"]}';
  const answer = await post(
    web,
    "/call",
    body.replace("{", '{"procedure":"a",'),
  );
  assertEquals(web.session.calls[0].args, [
    9007199254740993n,
    -12345678901234567890n,
    1.5,
    Uint8Array.of(1, 2, 3),
  ]);
  assertEquals(answer.body, body);
});

Deno.test("publisher: a POST is an acknowledged event, and its answer the id", async () => {
  await using web = serve({ publish: bridge("publisher") });
  web.session.answer = () => ({
    ok: true,
    args: [],
    kwargs: {},
    publication: 2 ** 53,
  });
  const answer = await post(
    web,
    "/publish",
    JSON.stringify({
      topic: "com.example.topic",
      args: ["Hello"],
      options: {
        exclude_authid: ["joe"],
        eligible: null,
        retain: true,
        acknowledge: false,
        forward_for: [{ session: 1 }],
        disclose_me: true,
      },
    }),
  );
  assertEquals(answer.body, '{"id":9007199254740992}');
  assertEquals(web.session.publications, [{
    uri: "com.example.topic",
    args: ["Hello"],
    kwargs: {},
    options: { exclude_authid: ["joe"], retain: true },
  }]);
  web.session.answer = () => ({
    ok: false,
    error: "wamp.error.invalid_uri",
    args: [],
    kwargs: {},
  });
  const refused = await post(web, "/publish", '{"topic":"a..b"}');
  assertEquals([refused.status, errorOf(refused)], [
    200,
    "wamp.error.invalid_uri",
  ]);
});

Deno.test("absent, null and empty arguments are none; PUT is as good as POST", async () => {
  await using web = serve({ call: bridge("caller") });
  for (
    const rest of [
      "",
      ',"args":null,"kwargs":null',
      ',"args":[],"kwargs":{}',
      ',"args":0',
    ]
  ) {
    await post(web, "/call", `{"procedure":"a"${rest}}`);
    assertEquals(web.session.calls.pop(), {
      uri: "a",
      args: [],
      kwargs: {},
      options: {},
    });
  }
  const response = await fetch(web.url("/call"), {
    method: "PUT",
    body: new TextEncoder().encode('{"procedure":"a"}'),
  });
  assertEquals((await response.json()).args, [null]);
});

const BAD_BODIES: readonly (readonly [string, string | Uint8Array])[] = [
  ["nothing", ""],
  ["no JSON", "sometext"],
  ["JSON and more", '{"procedure":"a"} x'],
  ["a list", "[{},{}]"],
  ["a number", "5"],
  ["no procedure", '{"args":[1]}'],
  ["a procedure that is no text", '{"procedure":5}'],
  ["a procedure that is binary", '{"procedure":"\\u0000AQID"}'],
  ["arguments that are no list", '{"procedure":"a","args":{"a":1}}'],
  ["keywords that are no object", '{"procedure":"a","kwargs":[1]}'],
  ["a key twice", '{"procedure":"a","procedure":"b"}'],
  [
    "nesting without end",
    `{"procedure":"a","args":${"[".repeat(4000)}${"]".repeat(4000)}}`,
  ],
  ["nesting that is not closed", "[".repeat(9000)],
  ["octets that are no UTF-8", Uint8Array.of(0x22, 0xff, 0x22)],
  [
    "half a surrogate pair in UTF-8",
    Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
  ],
];

for (const [what, body] of BAD_BODIES) {
  Deno.test(`a body of ${what} is refused (400)`, async () => {
    await using web = serve({ call: bridge("caller") });
    const answer = await post(web, "/call", body);
    assertEquals(answer.status, 400);
    assertEquals(errorOf(answer).length > 0, true);
    assertEquals(web.session.calls, []);
  });
}

Deno.test("the content type is JSON in UTF-8, or not said", async () => {
  await using web = serve({ call: bridge("caller") });
  const body = new TextEncoder().encode('{"procedure":"a"}');
  for (
    const type of [
      "application/json",
      "APPLICATION/JSON",
      "application/json; charset=utf-8",
      'application/json;charset="UTF8"',
      "application/json; x=y; charset=utf-8",
    ]
  ) {
    const { status } = await post(web, "/call", body, { "content-type": type });
    assertEquals(status, 200, type);
  }
  assertEquals((await post(web, "/call", body, {})).status, 200);
  for (
    const type of [
      "application/text",
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=ascii",
      "application/json; charset=utf-8; charset=utf-8",
      "application/jsonx",
    ]
  ) {
    const { status } = await post(web, "/call", body, { "content-type": type });
    assertEquals(status, 400, type);
  }
});

Deno.test("other methods are refused (405); OPTIONS says which there are", async () => {
  await using web = serve({ call: bridge("caller") });
  for (const method of ["GET", "DELETE", "PATCH"]) {
    const response = await fetch(web.url("/call"), { method });
    assertEquals(response.status, 405);
    assertEquals(response.headers.get("allow"), "POST, PUT, OPTIONS");
    assertEquals((await response.json()).args, []);
  }
  const options = await fetch(web.url("/call"), { method: "OPTIONS" });
  assertEquals(options.status, 200);
  assertEquals(options.headers.get("allow"), "POST, PUT, OPTIONS");
  assertEquals(options.headers.get("access-control-allow-origin"), null);
  assertEquals(await options.text(), "");
});

Deno.test("a page of another origin may not make requests (403)", async () => {
  await using web = serve({ call: bridge("caller") });
  const cases: [string, number][] = [
    ["http://router.example:8080", 200],
    ["https://router.example:8080", 200],
    ["http://router.example", 403],
    ["http://other.example:8080", 403],
    ["http://router.example:8080.evil.example", 403],
    ["null", 403],
    ["file://", 403],
    ["", 403],
  ];
  for (const [origin, status] of cases) {
    using client = await web.connect();
    await client.send(
      `POST /call HTTP/1.1\r\nHost: router.example:8080\r\nOrigin: ${origin}\r\nContent-Length: 17\r\n\r\n{"procedure":"a"}`,
    );
    assertEquals((await client.readResponse()).status, status, origin);
  }
});

Deno.test("requests come over TLS, and from listed addresses, where that is required (400)", async () => {
  const call = '{"procedure":"a"}';
  await using web = serve({
    tls: bridge("caller", { requireTls: true }),
    here: bridge("caller", { requireIp: ["127.0.0.0/8", "::1"] }),
    there: bridge("caller", { requireIp: ["192.168.0.0/16", "10.0.0.1"] }),
  });
  assertEquals(
    errorOf(await post(web, "/tls", call)),
    "requests must come over TLS",
  );
  assertEquals((await post(web, "/here", call)).status, 200);
  const there = await post(web, "/there", call);
  assertEquals(there.status, 400);
  assertStringIncludes(errorOf(there), "address");
  await using secure = serve({ tls: bridge("caller", { requireTls: true }) }, {
    isSecure: true,
  });
  assertEquals((await post(secure, "/tls", call)).status, 200);
});

Deno.test("behind a proxy that is believed, the client's own address counts", async () => {
  await using web = serve(
    { call: bridge("caller", { requireIp: ["203.0.113.7"] }) },
    { clientOf: (peer, header) => peer === "127.0.0.1" ? header : undefined },
  );
  const call = '{"procedure":"a"}';
  const ok = await post(web, "/call", call, {
    "x-forwarded-for": "203.0.113.7",
  });
  assertEquals(ok.status, 200);
  const other = await post(web, "/call", call, {
    "x-forwarded-for": "203.0.113.8",
  });
  assertEquals(other.status, 400);
  assertEquals((await post(web, "/call", call, {})).status, 400);
});

Deno.test("a body in chunks, with a trailer, is a body", async () => {
  await using web = serve({ call: bridge("caller") });
  using client = await web.connect();
  await client.send(
    `POST /call HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n{"pro\r\nc\r\ncedure":"a"}\r\n0\r\nX-Sum: 1\r\n\r\n`,
  );
  assertEquals((await client.readResponse()).body, '{"args":[null]}');
});

Deno.test("requests are logged where that is wanted, never their bodies", async () => {
  await using web = serve({
    quiet: bridge("caller"),
    loud: bridge("caller", { debug: true }),
  });
  await post(web, "/quiet", '{"procedure":"a","args":["secret"]}');
  assertEquals(web.log.lines, []);
  await post(web, "/loud", '{"procedure":"a","args":["secret"]}');
  await post(web, "/loud", "secret");
  const lines = web.log.found("info", "HTTP bridge request");
  assertEquals(lines.length, 2);
  assertStringIncludes(lines[0], '"path":"/loud","status":200');
  assertStringIncludes(lines[1], '"status":400,"reason":');
  assertEquals(lines.join().includes("secret"), false);
});

Deno.test("webhook: what is posted is published as text with its headers, and answered 202", async () => {
  await using web = serve({ hook: webhook({ successResponse: "thanks" }) });
  using client = await web.connect();
  const body = '{"zen":"Design for failure."}';
  await client.send(
    `POST /hook HTTP/1.1\r\n${HOST}x-github-EVENT: ping\r\nX-A: 1\r\nx-a: 2\r\n__proto__: p\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const answer = await client.readResponse();
  assertEquals([answer.status, answer.body], [202, "thanks"]);
  assertEquals(web.session.publications, [{
    uri: "com.example.hook",
    options: {},
    kwargs: {},
    args: [{
      headers: Object.fromEntries([
        ["Host", ["a"]],
        ["X-Github-Event", ["ping"]],
        ["X-A", ["1", "2"]],
        ["__proto__", ["p"]],
        ["Content-Length", ["29"]],
      ]),
      body,
    }],
  }]);
});

Deno.test("webhook: what could not be published is answered 500, and the log says why", async () => {
  await using web = serve({ hook: webhook({ errorResponse: "sorry" }) });
  web.session.answer = () => ({
    ok: false,
    error: "wamp.error.not_authorized",
    args: [],
    kwargs: {},
  });
  const answer = await post(web, "/hook", "anything", {
    "content-type": "text/plain",
  });
  assertEquals([answer.status, answer.body], [500, "sorry"]);
  const [line] = web.log.found("error", "a webhook was not published");
  assertStringIncludes(
    line,
    '"realm":"realm1","role":"web","error":"wamp.error.not_authorized"',
  );
  const binary = await post(web, "/hook", Uint8Array.of(0xff), {});
  assertEquals(binary.status, 400);
});

Deno.test("webhook: GitHub's signature is asked for where there is a secret", async () => {
  await using web = serve({
    hook: webhook({ githubSecret: new Secret("deadbeef") }),
  });
  const body = '{"foo":"has happened"}';
  const macOf = (algorithm: string) =>
    `${algorithm}=${
      createHmac(algorithm, "deadbeef").update(body).digest("hex")
    }`;
  const [sha1, sha256] = [macOf("sha1"), macOf("sha256")];
  const cases: [Record<string, string>, number][] = [
    [{ "x-hub-signature-256": sha256 }, 202],
    [{ "x-hub-signature": sha1 }, 202],
    [{ "x-hub-signature": sha1.toUpperCase() }, 202],
    [{ "x-hub-signature-256": sha256, "x-hub-signature": "sha1=0" }, 202],
    [{}, 400],
    [{ "x-hub-signature": "sha1=0" }, 400],
    [{ "x-hub-signature": sha1.replace("sha1=", "") }, 400],
    [{ "x-hub-signature": sha256 }, 400],
    [{ "x-hub-signature-256": "", "x-hub-signature": sha1 }, 400],
    [{ "x-hub-signature-256": sha256.replace(/.$/, "x") }, 400],
  ];
  for (const [headers, status] of cases) {
    const answer = await post(web, "/hook", body, headers);
    assertEquals(answer.status, status, JSON.stringify(headers));
  }
  const changed = await post(web, "/hook", body + " ", {
    "x-hub-signature": sha1,
  });
  assertEquals(changed.status, 400);
});

Deno.test("a secret in a file is read at the start, and a start without it fails", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/secret`;
  await Deno.writeTextFile(path, "deadbeef\n");
  const config = webhook({ githubSecret: { path } });
  await using web = serve({ hook: config });
  const mac = createHmac("sha256", "deadbeef").update("x").digest("hex");
  const answer = await post(web, "/hook", "x", {
    "x-hub-signature-256": `sha256=${mac}`,
  });
  assertEquals(answer.status, 202);
  await Deno.remove(folder, { recursive: true });
});
