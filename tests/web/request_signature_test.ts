/** Signed requests, their times, and requests that are sent a second time. */
import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { Secret } from "../../src/base/secret.ts";
import { ReplayGuard } from "../../src/web/replay_guard.ts";
import { RequestSignature } from "../../src/web/request_signature.ts";
import { ManualTime } from "../support/manual_time.ts";
import { TestWeb } from "./_web.ts";

const BODY = new TextEncoder().encode('{"topic":"com.example.topic"}');
const START = "2030-01-01T00:00:00.000Z";

type Query = Record<string, string>;

/** A query as Crossbar.io's clients make it. */
function sign(changed: Query = {}, secret = "secret"): Query {
  const query: Query = {
    key: "key1",
    timestamp: START,
    seq: "1",
    nonce: "4711",
    ...changed,
  };
  const mac = createHmac("sha256", secret);
  for (const name of ["key", "timestamp", "seq", "nonce"]) {
    mac.update(query[name]);
  }
  // Python's function pads it.
  return { ...query, signature: `${mac.update(BODY).digest("base64url")}=` };
}

function signatures(maxTimestampDeltaS?: number): {
  readonly time: ManualTime;
  fault(query: Query, body?: Uint8Array): string | undefined;
} {
  const time = new ManualTime(START);
  const judge = new RequestSignature({
    key: "key1",
    secret: "secret",
    maxTimestampDeltaS,
    clock: time,
  });
  return {
    time,
    fault(query, body = BODY) {
      const fault = judge.fault(`${new URLSearchParams(query)}`, body);
      return fault && `${fault.status} ${fault.text}`;
    },
  };
}

Deno.test("the signature is the one that a known vector has", () => {
  // HMAC-SHA256 of "key1" "2030-01-01T00:00:00.000Z" "1" "4711" and the body, by OpenSSL.
  const { fault } = signatures();
  const query = {
    ...sign(),
    signature: "K1hgiv70xRXPMlW0b8JCdXti0d1idQPtR53mtcdMZuc=",
  };
  assertEquals(fault(query), undefined);
});

Deno.test("a signed request is right as Python, JavaScript and shells write base64", () => {
  const { fault } = signatures();
  const query = sign();
  assertEquals(fault(query), undefined);
  const { signature } = query;
  assertEquals(
    fault({ ...query, signature: signature.replace("=", "") }),
    undefined,
  );
  const standard = signature.replaceAll("-", "+").replaceAll("_", "/");
  assertEquals(fault({ ...query, signature: standard }), undefined);
});

Deno.test("whatever is changed, the request is not what was signed (401)", () => {
  const { fault } = signatures();
  const right = sign();
  const { signature } = right;
  const cases: [Query, string][] = [
    [
      { ...right, timestamp: "2030-01-01T00:00:00.001Z" },
      "401 the signature is wrong",
    ],
    [{ ...right, seq: "2" }, "401 the signature is wrong"],
    [{ ...right, nonce: "4712" }, "401 the signature is wrong"],
    [{ ...right, signature: "" }, "401 the signature is wrong"],
    [
      { ...right, signature: signature.slice(0, -2) },
      "401 the signature is wrong",
    ],
    [
      { ...right, signature: `A${signature.slice(1)}` },
      "401 the signature is wrong",
    ],
    [sign({}, "other"), "401 the signature is wrong"],
    [sign({ key: "key2" }), "401 the key is unknown"],
  ];
  for (const [query, expected] of cases) {
    assertEquals(fault(query), expected, JSON.stringify(query));
  }
  assertEquals(fault(right, BODY.slice(1)), "401 the signature is wrong");
  assertEquals(fault(right, new Uint8Array()), "401 the signature is wrong");
});

Deno.test("each part of a signature must be there once, and have its form (400)", () => {
  const { fault } = signatures();
  for (const name of ["key", "timestamp", "seq", "nonce", "signature"]) {
    const { [name]: _, ...rest } = sign();
    assertEquals(fault(rest), `400 signed requests need "${name}"`);
  }
  const judge = new RequestSignature({
    key: "key1",
    secret: "secret",
    maxTimestampDeltaS: undefined,
    clock: new ManualTime(),
  });
  const twice = `${new URLSearchParams(sign())}&seq=1`;
  assertEquals(judge.fault(twice, BODY)?.status, 400);
  for (
    const changed of [
      { timestamp: "yesterday" },
      { timestamp: "2030-01-01T00:00:00Z" },
      { timestamp: "2030-01-01T00:00:00.000+01:00" },
      { timestamp: "2030-13-01T00:00:00.000Z" },
      { seq: "one" },
      { seq: "" },
      { seq: "1.5" },
      { seq: "-1" },
      { nonce: "notanonce" },
      { nonce: "1".repeat(21) },
    ]
  ) {
    assertEquals(
      fault(sign(changed))?.slice(0, 3),
      "400",
      JSON.stringify(changed),
    );
  }
});

