/** The session's state machine (checklist SL, PV, GB) with a fake connection. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LoginMethod } from "../../src/auth/login_method.ts";
import type { QuotaTable } from "../../src/router/quota.ts";
import { type RouterMessage, SendOutcome } from "../../src/wamp/message.ts";
import { MessageCode, messageName } from "../../src/wamp/message_code.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import {
  CLIENT_MESSAGES,
  clientMessage,
  hello,
  SessionBench,
} from "./_fake_link.ts";

const VIOLATION = "wamp.error.protocol_violation";

/** Code, and the reason or error if there is one. */
function outline(messages: readonly RouterMessage[]): unknown[] {
  return messages.map((message) => {
    if ("reason" in message) return [message.code, message.reason];
    if ("error" in message) return [message.code, message.error];
    return [message.code];
  });
}

/** A session in each of its states. */
const STATES = {
  open: () => new SessionBench(),
  established: () => {
    const bench = new SessionBench();
    bench.join();
    return bench;
  },
  "shutting down": () => {
    const bench = new SessionBench();
    bench.join();
    bench.session.shutDown();
    bench.link.take();
    return bench;
  },
  closed: () => {
    const bench = new SessionBench();
    bench.receive(clientMessage(MessageCode.ABORT));
    return bench;
  },
};

const ABORTED = [[MessageCode.ABORT, VIOLATION]];

/**
 * What each message is answered in each state, and whether the connection
 * closes: the table of SL. What is not in it is a protocol violation.
 */
const ANSWERS: Record<
  keyof typeof STATES,
  Record<number, [answer: unknown[], closes: boolean]>
> = {
  open: {
    [MessageCode.HELLO]: [[[MessageCode.WELCOME]], false],
    [MessageCode.ABORT]: [[], true],
  },
  established: {
    [MessageCode.GOODBYE]: [
      [[MessageCode.GOODBYE, "wamp.close.goodbye_and_out"]],
      false,
    ],
    [MessageCode.ABORT]: [[], true],
    [MessageCode.PUBLISH]: [[[MessageCode.PUBLISHED]], false],
    [MessageCode.SUBSCRIBE]: [[[MessageCode.SUBSCRIBED]], false],
    [MessageCode.UNSUBSCRIBE]: [
      [[MessageCode.ERROR, "wamp.error.no_such_subscription"]],
      false,
    ],
    [MessageCode.CALL]: [
      [[MessageCode.ERROR, "wamp.error.no_such_procedure"]],
      false,
    ],
    [MessageCode.CANCEL]: [[], false],
    [MessageCode.REGISTER]: [[[MessageCode.REGISTERED]], false],
    [MessageCode.UNREGISTER]: [
      [[MessageCode.ERROR, "wamp.error.no_such_registration"]],
      false,
    ],
  },
  "shutting down": Object.fromEntries(
    CLIENT_MESSAGES.map(({ code }) => [
      code,
      [[], code === MessageCode.GOODBYE],
    ]),
  ),
  closed: Object.fromEntries(
    CLIENT_MESSAGES.map(({ code }) => [code, [[], true]]),
  ),
};

for (const state of Object.keys(STATES) as (keyof typeof STATES)[]) {
  for (const message of CLIENT_MESSAGES) {
    const [answer, closes] = ANSWERS[state][message.code] ?? [ABORTED, true];
    const what = answer.length === 0 ? "nothing" : JSON.stringify(answer);
    Deno.test(`SL-01 SL-04 SL-09 PV-06 GB-01: ${messageName(message.code)} to a session that is ${state} is answered ${what}`, () => {
      const bench = STATES[state]();
      bench.receive(message);
      assertEquals(outline(bench.link.take()), answer);
      assertEquals(bench.link.closed.length, closes ? 1 : 0);
      const stays = state === "established" && !closes &&
        message.code !== MessageCode.GOODBYE;
      const joins = state === "open" && message.code === MessageCode.HELLO;
      assertEquals(bench.joined, stays || joins ? 1 : 0);
      // Only what waits for the client has a deadline.
      const waits = !closes && !stays && !joins;
      assertEquals(bench.timers.count, waits ? 1 : 0);
    });
  }
}

