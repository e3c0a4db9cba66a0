/** Authentication by Ed25519 keys (checklist §6.6). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createPublicKey, verify } from "node:crypto";
import { Secret } from "../../src/base/secret.ts";
import {
  challenged,
  clientKey,
  DENIED,
  refusedFor,
  sendHello,
  welcomedBy,
} from "../support/login.ts";
import { keysOf, withAuth } from "../support/principals.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const KEY = clientKey(
  "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
);
const SECOND = clientKey(
  "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
);
const SHARED = clientKey(
  "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
);
const UNKNOWN = clientKey("11".repeat(32));

const ROUTER_SEED = "22".repeat(32);
const PRINCIPALS = [
  keysOf("client01@example.com", [KEY.publicKey, SECOND.publicKey]),
  keysOf("twin1", [SHARED.publicKey]),
  keysOf("twin2", [SHARED.publicKey], { role: "guest" }),
];
const ROUTER = withAuth({ cryptosign: { principals: PRINCIPALS } });
const PROVEN = withAuth({
  cryptosign: { principals: PRINCIPALS, routerKey: new Secret(ROUTER_SEED) },
});
const REVEALING = withAuth({
  cryptosign: { principals: PRINCIPALS },
  revealsUnknownAuthid: true,
});

function extraOf(pubkey: string, more: object = {}): object {
  return { pubkey, ...more };
}

scenario(
  "CS-01 CS-03 CS-04: a client that signs the challenge with its key is let in",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      const extra = await challenged(client, "cryptosign", {
        authid: "client01@example.com",
        authextra: extraOf(KEY.publicKey),
      });
      assertEquals(Object.keys(extra).sort(), ["challenge", "channel_binding"]);
      assertMatch(extra.challenge, /^[0-9a-f]{64}$/);
      assertEquals(extra.channel_binding, null);
      const details = await welcomedBy(client, KEY.sign(extra.challenge));
      assertEquals(
        ["authid", "authrole", "authmethod", "authprovider"]
          .map((name) => details[name]),
        ["client01@example.com", "user", "cryptosign", "static"],
      );
    }
  },
  ROUTER,
);

scenario("CS-03: no challenge comes twice", async (router) => {
  const seen = new Set<string>();
  for (let i = 0; i < 10; i++) {
    const client = await router.open();
    const authextra = extraOf(KEY.publicKey);
    const extra = await challenged(client, "cryptosign", { authextra });
    seen.add(extra.challenge);
    await welcomedBy(client, KEY.sign(extra.challenge));
  }
  assertEquals(seen.size, 10);
}, ROUTER);

scenario(
  "CS-01 CS-02: a client without an authid is found by its key, in either case of hex",
  async (router) => {
    for (const pubkey of [SECOND.publicKey, SECOND.publicKey.toUpperCase()]) {
      const client = await router.open();
      const authextra = extraOf(pubkey);
      const extra = await challenged(client, "cryptosign", { authextra });
      const answer = SECOND.sign(extra.challenge).toUpperCase();
      const details = await welcomedBy(client, answer);
      assertEquals(details.authid, "client01@example.com");
    }
  },
  ROUTER,
);

scenario(
  "CS-02: a key of two principals needs the authid",
  async (router) => {
    const client = await router.open();
    const authextra = extraOf(SHARED.publicKey);
    const extra = await challenged(client, "cryptosign", { authextra });
    await refusedFor(client, SHARED.sign(extra.challenge), DENIED);
    const named = await router.open();
    const again = await challenged(named, "cryptosign", {
      authid: "twin2",
      authextra,
    });
    const details = await welcomedBy(named, SHARED.sign(again.challenge));
    assertEquals([details.authid, details.authrole], ["twin2", "guest"]);
  },
  ROUTER,
);

/** Who is unknown, or has another key: AU-07 hides it, a config key shows it. */
const UNKNOWN_CLIENTS: [
  what: string,
  authid: string | undefined,
  key: typeof KEY,
  revealed: string,
][] = [
  ["a key that nobody has", undefined, UNKNOWN, "no_such_principal"],
  ["an authid that nobody has", "mallory", KEY, "no_such_principal"],
  ["a key of another", "twin1", KEY, "authentication_denied"],
];

for (const [what, authid, key, revealed] of UNKNOWN_CLIENTS) {
  const who = {
    ...(authid !== undefined && { authid }),
    authextra: extraOf(key.publicKey),
  };
  scenario(
    `AU-07 AU-10: challenged like all others, and denied whatever it signs: ${what}`,
    async (router) => {
      const client = await router.open();
      const extra = await challenged(client, "cryptosign", who);
      await refusedFor(client, key.sign(extra.challenge), DENIED);
    },
    ROUTER,
  );
  scenario(
    `CS-02 AU-06: where the config lets it be told, refused at once: ${what}`,
    async (router) => {
      const client = await router.open();
      const abort = await sendHello(client, "cryptosign", who);
      assertEquals([abort[0], abort[2]], [3, `wamp.error.${revealed}`]);
      await client.expectClosed();
    },
    REVEALING,
  );
}

/** What is wrong with a pubkey or the client's own challenge. */
const WRONG_EXTRA: [number: string, what: string, authextra: unknown][] = [
  ["CS-01", "no authextra", undefined],
  ["CS-01", "no pubkey", {}],
  ["CS-01", "a pubkey that is null", { pubkey: null }],
  ["CS-01", "a pubkey that is a number", { pubkey: 17 }],
  ["CS-01", "an empty pubkey", { pubkey: "" }],
  ["CS-01", "31 octets", { pubkey: KEY.publicKey.slice(2) }],
  ["CS-01", "33 octets", { pubkey: `${KEY.publicKey}00` }],
  ["CS-01", "no hex", { pubkey: `zz${KEY.publicKey.slice(2)}` }],
  ["CS-09", "a challenge of 31 octets", {
    pubkey: KEY.publicKey,
    challenge: "00".repeat(31),
  }],
  ["CS-09", "a challenge that is no hex", {
    pubkey: KEY.publicKey,
    challenge: "zz".repeat(32),
  }],
  ["CS-09", "a challenge that is a number", {
    pubkey: KEY.publicKey,
    challenge: 1,
  }],
];

