/** Authentication by password, without showing it (checklist §6.5). */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import {
  challenged,
  DENIED,
  refusedFor,
  scramAnswer,
  sendHello,
  welcomedBy,
  type WireDict,
} from "../support/login.ts";
import { SCRAM_SALT, scramOf, withAuth } from "../support/principals.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { TestServer } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const NONCE = "egVDf3DMJh0=";
const ODD_AUTHID = "us,er=2C=";

/** By `argon2id13`: 3 rounds, 8192 KiB, password "pencil", salt as the others. */
const ARGON2 = {
  kdf: "argon2id13",
  iterations: 3,
  memory: 8192,
  storedKey: new Secret(
    "607b1826be781b01f231a7b5c2eb3ba4b4e3455eef251c160bd3a32e0ca112b0",
  ),
  serverKey: new Secret(
    "cb9e1bf9fcaa3195669db8113e09a8d9aa7a8fd9e1e2bdf31a03a7d6c2872385",
  ),
} as const;

const ROUTER = withAuth({
  scram: {
    principals: [
      scramOf("user", "pencil"),
      scramOf(ODD_AUTHID, "pencil"),
      scramOf("argon", "pencil", ARGON2),
      scramOf("\u2168", "pencil"),
    ],
  },
});

/** CHALLENGE.Extra of the specification's method. */
function begin(
  client: RawClient,
  authid: string,
  method = "wamp-scram",
): Promise<WireDict> {
  const authextra = { nonce: NONCE, channel_binding: null };
  return challenged(client, method, { authid, authextra });
}

function answerOf(authid: string, extra: WireDict, password = "pencil") {
  return scramAnswer({ authid, password, clientNonce: NONCE }, extra);
}

/** AUTHENTICATE.Extra of a client that binds no channel (SR-05). */
function unbound(extra: WireDict): WireDict {
  return { nonce: extra.nonce, channel_binding: null, cbind_data: null };
}

scenario(
  "SR-01 SR-06 SR-07: a client that proves to know the password is let in, and the router proves the same",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      const extra = await begin(client, "user");
      const { proof, verifier } = await answerOf("user", extra);
      const details = await welcomedBy(client, proof, unbound(extra));
      assertEquals(
        ["authid", "authrole", "authmethod", "authprovider", "authextra"]
          .map((name) => details[name]),
        ["user", "user", "wamp-scram", "static", { verifier }],
      );
    }
  },
  ROUTER,
);

scenario(
  "SR-04: the challenge repeats the client's nonce before one of the router's, and has what the key is derived by",
  async (router) => {
    const client = await router.open();
    const { nonce, ...rest } = await begin(client, "user");
    assertEquals(rest, {
      salt: Uint8Array.fromHex(SCRAM_SALT).toBase64(),
      kdf: "pbkdf2",
      iterations: 64,
      memory: null,
    });
    assert(nonce.startsWith(NONCE));
    const ours = Uint8Array.fromBase64(nonce.slice(NONCE.length));
    assert(ours.length >= 16);
    const again = await begin(await router.open(), "user");
    assertNotEquals(again.nonce, nonce);
  },
  ROUTER,
);

scenario("SR-10: Argon2id is told with its memory", async (router) => {
  const client = await router.open();
  const extra = await begin(client, "argon");
  assertEquals([extra.kdf, extra.iterations, extra.memory], [
    "argon2id13",
    3,
    8192,
  ]);
  const { proof, verifier } = await answerOf("argon", extra);
  const details = await welcomedBy(client, proof, unbound(extra));
  assertEquals(details.authextra, { verifier });
}, ROUTER);

scenario(
  "SR-08 A-63: the authid is signed as it was sent, escaped",
  async (router) => {
    const client = await router.open();
    const extra = await begin(client, ODD_AUTHID);
    const { proof } = await answerOf(ODD_AUTHID, extra);
    await welcomedBy(client, proof, unbound(extra));
  },
  ROUTER,
);

scenario(
  "A-63: what is signed has the authid as it was sent, and the session has its principal's: Roman nine is IX",
  async (router) => {
    for (const authid of ["\u2168", "IX"]) {
      const client = await router.open();
      const extra = await begin(client, authid);
      const { proof } = await answerOf(authid, extra);
      const details = await welcomedBy(client, proof, unbound(extra));
      assertEquals(details.authid, "\u2168");
    }
  },
  ROUTER,
);

