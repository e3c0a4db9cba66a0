/** Authentication by challenge and response (checklist §6.4). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import {
  challenged,
  craSignature,
  DENIED,
  refusedFor,
  sendHello,
  welcomedBy,
} from "../support/login.ts";
import { userOf, withAuth } from "../support/principals.ts";
import { scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** The values of checklist §16. */
const SALTING = { salt: "salt123", iterations: 1000, keylen: 32 };
const DERIVED = "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=";

const ODD_AUTHID = 'O"Brien\\ \n\u2028\u{1f511}';

const ROUTER = withAuth({
  wampcra: {
    principals: [
      userOf("joe", "secret1"),
      userOf("salty", "secret1", { salting: SALTING }),
      userOf("derived", DERIVED, { salting: SALTING, isDerived: true }),
      userOf("short", "secret1", { salting: { ...SALTING, keylen: 16 } }),
      userOf(ODD_AUTHID, "secret1"),
    ],
  },
});

scenario(
  "CR-01 CR-02 CR-04: a client that signs the challenge with its secret is let in",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      const extra = await challenged(client, "wampcra", { authid: "joe" });
      assertEquals(Object.keys(extra), ["challenge"]);
      const details = await welcomedBy(client, craSignature("secret1", extra));
      assertEquals(
        ["authid", "authrole", "authmethod", "authprovider"]
          .map((name) => details[name]),
        ["joe", "user", "wampcra", "static"],
      );
    }
  },
  ROUTER,
);

scenario(
  "CR-02: the challenge is a JSON object with all seven members, correctly escaped",
  async (router) => {
    for (const authid of ["joe", ODD_AUTHID]) {
      const client = await router.open();
      const extra = await challenged(client, "wampcra", { authid });
      const challenge = JSON.parse(extra.challenge);
      const { nonce, timestamp, session, ...rest } = challenge;
      assertEquals(rest, {
        authid,
        authrole: "user",
        authmethod: "wampcra",
        authprovider: "static",
      });
      assertEquals(typeof nonce, "string");
      assertMatch(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
      assert(Number.isSafeInteger(session) && session > 0);
      await welcomedBy(client, craSignature("secret1", extra));
    }
  },
  ROUTER,
);

scenario(
  "CR-03 HW-09: the challenge names the session of the WELCOME, and is never the same",
  async (router) => {
    const nonces = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const client = await router.open();
      const extra = await challenged(client, "wampcra", { authid: "joe" });
      const { nonce, session } = JSON.parse(extra.challenge);
      await welcomedBy(client, craSignature("secret1", extra));
      assertEquals(client.sessionId, session);
      nonces.add(nonce);
    }
    assertEquals(nonces.size, 20);
  },
  ROUTER,
);

for (const authid of ["salty", "derived"]) {
  scenario(
    `CR-05 CR-06: a salted secret signs by the text that is derived from it: ${authid}`,
    async (router) => {
      const client = await router.open();
      const extra = await challenged(client, "wampcra", { authid });
      const { challenge: _, ...salting } = extra;
      assertEquals(salting, SALTING);
      // With the plain secret the client derives, with the derived one it signs.
      await welcomedBy(client, craSignature("secret1", extra));
      const other = await router.open();
      const { challenge } = await challenged(other, "wampcra", { authid });
      await welcomedBy(other, craSignature(DERIVED, { challenge }));
    },
    ROUTER,
  );
}

scenario("CR-06: keylen counts octets before base64", async (router) => {
  const client = await router.open();
  const extra = await challenged(client, "wampcra", { authid: "short" });
  assertEquals(extra.keylen, 16);
  await welcomedBy(client, craSignature("secret1", extra));
}, ROUTER);

/** What is no signature of the challenge. */
const WRONG: [what: string, make: (right: string) => string][] = [
  ["an empty one", () => ""],
  ["not base64", () => "§§§§"],
  ["without its padding", (right) => right.replace(/=+$/, "")],
  ["cut off", (right) => right.slice(0, 20)],
  ["with something behind it", (right) => `${right}AAAA`],
  ["by a wrong secret", () => craSignature("secret2", { challenge: "x" })],
  ["in hex", (right) => Uint8Array.fromBase64(right).toHex()],
  ["a hundred thousand characters", () => "A".repeat(100_000)],
];

for (const [what, make] of WRONG) {
  scenario(`CR-07: a wrong signature is refused: ${what}`, async (router) => {
    const client = await router.open();
    const extra = await challenged(client, "wampcra", { authid: "joe" });
    await refusedFor(client, make(craSignature("secret1", extra)), DENIED);
  }, ROUTER);
}

scenario(
  "CR-07: a signature recorded from another session is refused",
  async (router) => {
    const first = await router.open();
    const extra = await challenged(first, "wampcra", { authid: "joe" });
    const recorded = craSignature("secret1", extra);
    await welcomedBy(first, recorded);
    const second = await router.open();
    await challenged(second, "wampcra", { authid: "joe" });
    await refusedFor(second, recorded, DENIED);
  },
  ROUTER,
);

scenario("CR-01: a client without an authid is refused", async (router) => {
  const client = await router.open();
  const abort = await sendHello(client, "wampcra", {});
  assertEquals([abort[0], abort[2]], [3, "wamp.error.no_such_principal"]);
}, ROUTER);

scenario(
  "AU-07: an unknown authid is shown a salt like others, always the same for it",
  async (router) => {
    const salts = { mallory: new Set<string>(), trudy: new Set<string>() };
    for (const authid of ["mallory", "trudy", "mallory", "trudy"] as const) {
      const client = await router.open();
      const extra = await challenged(client, "wampcra", { authid });
      salts[authid].add(extra.salt);
      assertEquals([extra.iterations, extra.keylen], [1000, 32]);
      assertMatch(extra.salt, /^[a-z0-9]{7}$/);
      await refusedFor(client, craSignature("x", extra), DENIED);
    }
    assertEquals([salts.mallory.size, salts.trudy.size], [1, 1]);
    assert(!salts.mallory.has([...salts.trudy][0]));
  },
  withAuth({
    wampcra: {
      principals: [userOf("salty", "secret1", {
        salting: SALTING,
        secret: new Secret("secret1"),
      })],
    },
  }),
);