for (const [number, what, authextra] of WRONG_EXTRA) {
  scenario(`${number}: HELLO is refused: ${what}`, async (router) => {
    const client = await router.open();
    const abort = await sendHello(
      client,
      "cryptosign",
      authextra === undefined ? {} : { authextra },
    );
    assertEquals([abort[0], abort[2]], [3, DENIED]);
    await client.expectClosed();
  }, PROVEN);
}

/** What is no answer to the challenge. */
const WRONG: [what: string, make: (right: string) => string][] = [
  ["an empty one", () => ""],
  ["no hex", (right) => `zz${right.slice(2)}`],
  ["the signature alone", (right) => right.slice(0, 128)],
  ["an octet less", (right) => right.slice(0, -2)],
  ["an octet more", (right) => `${right}00`],
  ["a changed signature", (right) => flip(right, 10)],
  ["a changed message", (right) => flip(right, 180)],
  ["another message, well signed", () => KEY.sign("33".repeat(32))],
  [
    "the right message, signed by another",
    (right) => SECOND.sign(right.slice(128)),
  ],
  ["zeros", () => "00".repeat(96)],
];

function flip(hex: string, at: number): string {
  const digit = (parseInt(hex[at], 16) ^ 1).toString(16);
  return hex.slice(0, at) + digit + hex.slice(at + 1);
}

for (const [what, make] of WRONG) {
  scenario(`CS-05: a wrong answer is refused: ${what}`, async (router) => {
    const client = await router.open();
    const authextra = extraOf(KEY.publicKey);
    const extra = await challenged(client, "cryptosign", { authextra });
    await refusedFor(client, make(KEY.sign(extra.challenge)), DENIED);
  }, ROUTER);
}

scenario(
  "CS-05: a replay of an earlier valid signature is refused",
  async (router) => {
    const authextra = extraOf(KEY.publicKey);
    const first = await router.open();
    const extra = await challenged(first, "cryptosign", { authextra });
    const recorded = KEY.sign(extra.challenge);
    await welcomedBy(first, recorded);
    const second = await router.open();
    await challenged(second, "cryptosign", { authextra });
    await refusedFor(second, recorded, DENIED);
  },
  ROUTER,
);

for (const binding of ["tls-unique", "tls-exporter", "tls-nonsense", 5]) {
  for (const kind of ["tcp", "tls"] as const) {
    scenario(
      `CS-07 CS-08: ${binding} cannot be enforced over ${kind}, so it is not confirmed and the login goes on without`,
      async (router) => {
        const address = router.server.address(kind);
        using client = await RawClient.open(address, "json");
        const extra = await challenged(client, "cryptosign", {
          authextra: extraOf(KEY.publicKey, { channel_binding: binding }),
        });
        assertEquals(extra.channel_binding, null);
        await welcomedBy(client, KEY.sign(extra.challenge));
      },
      { ...ROUTER, kinds: [kind] },
    );
  }
}

scenario(
  "CS-09 A-32: a router with a key of its own signs the client's challenge",
  async (router) => {
    const client = await router.open();
    const challenge =
      "bbae60ea44cdd7b20dc7010a618b0f0803fab25a817520b4b7f057299b524deb";
    const extra = await challenged(client, "cryptosign", {
      authextra: extraOf(KEY.publicKey, { challenge }),
    });
    assertEquals(extra.pubkey, clientKey(ROUTER_SEED).publicKey);
    assertEquals(extra.signature.length, 192);
    assertEquals(extra.signature.slice(128), challenge);
    assert(isSignature(extra.pubkey, extra.signature));
    await welcomedBy(client, KEY.sign(extra.challenge));
  },
  PROVEN,
);

scenario(
  "CS-09: a router signs nothing that it was not asked to, nor without a key",
  async (router) => {
    const client = await router.open();
    const extra = await challenged(client, "cryptosign", {
      authextra: extraOf(KEY.publicKey, { challenge: "44".repeat(32) }),
    });
    assertEquals(Object.keys(extra).sort(), ["challenge", "channel_binding"]);
  },
  ROUTER,
);

scenario("CS-09: a null challenge counts as none", async (router) => {
  const client = await router.open();
  const extra = await challenged(client, "cryptosign", {
    authextra: extraOf(KEY.publicKey, { challenge: null }),
  });
  assertEquals("signature" in extra, false);
}, PROVEN);

scenario(
  "CS-10 CS-11: trustroots and certificates are ignored; the key alone decides",
  async (router) => {
    const client = await router.open();
    const extra = await challenged(client, "cryptosign", {
      authextra: extraOf(KEY.publicKey, {
        trustroot: "0x72b3486d38E9f49215b487CeAaDF27D6acf22115",
        certificates: [["anything"]],
      }),
    });
    await welcomedBy(client, KEY.sign(extra.challenge));
  },
  ROUTER,
);

function isSignature(pubkey: string, signed: string): boolean {
  const x = Uint8Array.fromHex(pubkey).toBase64({ alphabet: "base64url" })
    .replace(/=+$/, "");
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x },
    format: "jwk",
  });
  return verify(
    null,
    Uint8Array.fromHex(signed.slice(128)),
    key,
    Uint8Array.fromHex(signed.slice(0, 128)),
  );
}
