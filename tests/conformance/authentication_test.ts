/** What all methods of authentication have in common (checklist §6.1). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  challenged,
  clientKey,
  craSignature,
  DENIED,
  refusedFor,
  scramAnswer,
  sendHello,
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
import {
  expectViolation,
  scenario,
  sendTogether,
} from "../support/scenario.ts";

const KEY = clientKey("55".repeat(32));
const NONCE = "egVDf3DMJh0=";

/** One principal for each method, joe, and anonymous sessions as guests. */
const ALL = {
  anonymous: { role: "guest" },
  ticket: { principals: [ticketOf("joe", "ticket!")] },
  wampcra: { principals: [userOf("joe", "secret1")] },
  scram: { principals: [scramOf("joe", "pencil")] },
  cryptosign: { principals: [keysOf("joe", [KEY.publicKey])] },
};

const ROUTER = withAuth(ALL);

/** HELLO.Details.authextra that does for every method. */
const AUTHEXTRA = { nonce: NONCE, pubkey: KEY.publicKey };

/** How a client of each method answers a challenge rightly. */
const RIGHT: Record<string, (extra: WireDict) => Promise<[string, WireDict]>> =
  {
    ticket: () => Promise.resolve(["ticket!", {}]),
    wampcra: (extra) => Promise.resolve([craSignature("secret1", extra), {}]),
    "wamp-scram": async (extra) => {
      const options = { authid: "joe", password: "pencil", clientNonce: NONCE };
      const { proof } = await scramAnswer(options, extra);
      return [proof, { nonce: extra.nonce }];
    },
    cryptosign: ({ challenge }) => Promise.resolve([KEY.sign(challenge), {}]),
  };

const METHODS = Object.keys(RIGHT);

/** The first method of these that is served: which one CHALLENGE names. */
const ORDERS: [number: string, offer: string[], taken: string][] = [
  ["AU-01", ["ticket", "wampcra", "cryptosign"], "ticket"],
  ["AU-01", ["cryptosign", "wampcra", "ticket"], "cryptosign"],
  ["AU-01", ["wamp-scram", "ticket"], "wamp-scram"],
  ["AU-01", ["wampcra", "anonymous"], "wampcra"],
  ["AU-04", ["telepathy", "", "constructor", "wampcra"], "wampcra"],
];

for (const [number, offer, taken] of ORDERS) {
  scenario(
    `${number}: of ${JSON.stringify(offer)} the router takes ${taken}`,
    async (router) => {
      const client = await router.open();
      const details = {
        ...helloDetails(),
        authmethods: offer,
        authid: "joe",
        authextra: AUTHEXTRA,
      };
      const challenge = await client.request([1, "realm1", details]);
      assertEquals(challenge.slice(0, 2), [4, taken]);
    },
    ROUTER,
  );
}

scenario(
  "AU-01: a method whose principals are all of other realms is not there for this one",
  async (router) => {
    for (const [realm, taken] of [["realm1", "guest"], ["realm2", "user"]]) {
      const client = await router.open();
      const details = {
        ...helloDetails(),
        authmethods: ["ticket", "anonymous"],
        authid: "joe",
      };
      await client.send([1, realm, details]);
      const answer = await client.receive();
      assertEquals(answer[0], taken === "guest" ? 2 : 4);
    }
  },
  withAuth({
    anonymous: { role: "guest" },
    ticket: { principals: [ticketOf("joe", "ticket!", { realm: "realm2" })] },
  }),
);

scenario(
  "AU-03: what is offered is nothing that the realm has",
  async (router) => {
    const client = await router.open();
    const abort = await sendHello(client, "ticket", { authid: "joe" });
    assertEquals(
      [abort[0], abort[2]],
      [3, "wamp.error.no_matching_auth_method"],
    );
    const other = await router.open();
    const anonymous = await sendHello(other, "anonymous", {});
    assertEquals(
      [anonymous[0], anonymous[2]],
      [3, "wamp.error.authentication_required"],
    );
  },
  withAuth({
    ticket: { principals: [ticketOf("joe", "ticket!", { realm: "realm2" })] },
    wampcra: { principals: [userOf("joe", "x")] },
  }),
);

