/**
 * One method with principals of the config and an authenticator: who is named in
 * the config is judged by it, everyone else by the authenticator, and nobody can
 * tell which it was (checklist AU-07, AU-10, DY-01).
 */
import { assertEquals } from "@std/assert";
import type { AuthConfig } from "../../src/auth/methods.ts";
import {
  challenged,
  craSignature,
  DENIED,
  refusedFor,
  scramAnswer,
  welcomedBy,
  type WireDict,
} from "../support/login.ts";
import {
  keysOf,
  SCRAM_SALT,
  scramOf,
  ticketOf,
  userOf,
  withAuth,
} from "../support/principals.ts";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import { type Scenario, scenario } from "../support/scenario.ts";
import { clientKey } from "../support/login.ts";
import {
  authenticator,
  dynamic,
  FAILED,
  NONCE,
  question,
} from "./_authenticator.ts";

type Method = "ticket" | "wampcra" | "scram" | "cryptosign";

const METHODS: readonly Method[] = ["ticket", "wampcra", "scram", "cryptosign"];
const JOES_KEY = clientKey("55".repeat(32));
const ANNS_KEY = clientKey("66".repeat(32));
/** No answer of any method. */
const WRONG = "AAAA";

/** Joe is named in the config; ann is known to the authenticator. */
function both(more: Partial<AuthConfig> = {}): Partial<AuthConfig> {
  return {
    anonymous: { role: "guest", realm: "realm2" },
    ticket: { principals: [ticketOf("joe", "joes", { realm: "realm1" })] },
    wampcra: { principals: [userOf("joe", "joes", { realm: "realm1" })] },
    scram: { principals: [scramOf("joe", "joes", { realm: "realm1" })] },
    cryptosign: {
      principals: [keysOf("joe", [JOES_KEY.publicKey], { realm: "realm1" })],
    },
    dynamic: Object.fromEntries(METHODS.map((name) => [name, dynamic()])),
    ...more,
  };
}

interface Hello {
  readonly authid?: string;
  readonly realm?: string | null;
  readonly key?: string;
}

async function hello(
  router: Scenario,
  method: Method,
  { authid, realm = "realm1", key = JOES_KEY.publicKey }: Hello,
): Promise<RawClient> {
  const client = await router.open();
  await client.send([1, realm, {
    ...helloDetails(),
    authmethods: [method === "scram" ? "wamp-scram" : method],
    ...(authid !== undefined && { authid }),
    authextra: { nonce: NONCE, pubkey: key },
  }]);
  return client;
}

/** The right answer of one whose secret is `secret`. */
async function answerOf(
  method: Method,
  authid: string,
  secret: string,
  extra: WireDict,
): Promise<[signature: string, more: WireDict]> {
  switch (method) {
    case "ticket":
      return [secret, {}];
    case "wampcra":
      return [craSignature(secret, extra), {}];
    case "scram": {
      const options = { authid, password: secret, clientNonce: NONCE };
      const { proof } = await scramAnswer(options, extra);
      return [proof, { nonce: extra.nonce }];
    }
    case "cryptosign": {
      const key = secret === "joes" ? JOES_KEY : ANNS_KEY;
      return [key.sign(extra.challenge), {}];
    }
  }
}

/** What the authenticator says of one whose secret is "anns". */
function resultFor(method: Method): WireDict {
  const { storedKey, serverKey } = scramOf("ann", "anns");
  if ("path" in storedKey || "path" in serverKey) throw new Error("a path");
  return {
    ticket: { role: "user" },
    wampcra: { role: "user", secret: "anns" },
    scram: {
      role: "user",
      kdf: "pbkdf2",
      salt: SCRAM_SALT,
      iterations: 64,
      "stored-key": storedKey.reveal(),
      "server-key": serverKey.reveal(),
    },
    cryptosign: { role: "user", pubkey: ANNS_KEY.publicKey },
  }[method];
}

async function challengeOf(client: RawClient): Promise<WireDict> {
  const challenge = await client.receive();
  assertEquals(challenge[0], 4);
  return challenge[2];
}

