/** A session between HELLO and WELCOME (checklist §5.1, §6.1), with a fake connection. */
import { assertEquals } from "@std/assert";
import {
  type Accepted,
  denied,
  type Eventual,
  type LoginMethod,
  type Verdict,
} from "../../src/auth/login_method.ts";
import {
  type ClientMessage,
  type RouterMessage,
  SendOutcome,
} from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { Payload } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { decodeJson, JSON_CODEC, valuesOf } from "../support/serializers.ts";
import { clientMessage, hello, SessionBench } from "./_fake_link.ts";

const ACCEPTED: Accepted = {
  kind: "accepted",
  realm: "realm1",
  identity: {
    authid: "joe",
    authrole: "anonymous",
    authmethod: "test",
    authprovider: "static",
  },
  authextra: undefined,
};

/** A method whose steps come when the test says so. */
class SlowMethod implements LoginMethod {
  readonly name = "test";
  readonly begun = Promise.withResolvers<void>();
  readonly judged = Promise.withResolvers<Verdict>();
  answered = 0;
  readonly #isSlowToBegin: boolean;

  constructor(isSlowToBegin = false) {
    this.#isSlowToBegin = isSlowToBegin;
  }

  serves(): boolean {
    return true;
  }

  begin() {
    const challenged = {
      kind: "challenged",
      extra: { question: 1 },
      answer: (): Eventual<Verdict> => {
        this.answered++;
        return this.judged.promise;
      },
    } as const;
    return this.#isSlowToBegin
      ? this.begun.promise.then(() => challenged)
      : challenged;
  }
}

const HELLO = hello("realm1", { authmethods: ["test"], authid: "joe" });
const ANSWER = clientMessage(MessageCode.AUTHENTICATE);

/** A session that was challenged. */
function challengedBench(method: LoginMethod): SessionBench {
  const bench = new SessionBench({ methods: [method] });
  bench.receive(HELLO);
  assertEquals(bench.link.take(), [
    { code: MessageCode.CHALLENGE, method: "test", extra: { question: 1 } },
  ]);
  return bench;
}

/** A session whose answer is being judged. */
function judgedBench(): [SessionBench, SlowMethod] {
  const method = new SlowMethod();
  const bench = challengedBench(method);
  bench.receive(ANSWER);
  return [bench, method];
}

/** Lets all promises that are settled be heard. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function codesOf(messages: readonly RouterMessage[]): number[] {
  return messages.map(({ code }) => code);
}

/** Code and reason. */
function outline(messages: readonly RouterMessage[]): unknown[] {
  return messages.map((one) =>
    "reason" in one ? [one.code, one.reason] : one.code
  );
}

const VIOLATED = [[MessageCode.ABORT, "wamp.error.protocol_violation"]];
const FAILED = [[MessageCode.ABORT, "wamp.error.authentication_failed"]];

Deno.test("SL-02 AU-05: nothing is sent before the verdict, and WELCOME is the first", async () => {
  const [bench, method] = judgedBench();
  await settled();
  assertEquals([bench.link.take(), bench.joined], [[], 0]);
  method.judged.resolve(ACCEPTED);
  await settled();
  assertEquals(codesOf(bench.link.take()), [MessageCode.WELCOME]);
  assertEquals([bench.joined, bench.timers.count], [1, 0]);
});

Deno.test("SL-02 OG-01: what comes while the answer is judged waits, and is handled in order behind WELCOME", async () => {
  const [bench, method] = judgedBench();
  const octets = new TextEncoder().encode('["kept"]');
  bench.receive(clientMessage(MessageCode.SUBSCRIBE));
  bench.receive({
    code: MessageCode.PUBLISH,
    request: 2,
    options: { exclude_me: false, acknowledge: true },
    topic: "com.a",
    payload: new Payload(JSON_CODEC.format, octets, 0, octets.length, 1),
  });
  // The read buffer is used again at once.
  octets.fill(0);
  assertEquals(bench.link.take(), []);
  method.judged.resolve(ACCEPTED);
  await settled();
  const sent = bench.link.take();
  assertEquals(codesOf(sent).slice(0, 2), [
    MessageCode.WELCOME,
    MessageCode.SUBSCRIBED,
  ]);
  const event = sent.find((one) => one.code === MessageCode.EVENT);
  if (event?.code !== MessageCode.EVENT) throw new Error("no EVENT");
  assertEquals(valuesOf(event.payload), [["kept"]]);
});

Deno.test("PV-02: what waits behind an offence is not handled", async () => {
  const [bench, method] = judgedBench();
  bench.receive(clientMessage(MessageCode.SUBSCRIBE));
  bench.receive(HELLO);
  bench.receive(clientMessage(MessageCode.REGISTER));
  method.judged.resolve(ACCEPTED);
  await settled();
  assertEquals(outline(bench.link.take()), [
    MessageCode.WELCOME,
    MessageCode.SUBSCRIBED,
    ...VIOLATED,
  ]);
  assertEquals([bench.joined, bench.timers.count], [0, 0]);
});

Deno.test("AU-08: what waits behind a wrong answer is not handled", async () => {
  const [bench, method] = judgedBench();
  bench.receive(ANSWER);
  bench.receive(clientMessage(MessageCode.SUBSCRIBE));
  method.judged.resolve(denied("wrong secret"));
  await settled();
  assertEquals(outline(bench.link.take()), [
    [MessageCode.ABORT, "wamp.error.authentication_denied"],
  ]);
  assertEquals([method.answered, bench.joined], [1, 0]);
});