for (const method of METHODS) {
  scenario(
    `AU-05 AU-11 HW-07: ${method}: CHALLENGE, AUTHENTICATE, WELCOME, and then the session works`,
    async (router) => {
      const client = await router.open();
      const who = { authid: "joe", authextra: AUTHEXTRA };
      const extra = await challenged(client, method, who);
      const [signature, more] = await RIGHT[method](extra);
      const details = await welcomedBy(client, signature, more);
      assertEquals([details.authid, details.authrole, details.authmethod], [
        "joe",
        "user",
        method,
      ]);
      await client.expectNothing();
    },
    ROUTER,
  );

  scenario(
    `AU-07 AU-10: ${method}: an unknown authid and a wrong secret look alike`,
    async (router) => {
      const ends: WireDict[] = [];
      for (const authid of ["joe", "mallory"]) {
        const client = await router.open();
        const key = authid === "joe" ? KEY : clientKey("66".repeat(32));
        const authextra = { nonce: NONCE, pubkey: key.publicKey };
        const extra = await challenged(client, method, { authid, authextra });
        const wrong = method === "cryptosign" ? "00".repeat(96) : "AAAA";
        const more = { nonce: extra.nonce ?? "" };
        const [, details, reason, ...rest] = await refusedFor(
          client,
          wrong,
          DENIED,
          more,
        );
        const shape = Object.entries(extra).map(([name, value]) => [
          name,
          typeof value === "string" ? value.length : value,
        ]);
        // The text of WAMP-CRA holds the authid itself, and a session ID.
        const shown = method === "wampcra" ? Object.keys(extra) : shape;
        ends.push([shown, details, reason, rest]);
      }
      assertEquals(ends[0], ends[1]);
    },
    ROUTER,
  );

  scenario(
    `AU-07: ${method}: where the config lets it be told, an unknown authid is no_such_principal`,
    async (router) => {
      const client = await router.open();
      const authextra = { ...AUTHEXTRA, pubkey: "77".repeat(32) };
      const abort = await sendHello(client, method, {
        authid: "mallory",
        authextra,
      });
      assertEquals([abort[0], abort[2]], [3, "wamp.error.no_such_principal"]);
      await client.expectClosed();
    },
    withAuth({ ...ALL, revealsUnknownAuthid: true }),
  );
}

/** What is sent in place of AUTHENTICATE. */
const OUT_OF_TURN: [what: string, message: unknown[]][] = [
  ["HELLO", [1, "realm1", helloDetails()]],
  ["GOODBYE", [6, {}, "wamp.close.normal"]],
  ["SUBSCRIBE", [32, 1, {}, "com.topic"]],
  ["PUBLISH", [16, 1, {}, "com.topic"]],
  ["CALL", [48, 1, {}, "com.procedure"]],
  ["WELCOME", [2, 1, {}]],
  ["CHALLENGE", [4, "ticket", {}]],
];

for (const [what, message] of OUT_OF_TURN) {
  scenario(
    `AU-05: ${what} where AUTHENTICATE is due is a protocol violation`,
    async (router) => {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe" });
      await client.send(message);
      await expectViolation(client);
    },
    ROUTER,
  );
}

/** AUTHENTICATE with wrong elements (MF-02). */
const MALFORMED: [what: string, message: unknown[]][] = [
  ["without Extra", [5, "ticket!"]],
  ["without anything", [5]],
  ["with a signature that is a number", [5, 1, {}]],
  ["with a signature that is null", [5, null, {}]],
  ["with a signature that is a list", [5, ["ticket!"], {}]],
  ["with an Extra that is a list", [5, "ticket!", []]],
  ["with an Extra that is null", [5, "ticket!", null]],
  ["with a fourth element", [5, "ticket!", {}, 1]],
];

for (const [what, message] of MALFORMED) {
  scenario(
    `MF-02 AU-08: AUTHENTICATE ${what} is a protocol violation`,
    async (router) => {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe" });
      await client.send(message);
      await expectViolation(client);
    },
    ROUTER,
  );
}

scenario(
  "AU-08: AUTHENTICATE before a CHALLENGE is a protocol violation",
  async (router) => {
    const client = await router.open();
    await client.send([5, "ticket!", {}]);
    await expectViolation(client);
  },
  ROUTER,
);

scenario(
  "AU-08 PV-07: AUTHENTICATE twice is a protocol violation once the session stands",
  async (router) => {
    for (const method of ["ticket", "cryptosign"]) {
      const client = await router.open();
      const authextra = AUTHEXTRA;
      const extra = await challenged(client, method, {
        authid: "joe",
        authextra,
      });
      const [signature] = await RIGHT[method](extra);
      await sendTogether(client, [[5, signature, {}], [5, signature, {}]]);
      const welcome = await client.receive();
      assertEquals(welcome[0], 2);
      await expectViolation(client);
    }
  },
  ROUTER,
);

