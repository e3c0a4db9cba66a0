/**
 * Secrets stay inside (checklist AU-10): every way of logging in, right and
 * wrong, with secrets that are marked, and then a search for the mark in all
 * that came out.
 */
import { assert, assertEquals } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import type { RouterConfig } from "../../src/config/config.ts";
import {
  challenged,
  clientKey,
  craSignature,
  scramAnswer,
  sendHello,
} from "../support/login.ts";
import {
  keysOf,
  scramOf,
  ticketOf,
  userOf,
  withAuth,
} from "../support/principals.ts";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import { type Scenario, scenario } from "../support/scenario.ts";

const MARK = "MaRkEd";
const NONCE = "egVDf3DMJh0=";
const SALTING = { salt: "salt123", iterations: 10, keylen: 32 };
const KEY = clientKey("5ec3e7".padEnd(64, "0"));
const ROUTER_KEY = "5ec3e8".padEnd(64, "1");
const SCRAM = scramOf("joe", `${MARK}-password`);

/** What must not come out: texts that the router was given, or derived. */
function secrets(): string[] {
  const { storedKey, serverKey } = SCRAM;
  assert(!("path" in storedKey) && !("path" in serverKey));
  return [
    MARK,
    storedKey.reveal(),
    serverKey.reveal(),
    ROUTER_KEY,
    "5ec3e7".padEnd(64, "0"),
  ];
}

const AUTH = {
  anonymous: { role: "guest" },
  ticket: { principals: [ticketOf("joe", `${MARK}-ticket`)] },
  wampcra: {
    principals: [
      userOf("joe", `${MARK}-secret`),
      userOf("salty", `${MARK}-salted`, { salting: SALTING }),
    ],
  },
  scram: { principals: [SCRAM] },
  cryptosign: {
    principals: [keysOf("joe", [KEY.publicKey])],
    routerKey: new Secret(ROUTER_KEY),
  },
};

/** Signs in, rightly or wrongly; what is sent is the client's own business. */
type Way = (client: RawClient, isRight: boolean) => Promise<unknown[]>;

const WAYS: Record<string, Way> = {
  ticket: async (client, isRight) => {
    await challenged(client, "ticket", { authid: "joe" });
    return [5, isRight ? `${MARK}-ticket` : `${MARK}-wrong`, {}];
  },
  wampcra: async (client, isRight) => {
    const extra = await challenged(client, "wampcra", { authid: "joe" });
    const secret = isRight ? `${MARK}-secret` : `${MARK}-wrong`;
    return [5, craSignature(secret, extra), {}];
  },
  "salted wampcra": async (client, isRight) => {
    const extra = await challenged(client, "wampcra", { authid: "salty" });
    const secret = isRight ? `${MARK}-salted` : `${MARK}-wrong`;
    return [5, craSignature(secret, extra), {}];
  },
  "wamp-scram": async (client, isRight) => {
    const authextra = { nonce: NONCE };
    const who = { authid: "joe", authextra };
    const extra = await challenged(client, "wamp-scram", who);
    const password = isRight ? `${MARK}-password` : `${MARK}-wrong`;
    const options = { authid: "joe", password, clientNonce: NONCE };
    const { proof } = await scramAnswer(options, extra);
    return [5, proof, { nonce: extra.nonce }];
  },
  cryptosign: async (client, isRight) => {
    const challenge = "44".repeat(32);
    const authextra = { pubkey: KEY.publicKey, challenge };
    const extra = await challenged(client, "cryptosign", { authextra });
    return [5, KEY.sign(isRight ? extra.challenge : challenge), {}];
  },
};

/** All messages that come until the connection ends, or one of that type. */
async function receiveUntil(
  client: RawClient,
  code: number,
): Promise<unknown[]> {
  const messages: unknown[] = [];
  while (true) {
    const message = await client.receive();
    messages.push(message);
    if (message[0] === code) return messages;
  }
}

async function tryEveryWay(router: Scenario): Promise<unknown[]> {
  const received: unknown[] = [];
  for (const way of Object.values(WAYS)) {
    for (const isRight of [true, false]) {
      const client = await router.open();
      await client.send(await way(client, isRight));
      received.push(...await receiveUntil(client, isRight ? 2 : 3));
    }
  }
  return received;
}

for (const revealsUnknownAuthid of [false, true]) {
  for (const debug of [false, true]) {
    scenario(
      `AU-10: no secret comes out in messages, logs or inspections${
        debug ? ", with debug" : ""
      }${revealsUnknownAuthid ? ", with unknown authids told" : ""}`,
      async (router) => {
        const received = await tryEveryWay(router);
        assertEquals(
          received.filter((message) => (message as number[])[0] === 2).length,
          Object.keys(WAYS).length,
        );
        const { running, log } = router.server;
        const shown = [
          JSON.stringify(received),
          JSON.stringify(log),
          Deno.inspect(running, INSPECTION),
          Deno.inspect(router.server, INSPECTION),
          JSON.stringify(running.inventory()),
        ];
        for (const text of shown) {
          for (const secret of secrets()) {
            assert(!text.includes(secret), excerpt(text, secret));
          }
        }
        assert(log.length > 0);
      },
      withAuth({ ...AUTH, revealsUnknownAuthid }, { debug }),
    );
  }
}

const INSPECTION = { depth: 20, showHidden: true, iterableLimit: 1e6 };

function excerpt(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 200), at + 200);
}

scenario(
  "AU-10: what an authenticator knows of a secret does not come out either",
  async (router) => {
    const callee = await router.open();
    await callee.hello({ ...helloDetails(), authmethods: ["anonymous"] });
    await callee.register("com.authenticate");
    for (const isRight of [true, false]) {
      const client = await router.open();
      const hello = sendHello(client, "wampcra", { authid: "joe" });
      const invocation = await callee.receive();
      await callee.send([70, invocation[1], {}, [{
        role: "user",
        secret: `${MARK}-dynamic`,
        extra: { motto: "public" },
      }]]);
      const [, , extra] = await hello;
      const secret = isRight ? `${MARK}-dynamic` : `${MARK}-wrong`;
      await client.send([5, craSignature(secret, extra), {}]);
      const received = await receiveUntil(client, isRight ? 2 : 3);
      assert(!JSON.stringify([extra, received]).includes(MARK));
    }
    assert(!JSON.stringify(router.server.log).includes(MARK));
  },
  withAuth({
    anonymous: { role: "guest" },
    dynamic: {
      wampcra: {
        authenticator: "com.authenticate",
        realm: undefined,
        defaultRole: undefined,
      },
    },
  }, { debug: true }),
);

Deno.test("AU-10: a secret of the config shows in no text that is made of it", () => {
  const config: Partial<RouterConfig> = {
    transports: [{ rawsocket: { auth: { ...AUTH, implied: false } } }],
    // deno-lint-ignore no-explicit-any
  } as any;
  const secret = new Secret(`${MARK}-text`);
  for (
    const text of [
      JSON.stringify(config),
      Deno.inspect(config, INSPECTION),
      `${secret}`,
      String(new Error(`${secret}`)),
      Deno.inspect(secret, INSPECTION),
      JSON.stringify({ secret }),
    ]
  ) {
    assert(!text.includes(MARK), text);
    assert(!text.includes(ROUTER_KEY), text);
  }
  assertEquals(secret.reveal(), `${MARK}-text`);
});