/** What is wrong with an AUTHENTICATE. */
const WRONG: [
  what: string,
  change: (proof: string, extra: WireDict) => [string, WireDict],
][] = [
  ["a wrong proof", (proof, extra) => [
    (proof.startsWith("A") ? "B" : "A") + proof.slice(1),
    extra,
  ]],
  ["an empty proof", (_, extra) => ["", extra]],
  ["a proof that is not base64", (proof, extra) => [`§${proof}`, extra]],
  ["a proof with white space", (proof, extra) => [`${proof}\n`, extra]],
  ["a proof without its padding", (proof, extra) => [
    proof.replace(/=+$/, ""),
    extra,
  ]],
  ["a proof of 33 octets", (proof, extra) => [
    new Uint8Array([...Uint8Array.fromBase64(proof), 0]).toBase64(),
    extra,
  ]],
  ["a proof of 31 octets", (proof, extra) => [
    Uint8Array.fromBase64(proof).slice(0, 31).toBase64(),
    extra,
  ]],
  ["another nonce", (proof, extra) => [
    proof,
    { ...extra, nonce: `${NONCE}AAAA` },
  ]],
  ["no nonce", (proof, { nonce: _, ...extra }) => [proof, extra]],
  [
    "a nonce that is a number",
    (proof, extra) => [proof, { ...extra, nonce: 1 }],
  ],
  ["a channel binding that HELLO had not", (proof, extra) => [
    proof,
    { ...extra, channel_binding: "tls-unique", cbind_data: "AAAA" },
  ]],
  ["binding data alone", (proof, extra) => [
    proof,
    { ...extra, cbind_data: "AAAA" },
  ]],
];

for (const [what, change] of WRONG) {
  scenario(`SR-05 SR-06: refused: ${what}`, async (router) => {
    const client = await router.open();
    const extra = await begin(client, "user");
    const { proof } = await answerOf("user", extra);
    const [wrong, with_] = change(proof, unbound(extra));
    const abort = await refusedFor(client, wrong, DENIED, with_);
    assertMatch(
      abort[1].scram,
      /^(invalid-proof|channel-bindings-dont-match)$/,
    );
  }, ROUTER);
}

scenario(
  "SR-06: a proof recorded from another session is refused",
  async (router) => {
    const first = await router.open();
    const extra = await begin(first, "user");
    const { proof } = await answerOf("user", extra);
    await welcomedBy(first, proof, unbound(extra));
    const second = await router.open();
    await begin(second, "user");
    await refusedFor(second, proof, DENIED, unbound(extra));
  },
  ROUTER,
);

/** What is wrong with HELLO.Details.authextra. */
const WRONG_EXTRA: [number: string, what: string, authextra: unknown][] = [
  ["SR-02", "there is none", undefined],
  ["SR-02", "no nonce", {}],
  ["SR-02", "a nonce that is a number", { nonce: 5 }],
  ["SR-02", "an empty nonce", { nonce: "" }],
  ["SR-02", "a nonce that is not base64", { nonce: "rOprNGfwEbeRWgbNEkq!" }],
  ["SR-02", "a nonce with a comma", { nonce: "AAAA,r=AAAA" }],
  ["SR-11", "a nonce whose base64 is not canonical", { nonce: "AB==" }],
  ["SR-02", "a nonce without end", { nonce: "AAAA".repeat(1000) }],
  ["SR-03", "tls-unique", { nonce: NONCE, channel_binding: "tls-unique" }],
  ["SR-03", "tls-exporter", { nonce: NONCE, channel_binding: "tls-exporter" }],
  ["SR-03", "tls-server-end-point without TLS", {
    nonce: NONCE,
    channel_binding: "tls-server-end-point",
  }],
  ["SR-03", "a binding of no name", { nonce: NONCE, channel_binding: "" }],
  ["SR-03", "a binding that is a number", { nonce: NONCE, channel_binding: 1 }],
];

for (const [number, what, authextra] of WRONG_EXTRA) {
  scenario(`${number}: HELLO is refused: ${what}`, async (router) => {
    const client = await router.open();
    const who = {
      authid: "user",
      ...(authextra !== undefined && { authextra }),
    };
    const abort = await sendHello(client, "wamp-scram", who);
    assertEquals([abort[0], abort[2]], [3, DENIED]);
    if (number === "SR-03") {
      assertEquals(abort[1].scram, "unsupported-channel-binding-type");
    }
    await client.expectClosed();
  }, ROUTER);
}

scenario("SR-02: a client without an authid is refused", async (router) => {
  const client = await router.open();
  const authextra = { nonce: NONCE };
  const abort = await sendHello(client, "wamp-scram", { authextra });
  assertEquals([abort[0], abort[2]], [3, "wamp.error.no_such_principal"]);
}, ROUTER);

scenario(
  "SR-03 AU-07: an unknown authid is challenged like others, with a salt that is always the same for it",
  async (router) => {
    const seen: WireDict[] = [];
    for (const authid of ["mallory", "mallory", "trudy"]) {
      const client = await router.open();
      const extra = await begin(client, authid);
      const { proof } = await answerOf(authid, extra);
      const abort = await refusedFor(client, proof, DENIED, unbound(extra));
      assertEquals(abort[1].scram, "invalid-proof");
      seen.push(extra);
    }
    assertEquals(seen[0].salt, seen[1].salt);
    assertNotEquals(seen[0].salt, seen[2].salt);
    assertEquals(Uint8Array.fromBase64(seen[0].salt).length, 16);
    assertEquals([seen[0].kdf, seen[0].iterations, seen[0].memory], [
      "pbkdf2",
      64,
      null,
    ]);
  },
  withAuth({ scram: { principals: [scramOf("user", "pencil")] } }),
);