for (const method of METHODS) {
  scenario(
    `DY-01: ${method}: joe is let in by the config and ann by the authenticator`,
    async (router) => {
      const callee = await authenticator(router);
      const joe = await hello(router, method, { authid: "joe" });
      const [proof, more] = await answerOf(
        method,
        "joe",
        "joes",
        await challengeOf(joe),
      );
      const joined = await welcomedBy(joe, proof, more);
      assertEquals([joined.authid, joined.authprovider], ["joe", "static"]);
      await callee.expectNothing();

      const ann = await hello(router, method, {
        authid: "ann",
        key: ANNS_KEY.publicKey,
      });
      const asks = method !== "ticket";
      if (asks) await (await question(callee)).answer([resultFor(method)]);
      const extra = await challengeOf(ann);
      const [signature, rest] = await answerOf(method, "ann", "anns", extra);
      await ann.send([5, signature, rest]);
      if (!asks) await (await question(callee)).answer([resultFor(method)]);
      const [code, , details] = await ann.receive();
      assertEquals(
        [code, details.authid, details.authprovider],
        [2, "ann", "dynamic"],
      );
    },
    withAuth(both()),
  );

  scenario(
    `AU-07 AU-10: ${method}: a wrong joe, a wrong ann and a stranger are challenged and refused alike`,
    async (router) => {
      const callee = await authenticator(router);
      const seen: unknown[] = [];
      for (const authid of ["joe", "ann", "eve"]) {
        const client = await hello(router, method, { authid });
        const say = async (): Promise<void> => {
          const { answer, refuse } = await question(callee);
          if (authid === "ann" && method !== "ticket") {
            await answer([resultFor(method)]);
          } else await refuse("com.example.unknown", [`no ${authid} here`]);
        };
        const isAsked = authid !== "joe";
        if (isAsked && method !== "ticket") await say();
        const extra = await challengeOf(client);
        const more = method === "scram" ? { nonce: extra.nonce } : {};
        await client.send([5, WRONG, more]);
        if (isAsked && method === "ticket") await say();
        const abort = await client.expectAbort(DENIED);
        const challenge = method === "wampcra"
          ? JSON.parse(extra.challenge)
          : {};
        seen.push([
          Object.keys(extra).sort(),
          Object.keys(challenge),
          challenge.authprovider,
          challenge.authrole,
          abort,
        ]);
      }
      assertEquals(seen[1], seen[0]);
      assertEquals(seen[2], seen[0]);
      await callee.expectNothing();
      assertEquals(router.server.running.counted("logins_denied"), 3);
      // The log alone has the authenticator's word.
      const { fields } = await router.server.logged(
        "no eve here (com.example.unknown)",
      );
      assertEquals(
        [fields["reason"], fields["authid"], fields["authmethod"]],
        [DENIED, "eve", method === "scram" ? "wamp-scram" : method],
      );
    },
    withAuth(both()),
  );

  scenario(
    `DY-01: ${method}: the authenticator is never asked about joe, whatever realm he names`,
    async (router) => {
      const callee = await authenticator(router);
      for (const realm of ["realm1", "realm2", null]) {
        const client = await hello(router, method, { authid: "joe", realm });
        const [code] = await client.receive();
        if (code === 4) await refusedFor(client, WRONG, DENIED);
      }
      await callee.expectNothing();
    },
    withAuth(both()),
  );

  scenario(
    `DY-03: ${method}: in a realm that no principal of the config can join, the authenticator's word is passed on`,
    async (router) => {
      const callee = await authenticator(router);
      const client = await hello(router, method, {
        authid: "ann",
        realm: "realm2",
      });
      if (method === "ticket") {
        await challengeOf(client);
        await client.send([5, WRONG, {}]);
      }
      await (await question(callee)).refuse("com.example.unknown", ["no ann"]);
      const abort = await client.expectAbort("com.example.unknown");
      assertEquals(abort[1].message, "no ann");
    },
    withAuth(both()),
  );

  scenario(
    `DY-03: ${method}: reveal_unknown_authid passes the authenticator's word on, too`,
    async (router) => {
      const callee = await authenticator(router);
      const client = await hello(router, method, { authid: "ann" });
      if (method === "ticket") {
        await challengeOf(client);
        await client.send([5, WRONG, {}]);
      }
      await (await question(callee)).refuse("com.example.unknown", ["no ann"]);
      await client.expectAbort("com.example.unknown");
    },
    withAuth(both({ revealsUnknownAuthid: true })),
  );

  scenario(
    `AU-06: ${method}: without its authenticator the config's principals still get in, and others fail`,
    async (router) => {
      const joe = await hello(router, method, { authid: "joe" });
      const [proof, more] = await answerOf(
        method,
        "joe",
        "joes",
        await challengeOf(joe),
      );
      await welcomedBy(joe, proof, more);
      const ann = await hello(router, method, { authid: "ann" });
      if (method === "ticket") {
        await challengeOf(ann);
        await ann.send([5, "anns", {}]);
      }
      await ann.expectAbort(FAILED);
    },
    withAuth(both()),
  );
}

scenario(
  "DY-01 CS-02: without an authid a key of the config is the config's, another one the authenticator's",
  async (router) => {
    const callee = await authenticator(router);
    const joe = await hello(router, "cryptosign", {});
    const { challenge } = await challengeOf(joe);
    const details = await welcomedBy(joe, JOES_KEY.sign(challenge));
    assertEquals([details.authid, details.authprovider], ["joe", "static"]);
    await callee.expectNothing();
    const ann = await hello(router, "cryptosign", { key: ANNS_KEY.publicKey });
    const { args, answer } = await question(callee);
    assertEquals(args[1], null);
    await answer([{ ...resultFor("cryptosign"), authid: "ann" }]);
    const extra = await challengeOf(ann);
    const joined = await welcomedBy(ann, ANNS_KEY.sign(extra.challenge));
    assertEquals([joined.authid, joined.authprovider], ["ann", "dynamic"]);
  },
  withAuth(both()),
);

scenario(
  "DY-01: anonymous clients join one realm by the config, and are asked about for others",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await client.send([1, "realm1", helloDetails()]);
    await (await question(callee)).answer(["user"]);
    const [, , details] = await client.receive();
    assertEquals(
      [details.authrole, details.authprovider],
      ["user", "dynamic"],
    );
  },
  withAuth(both({ dynamic: { anonymous: dynamic() } })),
);

scenario(
  "DY-01 TK-01: an authid is needed in both forms",
  async (router) => {
    for (const method of ["ticket", "wampcra", "wamp-scram"]) {
      const client = await router.open();
      await client.send([1, "realm1", {
        ...helloDetails(),
        authmethods: [method],
        authextra: { nonce: NONCE },
      }]);
      await client.expectAbort("wamp.error.no_such_principal");
    }
    // One that is there is challenged.
    await challenged(await router.open(), "ticket", { authid: "joe" });
  },
  withAuth(both()),
);
