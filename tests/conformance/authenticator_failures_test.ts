/** Procedures that authenticate, and fail (checklist DY-03, AU-12). */
import { assertEquals } from "@std/assert";
import { challenged, refusedFor } from "../support/login.ts";
import { withAuth } from "../support/principals.ts";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import { until } from "../support/until.ts";
import { type Scenario, scenario } from "../support/scenario.ts";
import {
  asked,
  authenticator,
  FAILED,
  KEY,
  NONCE,
  question,
} from "./_authenticator.ts";

/** The client hangs up, and the router has seen it. */
async function gone(router: Scenario, client: RawClient): Promise<void> {
  const before = router.server.running.inventory().connections;
  client.close();
  const { running } = router.server;
  await until(() => running.inventory().connections < before);
}

/** What an authenticator may not return, by method. */
const GARBAGE: [
  method: "ticket" | "wampcra" | "scram" | "cryptosign",
  what: string,
  payload: unknown[],
  reason: string,
][] = [
  ["ticket", "nothing", [], FAILED],
  ["ticket", "null", [[null]], FAILED],
  ["ticket", "a number", [[5]], FAILED],
  ["ticket", "a list", [[["user"]]], FAILED],
  ["ticket", "keywords only", [[], { role: "user" }], FAILED],
  ["ticket", "a role that is a number", [[{ role: 1 }]], FAILED],
  ["ticket", "a realm that is a list", [[{ role: "user", realm: [] }]], FAILED],
  [
    "ticket",
    "an authid that is a dict",
    [[{ role: "user", authid: {} }]],
    FAILED,
  ],
  ["ticket", "an extra that is text", [[{ role: "user", extra: "x" }]], FAILED],
  ["ticket", "no role", [[{}]], "wamp.error.no_such_role"],
  [
    "ticket",
    "a role that the realm lacks",
    [["boss"]],
    "wamp.error.no_such_role",
  ],
  [
    "ticket",
    "a realm that is not there",
    [[{ role: "user", realm: "realm9" }]],
    "wamp.error.no_such_realm",
  ],
  ["wampcra", "no secret", [["user"]], FAILED],
  [
    "wampcra",
    "a secret that is a number",
    [[{ role: "user", secret: 1 }]],
    FAILED,
  ],
  [
    "wampcra",
    "half a salting",
    [[{ role: "user", secret: "s", salt: "x" }]],
    FAILED,
  ],
  [
    "wampcra",
    "rounds without end",
    [[{ role: "user", secret: "s", salt: "x", keylen: 32, iterations: 1e15 }]],
    FAILED,
  ],
  ["wampcra", "a derived secret of another length", [[{
    role: "user",
    derived_secret: "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=",
    salt: "x",
    keylen: 16,
    iterations: 1,
  }]], FAILED],
  ["scram", "no keys", [[{ role: "user", kdf: "pbkdf2" }]], FAILED],
  ["cryptosign", "no key", [["user"]], FAILED],
  [
    "cryptosign",
    "a key that is none",
    [[{ role: "user", pubkey: "x" }]],
    FAILED,
  ],
];

for (const [method, what, payload, reason] of GARBAGE) {
  scenario(
    `DY-03: ${method}: ${what} ends the login with ${reason}`,
    async (router) => {
      const callee = await authenticator(router);
      const client = await router.open();
      await client.send([1, "realm1", {
        ...helloDetails(),
        authmethods: [method === "scram" ? "wamp-scram" : method],
        authid: "joe",
        authextra: { nonce: NONCE, pubkey: KEY.publicKey },
      }]);
      if (method === "ticket") {
        assertEquals((await client.receive())[0], 4);
        await client.send([5, "t", {}]);
      }
      const { answer } = await question(callee);
      await answer(...payload);
      await client.expectAbort(reason);
    },
    withAuth(asked(method)),
  );
}

scenario(
  "DY-03: an application error becomes the reason, with its first argument as text",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const { refuse } = await question(callee);
    await refuse("com.example.error.account_locked", ["ask the office"]);
    const abort = await client.expectAbort("com.example.error.account_locked");
    assertEquals(abort[1].message, "ask the office");
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-03 AU-06: where nobody serves the procedure the login has failed",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await refusedFor(client, "t", FAILED);
    assertEquals(router.server.running.counted("logins_failed"), 1);
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-03: where the authenticator disappears the login has failed",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    await question(callee);
    callee.close();
    await client.expectAbort(FAILED);
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-03: an authenticator that does not answer in time is not waited for",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const { answer } = await question(callee);
    await client.expectAbort(FAILED);
    const { authenticatorCalls, pendingCalls } = router.server.running
      .inventory();
    assertEquals([authenticatorCalls, pendingCalls], [0, 0]);
    // Late, and to no effect.
    await answer(["user"]);
    await callee.expectNothing();
  },
  withAuth(asked("ticket"), { limits: { authenticatorTimeoutMs: 100 } }),
);