/** HELLOs that are refused: with which reason. */
const REFUSED_HELLOS: [
  numbers: string,
  realm: string | null,
  details: Record<string, unknown>,
  reason: string,
][] = [
  ["SL-12", "realm9", {}, "wamp.error.no_such_realm"],
  ["HW-10", null, {}, "wamp.error.no_such_realm"],
  ["HW-10", "", {}, "wamp.error.invalid_uri"],
  ["UR-07", "a b", {}, "wamp.error.invalid_uri"],
  [
    "AU-03",
    "realm1",
    { authmethods: ["ticket"] },
    "wamp.error.no_matching_auth_method",
  ],
  ["HW-02", "realm1", { roles: {} }, VIOLATION],
  ["HW-02", "realm1", { roles: undefined }, VIOLATION],
];

for (const [numbers, realm, details, reason] of REFUSED_HELLOS) {
  Deno.test(`${numbers}: HELLO to ${realm} with ${JSON.stringify(details)} is refused with ${reason}`, () => {
    const bench = new SessionBench();
    bench.receive(hello(realm, details));
    const [abort, ...others] = bench.link.take();
    assert(abort.code === MessageCode.ABORT, `${abort.code}`);
    assertEquals(abort.reason, reason);
    assertMatch(`${abort.details["message"]}`, /./);
    assertEquals(others, []);
    assertEquals(bench.link.closed.length, 1);
    assertEquals([bench.joined, bench.timers.count], [0, 0]);
  });
}

Deno.test("a role that the realm does not have is refused with no_such_role (AU-06)", () => {
  const method: LoginMethod = {
    name: "anonymous",
    serves: () => true,
    begin: () => ({
      kind: "accepted",
      realm: "realm1",
      identity: {
        authid: "x",
        authrole: "stranger",
        authmethod: "anonymous",
        authprovider: "static",
      },
      authextra: undefined,
    }),
  };
  const bench = new SessionBench({ methods: [method] });
  bench.receive(hello("realm1"));
  assertEquals(outline(bench.link.take()), [[3, "wamp.error.no_such_role"]]);
  assertEquals([bench.joined, bench.link.closed.length], [0, 1]);
});

Deno.test("SL-10: where HELLO does not come in time the connection is closed without a word", () => {
  const bench = new SessionBench();
  bench.timers.pass(999);
  assertEquals(bench.link.closed, []);
  bench.timers.pass(2);
  assertEquals(bench.link.closed, ["HELLO did not come in time"]);
  assertEquals(bench.link.take(), []);
  assertEquals(bench.timers.count, 0);
});

Deno.test("SL-06 SL-10: after GOODBYE another HELLO is waited for as long", () => {
  const bench = new SessionBench();
  bench.join();
  bench.timers.pass(5000);
  bench.receive(clientMessage(MessageCode.GOODBYE));
  bench.timers.pass(999);
  assertEquals(outline(bench.join("realm2")), [
    [MessageCode.GOODBYE, "wamp.close.goodbye_and_out"],
    [MessageCode.WELCOME],
  ]);
  bench.receive(clientMessage(MessageCode.GOODBYE));
  bench.timers.pass(1001);
  assertEquals(bench.link.closed.length, 1);
});

Deno.test("SL-10: where our GOODBYE is not answered in time the connection is closed", () => {
  const bench = STATES["shutting down"]();
  bench.timers.pass(499);
  assertEquals(bench.link.closed, []);
  bench.timers.pass(2);
  assertEquals(bench.link.closed.length, 1);
  assertEquals(bench.link.take(), []);
});

Deno.test("SL-13: the router's end is told to each session by its state", () => {
  const rows: [keyof typeof STATES, unknown[], closes: boolean][] = [
    ["open", [[MessageCode.ABORT, "wamp.close.system_shutdown"]], true],
    [
      "established",
      [[MessageCode.GOODBYE, "wamp.close.system_shutdown"]],
      false,
    ],
    ["shutting down", [], false],
    ["closed", [], true],
  ];
  for (const [state, sent, closes] of rows) {
    const bench = STATES[state]();
    bench.session.shutDown();
    assertEquals(outline(bench.link.take()), sent, state);
    assertEquals(bench.link.closed.length, closes ? 1 : 0, state);
    assertEquals(bench.joined, 0, state);
  }
});

Deno.test("SL-08: after our GOODBYE nothing else of the session is sent", () => {
  const bench = STATES.established();
  bench.receive(clientMessage(MessageCode.SUBSCRIBE));
  bench.link.take();
  const other = bench.router.realm("realm1");
  bench.session.shutDown();
  bench.link.take();
  assertEquals(other?.inventory().subscriptions, 0);
  bench.receive(clientMessage(MessageCode.PUBLISH));
  assertEquals(bench.link.take(), []);
});

