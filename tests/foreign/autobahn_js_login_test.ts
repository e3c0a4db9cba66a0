/** Autobahn|JS logs in by each method that it has. */
import autobahn from "autobahn";
import { assertEquals } from "@std/assert";
import { keysOf, ticketOf, userOf, withAuth } from "../support/principals.ts";
import { KINDS, test } from "./_each_kind.ts";
import { AutobahnClient, type Login } from "./autobahn_js.ts";

const { auth_cra: cra, auth_cryptosign: cryptosign, nacl, util } = autobahn;

/** Of RFC 8032's tests. */
const PRIVATE_KEY =
  "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY =
  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const OTHER_PRIVATE_KEY =
  "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

const AUTH = withAuth({
  ticket: { principals: [ticketOf("joe", "open-sesame")] },
  wampcra: {
    principals: [
      userOf("joe", "Grüße, 世界"),
      userOf("salty", "secret1", {
        salting: { salt: "salt123", iterations: 100, keylen: 32 },
      }),
    ],
  },
  cryptosign: { principals: [keysOf("joe", [PUBLIC_KEY])] },
});

/** Each with the numbers of what it shows, a right and a wrong secret. */
const METHODS: readonly {
  readonly numbers: string;
  readonly method: string;
  readonly authid: string;
  readonly right: string;
  readonly wrong: string;
  readonly logIn: (secret: string) => Omit<Login, "authmethods" | "authid">;
}[] = [
  {
    numbers: "TK-02, TK-03",
    method: "ticket",
    authid: "joe",
    right: "open-sesame",
    wrong: "open-barley",
    logIn: (secret) => ({ onchallenge: () => secret }),
  },
  {
    numbers: "CR-04",
    method: "wampcra",
    authid: "joe",
    right: "Grüße, 世界",
    wrong: "Grüße, Welt",
    logIn: answerCra,
  },
  {
    numbers: "CR-05, CR-06",
    method: "wampcra",
    authid: "salty",
    right: "secret1",
    wrong: "secret2",
    logIn: answerCra,
  },
  {
    numbers: "CS-04, CS-05",
    method: "cryptosign",
    authid: "joe",
    right: PRIVATE_KEY,
    wrong: OTHER_PRIVATE_KEY,
    logIn: (secret) => {
      const pair = nacl.sign.keyPair.fromSeed(util.htob(secret));
      return {
        authextra: { pubkey: cryptosign.public_key(pair) },
        onchallenge: (_session, _method, extra) =>
          cryptosign.sign_challenge(pair, extra),
      };
    },
  },
];

for (const kind of KINDS) {
  for (const { numbers, method, authid, right, wrong, logIn } of METHODS) {
    const loginWith = (secret: string): Login => ({
      authmethods: [method],
      authid,
      ...logIn(secret),
    });

    test(
      kind,
      `${numbers}: ${authid} joins by ${method}`,
      async (server) => {
        const login = loginWith(right);
        const client = await AutobahnClient.join(server.address(kind), login);
        const { authid: known, authrole, authmethod } = client.details;
        assertEquals([known, authrole, authmethod], [authid, "user", method]);
        const { reason } = await client.leave();
        assertEquals(reason, "wamp.close.goodbye_and_out");
      },
      AUTH,
    );

    test(
      kind,
      `${numbers}: ${authid} is refused by ${method} with a wrong secret`,
      async (server) => {
        const login = loginWith(wrong);
        const client = new AutobahnClient(server.address(kind), { login });
        const { reason } = await client.end();
        assertEquals(reason, "wamp.error.authentication_denied");
      },
      AUTH,
    );
  }
}

function answerCra(secret: string): Pick<Login, "onchallenge"> {
  return {
    onchallenge(_session, _method, { challenge, salt, iterations, keylen }) {
      const key = salt === undefined
        ? secret
        : cra.derive_key(secret, salt, iterations, keylen);
      return cra.sign(key, challenge);
    },
  };
}