scenario(
  "AU-08: after a failure nothing that follows is looked at",
  async (router) => {
    for (const method of ["ticket", "cryptosign"]) {
      const client = await router.open();
      const authextra = AUTHEXTRA;
      const extra = await challenged(client, method, {
        authid: "joe",
        authextra,
      });
      const [right] = await RIGHT[method](extra);
      await sendTogether(client, [[5, "00".repeat(96), {}], [5, right, {}]]);
      await client.expectAbort(DENIED);
    }
  },
  ROUTER,
);

scenario("GB-01: a client that gives up gets no answer", async (router) => {
  const client = await router.open();
  await challenged(client, "ticket", { authid: "joe" });
  await client.send([3, {}, "wamp.error.cannot_authenticate"]);
  await client.expectClosed();
}, ROUTER);

scenario(
  "AU-09 SL-10: where AUTHENTICATE does not come in time the login has failed",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.expectAbort("wamp.error.authentication_failed");
    assertEquals(router.server.running.counted("logins_refused"), 0);
  },
  withAuth(ALL, { limits: { authenticateTimeoutMs: 100 } }),
);

scenario(
  "SL-13: a router that stops tells clients that are being challenged",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    const stopped = router.server.running.shutdown();
    await client.expectAbort("wamp.close.system_shutdown");
    await stopped;
  },
  ROUTER,
);

scenario(
  "FR-07: a PING is answered while a client is being challenged",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.sendFrame(1, Uint8Array.of(1, 2, 3));
    const { first, payload } = await client.readFrame();
    assertEquals([first & 7, [...payload]], [2, [1, 2, 3]]);
    await welcomedBy(client, "ticket!");
  },
  ROUTER,
);

scenario(
  "SL-02 OG-01: what a client sends behind AUTHENTICATE is handled behind WELCOME, in order",
  async (router) => {
    for (const method of METHODS) {
      const client = await router.open();
      const who = { authid: "joe", authextra: AUTHEXTRA };
      const extra = await challenged(client, method, who);
      const [signature, more] = await RIGHT[method](extra);
      const payload = "x".repeat(500);
      await sendTogether(client, [
        [5, signature, more],
        [32, 1, {}, "com.topic"],
        [16, 2, { exclude_me: false }, "com.topic", [payload]],
        [16, 3, { exclude_me: false, acknowledge: true }, "com.topic", [3]],
      ]);
      const codes: number[] = [];
      const events: unknown[] = [];
      while (codes.at(-1) !== 17) {
        const message = await client.receive();
        codes.push(message[0]);
        if (message[0] === 36) events.push(message[4][0]);
      }
      assertEquals(codes[0], 2, method);
      assertEquals(codes[1], 33, method);
      if (events.length < 2) events.push((await client.receive())[4][0]);
      assertEquals(events, [payload, 3], method);
    }
  },
  ROUTER,
);

scenario(
  "AU-10: a refusal is logged with address, method and reason, and counted",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await refusedFor(client, "wrong", DENIED);
    const { fields } = await router.server.logged("login refused");
    assertEquals(
      [fields["reason"], fields["authmethod"], fields["transport"]],
      [DENIED, "ticket", "tcp"],
    );
    assertMatch(`${fields["peer"]}`, /^127\.0\.0\.1:\d+$/);
    assertEquals(router.server.running.counted("logins_denied"), 1);
    assertEquals(router.server.running.counted("logins_refused"), 1);
  },
  ROUTER,
);

async function failTicket(client: RawClient, authid: string): Promise<void> {
  await challenged(client, "ticket", { authid });
  await refusedFor(client, "wrong", DENIED);
}

scenario(
  "AU-10: past the failures that are allowed an address must wait, and is turned away in the end",
  async (router) => {
    for (let i = 0; i < 2; i++) await failTicket(await router.open(), `u${i}`);
    const started = performance.now();
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await welcomedBy(client, "ticket!");
    assert(performance.now() - started >= 900, "it had to wait");
    assertEquals(router.server.running.counted("logins_delayed"), 1);
    // Ten wait a second each; one more would wait too long.
    const waiting = await Promise.all(
      Array.from({ length: 20 }, () => router.open()),
    );
    for (const one of waiting) {
      await challenged(one, "ticket", { authid: "joe" });
      await one.send([5, "ticket!", {}]);
    }
    await waiting[19].expectAbort(DENIED);
    assert(router.server.running.counted("logins_turned_away") > 0);
  },
  withAuth(ALL, { limits: { maxAuthFailures: 2 } }),
);