Deno.test("PV-01 PV-09: a violation is answered once in every state that can answer", () => {
  const rows: [keyof typeof STATES, unknown[]][] = [
    ["open", ABORTED],
    ["established", ABORTED],
    ["shutting down", []],
    ["closed", []],
  ];
  for (const [state, sent] of rows) {
    const bench = STATES[state]();
    bench.session.fail(new ProtocolError("wrong octets"));
    bench.session.fail(new ProtocolError("more of them"));
    assertEquals(outline(bench.link.take()), sent, state);
    assertEquals(bench.link.closed.length, 1, state);
    assertEquals([bench.joined, bench.timers.count], [0, 0], state);
  }
});

Deno.test("SL-05: a lost connection ends the session without a word, in every state", () => {
  for (const state of Object.keys(STATES) as (keyof typeof STATES)[]) {
    const bench = STATES[state]();
    bench.session.disconnected();
    bench.session.disconnected();
    assertEquals(bench.link.take(), [], state);
    assertEquals([bench.joined, bench.timers.count], [0, 0], state);
    bench.receive(hello("realm1"));
    assertEquals(bench.link.take(), [], state);
  }
});

Deno.test("FR-18: a client to which WELCOME is too long does not join", () => {
  const bench = new SessionBench();
  bench.link.outcome = SendOutcome.TOO_LONG;
  bench.receive(hello("realm1"));
  assertEquals(bench.link.closed.length, 1);
  assertEquals([bench.joined, bench.timers.count], [0, 0]);
});

Deno.test("SL-02: WELCOME is sent before the session is in the realm", () => {
  const bench = new SessionBench();
  let joinedAtWelcome = -1;
  const send = bench.link.send.bind(bench.link);
  bench.link.send = (message) => {
    if (message.code === MessageCode.WELCOME) joinedAtWelcome = bench.joined;
    return send(message);
  };
  bench.join();
  assertEquals([joinedAtWelcome, bench.joined], [0, 1]);
});

Deno.test("ID-05 ID-09: strict_request_ids counts from 1 in each session", () => {
  const bench = new SessionBench({ strictRequestIds: true });
  for (let round = 0; round < 2; round++) {
    bench.join();
    // All of these have request ID 1: only the first is in sequence.
    bench.receive(clientMessage(MessageCode.PUBLISH));
    bench.receive(clientMessage(MessageCode.CANCEL));
    assertEquals(bench.link.closed, []);
    if (round === 0) bench.receive(clientMessage(MessageCode.GOODBYE));
  }
  bench.link.take();
  bench.receive(clientMessage(MessageCode.SUBSCRIBE));
  assertEquals(outline(bench.link.take()), ABORTED);
});

for (
  const code of [
    MessageCode.PUBLISH,
    MessageCode.CALL,
    MessageCode.SUBSCRIBE,
    MessageCode.UNSUBSCRIBE,
    MessageCode.REGISTER,
    MessageCode.UNREGISTER,
  ]
) {
  Deno.test(`ID-04 ID-05: with strict_request_ids ${messageName(code)} must be in sequence`, () => {
    const bench = new SessionBench({ strictRequestIds: true });
    bench.join();
    bench.receive(clientMessage(MessageCode.PUBLISH));
    bench.link.take();
    bench.receive(clientMessage(code));
    assertEquals(outline(bench.link.take()), ABORTED);
  });
}

Deno.test("with debug each message is logged with its type, ids and URIs, never with secrets", () => {
  const bench = new SessionBench({ debug: true });
  bench.join();
  for (const code of [MessageCode.PUBLISH, MessageCode.CALL]) {
    bench.receive(clientMessage(code));
  }
  bench.receive(clientMessage(MessageCode.AUTHENTICATE));
  const lines = bench.link.lines.map(({ message, fields }) => {
    // IDs of the session and of publications are random, and so is the authid.
    const { session: _, publication: __, authid: ___, ...rest } = fields;
    return [message, rest];
  });
  assertEquals(lines.slice(0, 6), [
    ["received HELLO", { realm: "realm1" }],
    ["sent WELCOME", { realm: "realm1" }],
    ["received PUBLISH", { realm: "realm1", request: 1, topic: "com.a" }],
    ["sent PUBLISHED", { realm: "realm1", request: 1 }],
    ["received CALL", { realm: "realm1", request: 1, procedure: "com.a" }],
    ["sent ERROR", {
      realm: "realm1",
      request: 1,
      error: "wamp.error.no_such_procedure",
    }],
  ]);
  assertEquals(JSON.stringify(bench.link.lines).includes("secret"), false);
});