/** SHA-256 of `localhost.crt` in DER, as `openssl x509 -outform der | sha256sum` has it. */
const END_POINT = Uint8Array.fromHex(
  "5960faa2c7134f30a03376d6b2fc7f9e3c6764957713f0f4fdb82af80e729404",
);
const BINDING = "tls-server-end-point";
const OVER_TLS = { ...ROUTER, kinds: ["tls" as const] };

/** AUTHENTICATE of a client that saw the certificate whose hash is `data`. */
async function boundTo(
  client: RawClient,
  data: Uint8Array,
): Promise<[proof: string, extra: WireDict, verifier: string]> {
  const authextra = { nonce: NONCE, channel_binding: BINDING };
  const who = { authid: "user", authextra };
  const extra = await challenged(client, "wamp-scram", who);
  const header = new TextEncoder().encode(`p=${BINDING},,`);
  const binding = new Uint8Array([...header, ...data]).toBase64();
  const options = { authid: "user", password: "pencil", clientNonce: NONCE };
  const { proof, verifier } = await scramAnswer(
    { ...options, binding },
    extra,
  );
  return [proof, {
    nonce: extra.nonce,
    channel_binding: BINDING,
    cbind_data: data.toBase64(),
  }, verifier];
}

Deno.test("SR-11 SR-06: over TLS a login can be bound to the server's certificate, and to no other", async () => {
  await using server = await TestServer.start(OVER_TLS);
  const address = server.address("tls");
  for (const serializer of SERIALIZERS) {
    using client = await RawClient.open(address, serializer);
    const [proof, extra, verifier] = await boundTo(client, END_POINT);
    const details = await welcomedBy(client, proof, extra);
    assertEquals(details.authextra, { verifier });
  }
  const other = END_POINT.with(0, 0);
  const rows: [what: string, data: Uint8Array, change: WireDict][] = [
    ["another certificate", other, {}],
    ["another, said to be the right one", other, {
      cbind_data: END_POINT.toBase64(),
    }],
    ["no data", END_POINT, { cbind_data: null }],
    ["no binding after all", END_POINT, { channel_binding: null }],
    ["another binding", END_POINT, { channel_binding: "tls-unique" }],
  ];
  for (const [what, data, change] of rows) {
    using client = await RawClient.open(address, "json");
    const [proof, extra] = await boundTo(client, data);
    const abort = await refusedFor(client, proof, DENIED, {
      ...extra,
      ...change,
    });
    assertMatch(
      abort[1].scram,
      /^(invalid-proof|channel-bindings-dont-match)$/,
      what,
    );
  }
  using plain = await RawClient.open(address, "json");
  const extra = await begin(plain, "user");
  const { proof } = await answerOf("user", extra);
  await welcomedBy(plain, proof, unbound(extra));
});

for (const binding of ["tls-unique", "tls-exporter"]) {
  Deno.test(`SR-03: ${binding} is refused over TLS as well: it cannot be checked`, async () => {
    await using server = await TestServer.start(OVER_TLS);
    using client = await RawClient.open(server.address("tls"), "json");
    const authextra = { nonce: NONCE, channel_binding: binding };
    const who = { authid: "user", authextra };
    const abort = await sendHello(client, "wamp-scram", who);
    assertEquals(abort[1].scram, "unsupported-channel-binding-type");
  });
}

scenario(
  "A-29: Crossbar.io's clients offer `scram`, and are spoken to in their own way",
  async (router) => {
    const client = await router.open();
    const extra = await begin(client, "argon", "scram");
    assertEquals(Object.keys(extra).sort(), [
      "iterations",
      "kdf",
      "memory",
      "nonce",
      "salt",
    ]);
    assertEquals(extra.kdf, "argon2id-13");
    // The octets of both nonces, not their texts.
    const octets = Uint8Array.fromBase64(extra.nonce).toHex();
    assert(octets.startsWith(Uint8Array.fromBase64(NONCE).toHex()));
    const { proof, verifier } = await scramAnswer(
      { authid: "argon", password: "pencil", clientNonce: NONCE, binding: "" },
      { ...extra, kdf: "argon2id13" },
    );
    const details = await welcomedBy(client, proof);
    assertEquals([details.authmethod, details.authextra], [
      "scram",
      { scram_server_signature: verifier },
    ]);
  },
  ROUTER,
);

scenario(
  "A-29: a proof in the one way is none in the other",
  async (router) => {
    for (const method of ["scram", "wamp-scram"]) {
      const client = await router.open();
      const extra = await begin(client, "user", method);
      const binding = method === "scram" ? "biws" : "";
      const { proof } = await scramAnswer(
        { authid: "user", password: "pencil", clientNonce: NONCE, binding },
        extra,
      );
      await refusedFor(client, proof, DENIED, unbound(extra));
    }
  },
  ROUTER,
);