Deno.test("AU-08: an AUTHENTICATE that came before its CHALLENGE was out answers it", async () => {
  const method = new SlowMethod(true);
  const bench = new SessionBench({ methods: [method] });
  bench.receive(HELLO);
  bench.receive(ANSWER);
  assertEquals([bench.link.take(), method.answered], [[], 0]);
  method.begun.resolve();
  await settled();
  assertEquals(codesOf(bench.link.take()), [MessageCode.CHALLENGE]);
  assertEquals(method.answered, 1);
  method.judged.resolve(ACCEPTED);
  await settled();
  assertEquals(codesOf(bench.link.take()), [MessageCode.WELCOME]);
});

Deno.test("AU-05: another message that came before the CHALLENGE was out is a violation", async () => {
  const method = new SlowMethod(true);
  const bench = new SessionBench({ methods: [method] });
  bench.receive(HELLO);
  bench.receive(clientMessage(MessageCode.SUBSCRIBE));
  method.begun.resolve();
  await settled();
  assertEquals(outline(bench.link.take()), [
    MessageCode.CHALLENGE,
    ...VIOLATED,
  ]);
});

/** Ends that come while an answer is judged. */
const ENDS: [
  numbers: string,
  what: string,
  end: (bench: SessionBench) => void,
  sent: unknown[],
][] = [
  [
    "AU-12",
    "the connection is gone",
    ({ session }) => session.disconnected(),
    [],
  ],
  [
    "GB-01",
    "the client gives up",
    (bench) => bench.receive(clientMessage(MessageCode.ABORT)),
    [],
  ],
  [
    "PV-04",
    "the client sends what is no message",
    ({ session }) => session.fail(new ProtocolError("no message")),
    VIOLATED,
  ],
  ["SL-13", "the router stops", ({ session }) => session.shutDown(), [
    [MessageCode.ABORT, "wamp.close.system_shutdown"],
  ]],
];

for (const [numbers, what, end, sent] of ENDS) {
  Deno.test(`${numbers}: where ${what}, no verdict joins the session any more`, async () => {
    for (const isChallenged of [true, false]) {
      const method = new SlowMethod();
      const bench = challengedBench(method);
      if (isChallenged) bench.receive(ANSWER);
      end(bench);
      assertEquals(outline(bench.link.take()), sent);
      method.judged.resolve(ACCEPTED);
      await settled();
      assertEquals([bench.link.take(), bench.joined], [[], 0]);
      assertEquals(bench.timers.count, 0);
    }
  });
}

Deno.test("AU-09 SL-10: AUTHENTICATE has its time, which begins with CHALLENGE", async () => {
  const bench = challengedBench(new SlowMethod());
  bench.timers.pass(699);
  assertEquals(bench.link.take(), []);
  bench.timers.pass(2);
  assertEquals(outline(bench.link.take()), FAILED);
  assertEquals([bench.link.closed.length, bench.timers.count], [1, 0]);
  // Judging has no time of its own here.
  const [judged, method] = judgedBench();
  assertEquals(judged.timers.count, 0);
  judged.timers.pass(60_000);
  method.judged.resolve(ACCEPTED);
  await settled();
  assertEquals(codesOf(judged.link.take()), [MessageCode.WELCOME]);
});

Deno.test("FR-18: a CHALLENGE that does not fit ends the connection, and the log says why", () => {
  const bench = new SessionBench({ methods: [new SlowMethod()] });
  bench.link.outcome = SendOutcome.TOO_LONG;
  bench.receive(HELLO);
  assertEquals([bench.link.take(), bench.link.closed.length], [[], 1]);
  const [{ message, fields }] = bench.link.lines;
  const reason = "wamp.error.payload_size_exceeded";
  assertEquals([message, fields["reason"]], ["login refused", reason]);
  assertEquals(bench.timers.count, 0);
});

Deno.test("AU-06: a method that breaks is a technical failure", async () => {
  const [bench, method] = judgedBench();
  method.judged.reject(new Error("broken"));
  await settled();
  assertEquals(outline(bench.link.take()), FAILED);
  const line = bench.link.lines.find((one) => one.message === "login refused");
  assertEquals(`${line?.fields["detail"]}`.includes("broken"), true);
});

/** More than can wait. */
const TOO_MUCH: [what: string, count: number, bytes: number, fits: boolean][] =
  [
    ["16 messages", 16, 10, true],
    ["17 messages", 17, 10, false],
    ["65536 octets", 2, 32_768, true],
    ["one octet more", 2, 32_769, false],
  ];

for (const [what, count, bytes, fits] of TOO_MUCH) {
  Deno.test(`SL-02: ${what} ${fits ? "can" : "cannot"} wait for the verdict`, async () => {
    const [bench, method] = judgedBench();
    let failed = 0;
    for (let i = 1; i <= count; i++) {
      const message: ClientMessage = decodeJson(`[32,${i},{},"com.a${i}"]`);
      try {
        bench.session.receive(message, bytes);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        failed++;
        bench.session.fail(error);
      }
    }
    assertEquals(failed, fits ? 0 : 1);
    method.judged.resolve(ACCEPTED);
    await settled();
    const codes = codesOf(bench.link.take());
    assertEquals(codes.length, fits ? count + 1 : 1);
  });
}