scenario(
  "DY-03: beyond the number that may be asked at a time, logins are refused",
  async (router) => {
    const callee = await authenticator(router);
    const waiting: RawClient[] = [];
    for (let i = 0; i < 2; i++) {
      const client = await router.open();
      await challenged(client, "ticket", { authid: `u${i}` });
      await client.send([5, "t", {}]);
      waiting.push(client);
    }
    const questions = [await question(callee), await question(callee)];
    const third = await router.open();
    await challenged(third, "ticket", { authid: "u3" });
    await refusedFor(third, "t", FAILED);
    for (const { answer } of questions) await answer(["user"]);
    for (const client of waiting) {
      assertEquals((await client.receive())[0], 2);
    }
  },
  withAuth(asked("ticket"), { limits: { maxAuthenticatorCalls: 2 } }),
);

scenario(
  "AU-12: a client that is gone while its authenticator runs is not joined",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const { answer } = await question(callee);
    await gone(router, client);
    await answer(["user"]);
    await callee.expectNothing();
    const { sessions, authenticatorCalls } = router.server.running.inventory();
    assertEquals([sessions, authenticatorCalls], [1, 0]);
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-03 AU-12: clients that hang up keep their places until the authenticator has answered",
  async (router) => {
    const callee = await authenticator(router);
    const questions = [];
    for (let i = 0; i < 2; i++) {
      const client = await router.open();
      await challenged(client, "ticket", { authid: `u${i}` });
      await client.send([5, "t", {}]);
      questions.push(await question(callee));
      await gone(router, client);
    }
    const { running } = router.server;
    assertEquals(running.inventory().authenticatorCalls, 2);
    const third = await router.open();
    await challenged(third, "ticket", { authid: "u3" });
    await refusedFor(third, "t", FAILED);
    // Nobody has been asked about it, and one place is free again.
    await questions[0].answer(["user"]);
    await callee.expectNothing();
    assertEquals(running.inventory().authenticatorCalls, 1);
    const fourth = await router.open();
    await challenged(fourth, "ticket", { authid: "u4" });
    await fourth.send([5, "t", {}]);
    await (await question(callee)).answer(["user"]);
    assertEquals((await fourth.receive())[0], 2);
    // Those of an authenticator that goes away are free, too.
    await gone(router, callee);
    await until(() => running.inventory().authenticatorCalls === 0);
  },
  withAuth(asked("ticket"), { limits: { maxAuthenticatorCalls: 2 } }),
);

scenario(
  "DY-03 AU-12: a place is given back when the time is up, for one that has hung up as well",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    await question(callee);
    await gone(router, client);
    const { running } = router.server;
    assertEquals(running.inventory().authenticatorCalls, 1);
    await until(() => running.inventory().authenticatorCalls === 0);
    // It is not a guess, whoever hung up.
    assertEquals(running.counted("logins_denied"), 0);
  },
  withAuth(asked("ticket"), {
    limits: { maxAuthenticatorCalls: 1, authenticatorTimeoutMs: 200 },
  }),
);

scenario(
  "SL-02 PV-02: ABORT and broken messages count while an authenticator runs; the rest waits",
  async (router) => {
    const callee = await authenticator(router);
    const rows: [message: unknown[], ends: "silence" | "violation"][] = [
      [[3, {}, "com.gave_up"], "silence"],
      [[5, "t"], "violation"],
      [[99], "violation"],
    ];
    for (const [message, ends] of rows) {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe" });
      await client.send([5, "t", {}]);
      const { answer } = await question(callee);
      await client.send(message);
      if (ends === "silence") await client.expectClosed();
      else await client.expectAbort("wamp.error.protocol_violation");
      await answer(["user"]);
      await callee.expectNothing();
    }
    assertEquals(router.server.running.inventory().sessions, 1);
  },
  withAuth(asked("ticket")),
);

scenario(
  "SL-02: a client that sends too much before WELCOME broke the protocol",
  async (router) => {
    const callee = await authenticator(router);
    const many = Array.from({ length: 17 }, (_, i) => [48, i + 1, {}, "com.p"]);
    const large = [[48, 1, {}, "com.p", ["x".repeat(70_000)]]];
    for (const messages of [many, large]) {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe" });
      await client.send([5, "t", {}]);
      const { answer } = await question(callee);
      for (const message of messages) await client.send(message);
      await client.expectAbort("wamp.error.protocol_violation");
      await answer(["user"]);
    }
    await callee.expectNothing();
  },
  withAuth(asked("ticket")),
);

scenario(
  "FR-07: a PING is answered while an authenticator runs",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const { answer } = await question(callee);
    await client.sendFrame(1, Uint8Array.of(7));
    assertEquals([...(await client.readFrame()).payload], [7]);
    await answer(["user"]);
    assertEquals((await client.receive())[0], 2);
  },
  withAuth(asked("ticket")),
);