Deno.test("without debug messages are not logged, violations are", () => {
  const bench = STATES.established();
  bench.receive(clientMessage(MessageCode.PUBLISH));
  assertEquals(bench.link.lines, []);
  bench.receive(hello("realm1"));
  assertEquals(
    bench.link.lines.map(({ level, message }) => [level, message]),
    [["warn", "protocol violation"]],
  );
});

/** 10 messages a second, and as many at once. */
const SLOW: QuotaTable = {
  role: {
    sessions: 9,
    subscriptions: 9,
    registrations: 9,
    pendingCalls: 9,
    messagesPerSecond: 10,
    bytesPerSecond: 1e9,
  },
};

Deno.test("what came with a good-bye is owed as well, and HELLO is waited for until it can come", () => {
  const bench = new SessionBench({ quotas: SLOW });
  bench.join();
  bench.receive(clientMessage(MessageCode.GOODBYE));
  assertEquals(bench.session.received(60, 1), 5000);
  bench.timers.pass(5999);
  assertEquals(bench.link.closed, []);
  assertEquals(bench.session.received(0, 0), 0);
  bench.timers.pass(2);
  assertEquals(bench.link.closed.length, 1);
});

Deno.test("SL-10: what comes in place of HELLO does not put off its time", () => {
  const bench = new SessionBench({ quotas: SLOW });
  bench.join();
  bench.receive(clientMessage(MessageCode.GOODBYE));
  assertEquals(bench.session.received(10, 1), 0);
  for (let i = 0; i < 9; i++) {
    assertEquals(bench.session.received(2, 1), 200);
    bench.timers.pass(200);
  }
  assertEquals(bench.link.closed, ["HELLO did not come in time"]);
});

Deno.test("a session that the router ends reads on whatever it owes, for the client's GOODBYE", () => {
  const bench = new SessionBench({ quotas: SLOW });
  bench.join();
  assertEquals(bench.session.received(60, 1), 5000);
  assertEquals(bench.link.readOnCount, 0);
  bench.session.shutDown();
  assertEquals(bench.link.readOnCount, 1);
  assertEquals(bench.session.received(60, 1), 0);
});

/** Lets in at once at first, and then after a challenge. */
function challengingLater(): LoginMethod {
  const accepted = {
    kind: "accepted",
    realm: "realm1",
    identity: {
      authid: "x",
      authrole: "anonymous",
      authmethod: "anonymous",
      authprovider: "static",
    },
    authextra: undefined,
  } as const;
  let logins = 0;
  return {
    name: "anonymous",
    serves: () => true,
    begin: () =>
      logins++ === 0
        ? accepted
        : { kind: "challenged", extra: {}, answer: () => accepted },
  };
}

Deno.test("SL-06: what a good-bye and the HELLO behind it owe puts no end to the session that joins", () => {
  const bench = new SessionBench({
    methods: [challengingLater()],
    quotas: SLOW,
  });
  bench.join();
  bench.receive(clientMessage(MessageCode.GOODBYE));
  bench.receive(hello("realm1"));
  assertEquals(bench.session.received(60, 1), 5000);
  bench.timers.pass(500);
  bench.receive({ code: MessageCode.AUTHENTICATE, signature: "", extra: {} });
  assertEquals(bench.timers.count, 0);
  bench.timers.pass(60_000);
  assertEquals([bench.joined, bench.link.closed], [1, []]);
});

Deno.test("a session of which too many requests wait for their answers is not handled on", async () => {
  const bench = new SessionBench();
  bench.join();
  const realm = bench.router.realm("realm1");
  const { promise, resolve } = Promise.withResolvers<{ args: unknown[] }>();
  realm?.procedures.add({ "wamp.test.later": () => promise });
  const call = (request: number) =>
    bench.session.receive({
      code: MessageCode.CALL,
      request,
      options: {},
      procedure: "wamp.test.later",
      payload: NO_PAYLOAD,
    });
  for (let request = 1; request <= 64; request++) {
    assertEquals(call(request), undefined);
  }
  const wait = call(65);
  assert(wait instanceof Promise);
  assertEquals(realm?.inventory().pendingCalls, 64);
  resolve({ args: [] });
  await wait;
  assertEquals(call(65), undefined);
  await new Promise((resolve) => setTimeout(resolve, 0));
  const answers = bench.link.take();
  assertEquals(answers.length, 65);
  bench.session.disconnected();
  assertEquals(bench.joined, 0);
});
