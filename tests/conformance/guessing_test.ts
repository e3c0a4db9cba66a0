/** How often a client may guess, whoever says that it was wrong (checklist AU-10, DY-03). */
import { assertEquals } from "@std/assert";
import type { AuthConfig } from "../../src/auth/methods.ts";
import {
  challenged,
  DENIED,
  refusedFor,
  scramAnswer,
  welcomedBy,
  type WireDict,
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
import { openRealm } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import {
  asked,
  authenticator,
  dynamic,
  FAILED,
  KEY,
  NONCE,
  question,
} from "./_authenticator.ts";

type Method = "ticket" | "wampcra" | "scram" | "cryptosign";

const ALLOWED = 2;
const OTHER_KEY = "66".repeat(32);
const METHODS: readonly Method[] = ["ticket", "wampcra", "scram", "cryptosign"];
const ALL: Partial<AuthConfig> = {
  ticket: { principals: [ticketOf("joe", "right")] },
  wampcra: { principals: [userOf("joe", "right")] },
  scram: { principals: [scramOf("joe", "right")] },
  cryptosign: { principals: [keysOf("joe", [OTHER_KEY])] },
};
/** No answer of any method. */
const WRONG = "AAAA";

/** HELLO of a client that says it is joe. */
async function hello(router: Scenario, method: string): Promise<RawClient> {
  const client = await router.open();
  await client.send([1, "realm1", {
    ...helloDetails(),
    authmethods: [method === "scram" ? "wamp-scram" : method],
    authid: "joe",
    authextra: { nonce: NONCE, pubkey: KEY.publicKey },
  }]);
  return client;
}

/** Whether a login has to wait now, at HELLO or at AUTHENTICATE. */
async function mustWait(router: Scenario, method: string): Promise<boolean> {
  const { running } = router.server;
  const refused = running.counted("logins_refused");
  const client = await hello(router, method);
  const answered = client.receive().then(async ([code]) => {
    if (code === 4) await client.send([5, WRONG, {}]);
  }, () => {});
  await until(() =>
    running.counted("logins_delayed") > 0 ||
    running.counted("logins_refused") > refused
  );
  client.close();
  await answered;
  return running.counted("logins_delayed") > 0;
}

const LIMITED = { limits: { maxAuthFailures: ALLOWED } };

for (const method of METHODS) {
  scenario(
    `AU-10: ${method}: wrong answers are counted`,
    async (router) => {
      for (let i = 0; i < ALLOWED; i++) {
        const client = await hello(router, method);
        assertEquals((await client.receive())[0], 4);
        await refusedFor(client, WRONG, DENIED);
      }
      assertEquals(await mustWait(router, method), true);
    },
    withAuth(ALL, LIMITED),
  );

  scenario(
    `AU-10: ${method}: clients that hang up at the CHALLENGE have guessed nothing`,
    async (router) => {
      for (let i = 0; i < 3 * ALLOWED; i++) {
        const client = await hello(router, method);
        assertEquals((await client.receive())[0], 4);
        client.close();
      }
      assertEquals(await mustWait(router, method), false);
    },
    withAuth(ALL, LIMITED),
  );
}

/** A router that asks about `method`, and the session of whom it asks. */
function askedFor(method: "anonymous" | Method): Partial<AuthConfig> {
  return method === "anonymous"
    ? {
      anonymous: undefined,
      ticket: { principals: [ticketOf("auth", "t", { realm: "realm2" })] },
      dynamic: { anonymous: dynamic() },
    }
    : asked(method);
}

async function answerer(
  router: Scenario,
  method: "anonymous" | Method,
): Promise<RawClient> {
  if (method !== "anonymous") return await authenticator(router);
  const callee = await router.open();
  await challenged(callee, "ticket", { authid: "auth", realm: "realm2" });
  await welcomedBy(callee, "t");
  await callee.register("com.authenticate");
  return callee;
}

/** One login up to the question about it. */
async function ask(
  router: Scenario,
  method: "anonymous" | Method,
  callee: RawClient,
): Promise<[client: RawClient, asked: WireDict]> {
  const client = await hello(router, method);
  if (method === "ticket") {
    assertEquals((await client.receive())[0], 4);
    await client.send([5, "guess", {}]);
  }
  return [client, await question(callee)];
}

/** What an authenticator says to a guess. */
const NOS: [what: string, answer: (asked: WireDict) => Promise<void>][] = [
  ["an error of its own", (a) => a.refuse("com.example.invalid_ticket", ["x"])],
  ["one of the protocol's", (a) => a.refuse("wamp.error.no_such_role")],
  ["an exception", (a) => a.refuse("wamp.error.runtime_error", ["no!"])],
  ["our own word for what broke", (a) => a.refuse(FAILED)],
  ["an error that is no URI", (a) => a.refuse("not a uri")],
  ["null", (a) => a.answer([null])],
  ["false", (a) => a.answer([false])],
];

for (const method of ["anonymous", ...METHODS] as const) {
  for (const [what, answer] of NOS) {
    scenario(
      `DY-03 AU-10: ${method}: an authenticator's no is counted, be it ${what}`,
      async (router) => {
        const callee = await answerer(router, method);
        for (let i = 0; i < ALLOWED; i++) {
          const [client, asked] = await ask(router, method, callee);
          await answer(asked);
          assertEquals((await client.receive())[0], 3);
        }
        assertEquals(await mustWait(router, method), true);
        await callee.expectNothing();
      },
      withAuth(askedFor(method), LIMITED),
    );
  }

  scenario(
    `DY-03 AU-10: ${method}: what an authenticator does wrong is no guess`,
    async (router) => {
      const missing = await hello(router, method);
      if (method === "ticket") {
        await missing.receive();
        await missing.send([5, "guess", {}]);
      }
      await missing.expectAbort(FAILED);
      const callee = await answerer(router, method);
      for (const nonsense of [5, [], { role: 1 }, {}, "boss"]) {
        const [client, { answer }] = await ask(router, method, callee);
        await answer([nonsense]);
        assertEquals((await client.receive())[0], 3);
      }
      const [client] = await ask(router, method, callee);
      callee.close();
      await client.expectAbort(FAILED);
      assertEquals(router.server.running.counted("logins_denied"), 0);
    },
    withAuth(askedFor(method), LIMITED),
  );

  scenario(
    `DY-03 AU-10: ${method}: a guess is counted when its client hangs up before the no`,
    async (router) => {
      const callee = await answerer(router, method);
      for (let i = 0; i < ALLOWED; i++) {
        const [client, { refuse }] = await ask(router, method, callee);
        const { running } = router.server;
        client.close();
        await until(() => running.inventory().connections === 1);
        await refuse("com.example.invalid_ticket");
        await until(() => running.counted("logins_denied") === i + 1);
      }
      assertEquals(await mustWait(router, method), true);
    },
    withAuth(askedFor(method), LIMITED),
  );
}

scenario(
  "AU-10: names that SCRAM takes for one are counted as one, and are one session's authid",
  async (router) => {
    // The soft hyphen is nothing to it.
    const names = ["joe", "j\u00ADoe", "\u00ADj\u00ADo\u00ADe"];
    const who = { authextra: { nonce: NONCE } };
    for (const authid of names) {
      const client = await router.open("msgpack", "unix");
      const extra = await challenged(client, "wamp-scram", { ...who, authid });
      const { proof } = await scramAnswer(
        { authid, password: "right", clientNonce: NONCE },
        extra,
      );
      const { nonce } = extra;
      const details = await welcomedBy(client, proof, { nonce });
      assertEquals(details.authid, "joe");
    }
    for (const authid of names.slice(0, ALLOWED)) {
      const client = await router.open("json", "unix");
      await challenged(client, "wamp-scram", { ...who, authid });
      await refusedFor(client, WRONG, DENIED);
    }
    const client = await router.open("cbor", "unix");
    await challenged(client, "wamp-scram", { ...who, authid: names[2] });
    await client.send([5, WRONG, {}]);
    const { running } = router.server;
    await until(() => running.counted("logins_delayed") === 1);
  },
  withAuth(ALL, { ...LIMITED, kinds: ["unix"] }),
);

scenario(
  "AU-10 auto_realms: a name is counted as one in all realms that come about",
  async (router) => {
    for (let i = 0; i < ALLOWED + 1; i++) {
      const client = await router.open("json", "unix");
      const realm = `tenant.t${i}`;
      await challenged(client, "ticket", { authid: "joe", realm });
      if (i < ALLOWED) await refusedFor(client, WRONG, DENIED);
      else await client.send([5, WRONG, {}]);
    }
    const { running } = router.server;
    await until(() => running.counted("logins_delayed") === 1);
  },
  withAuth(ALL, {
    ...LIMITED,
    kinds: ["unix"],
    autoRealms: {
      prefix: "tenant.",
      maxRealms: 10,
      template: openRealm("tenant.*", ["user"]),
    },
  }),
);