Deno.test("a request's time may be off by so much, either way, and not by more (400)", () => {
  for (
    const [timestamp, isTaken] of [
      ["2029-12-31T23:55:00.000Z", true],
      ["2029-12-31T23:54:59.999Z", false],
      ["2030-01-01T00:05:00.000Z", true],
      ["2030-01-01T00:05:00.001Z", false],
      ["2030-01-01T00:00:00.123456Z", true],
      ["2011-10-14T16:59:51.123Z", false],
    ] as const
  ) {
    const { fault } = signatures(300);
    const expected = isTaken ? undefined : "400 the timestamp is too far off";
    assertEquals(fault(sign({ timestamp })), expected, timestamp);
  }
});

Deno.test("without a limit any time is right, and a request is right again", () => {
  const { fault } = signatures();
  const old = sign({ timestamp: "2011-10-14T16:59:51.123Z" });
  assertEquals([fault(old), fault(old)], [undefined, undefined]);
});

Deno.test("a request that was taken is not taken again, as long as its time is right", () => {
  const { time, fault } = signatures(300);
  // As far ahead as it may be: so it stays right for longest.
  const query = sign({ timestamp: "2030-01-01T00:05:00.000Z" });
  assertEquals(fault(query), undefined);
  const { signature } = query;
  for (let passedS = 0; passedS < 600; passedS += 20) {
    const again = [query, { ...query, signature: signature.replace("=", "") }];
    for (const one of again) {
      assertEquals(fault(one), "401 this signed request was taken before");
    }
    time.pass(20_000);
    assertEquals(
      fault(
        sign({ nonce: String(passedS), timestamp: time.now().toISOString() }),
      ),
      undefined,
    );
  }
  time.pass(1000);
  assertEquals(fault(query), "400 the timestamp is too far off");
});

Deno.test("a request that is refused is not remembered", () => {
  const { fault } = signatures(300);
  const query = sign();
  assertEquals(fault(query, BODY.slice(1))?.slice(0, 3), "401");
  assertEquals(fault(query), undefined);
});

Deno.test("what was taken is remembered for a span at least, and forgotten after two", () => {
  const guard = new ReplayGuard(100, 3);
  assertEquals(guard.take("a", 0), "new");
  assertEquals(guard.take("b", 99), "new");
  assertEquals(guard.take("a", 100), "known");
  assertEquals(guard.take("b", 199), "known");
  assertEquals(guard.take("a", 300), "new");
  assertEquals(guard.take("b", 300), "new");
  assertEquals(guard.take("c", 300), "new");
  assertEquals(guard.take("d", 301), "full");
  assertEquals(guard.take("a", 301), "known");
  assertEquals(guard.take("d", 400), "new");
  // The clock is put back.
  assertEquals(guard.take("d", 0), "new");
});

Deno.test("a signed publication over HTTP, and the same a second time", async () => {
  await using web = new TestWeb({
    paths: new Map([["publish", {
      type: "publisher",
      realm: "realm1",
      role: "web",
      maxBodyBytes: 1000,
      requireTls: false,
      debug: false,
      signature: {
        key: "key1",
        secret: new Secret("secret"),
        maxTimestampDeltaS: 300,
      },
    }]]),
  });
  web.session.answer = () => ({
    ok: true,
    args: [],
    kwargs: {},
    publication: 5,
  });
  const send = async (query: Query) => {
    const url = web.url(`/publish?${new URLSearchParams(query)}`);
    const response = await fetch(url, { method: "POST", body: BODY });
    return [response.status, await response.text()];
  };
  assertEquals(await send(sign()), [200, '{"id":5}']);
  const known =
    '{"error":"this signed request was taken before","args":[],"kwargs":{}}';
  assertEquals(await send(sign()), [401, known]);
  const other = '{"error":"the signature is wrong","args":[],"kwargs":{}}';
  assertEquals(await send({ ...sign(), nonce: "1" }), [401, other]);
  assertEquals((await send({}))[0], 400);
  assertEquals(web.session.publications.length, 1);
});
