/** Every call ends once, whatever way it ends (RP-09, CX). */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type RouterMessage, SendOutcome } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";

const CANCELED = "wamp.error.canceled";
const TOO_LONG = "wamp.error.payload_size_exceeded";
const NO_FORM = "wamp.error.invalid_argument";

/** A pending call; INVOCATION.Request is 1. */
interface Setting {
  readonly realm: TestRealm;
  readonly caller: TestPeer;
  readonly callee: TestPeer;
  /** CALL.Request. */
  readonly request: number;
}

function pendingCall(canceling: boolean): Setting {
  const realm = new TestRealm();
  const callee = realm.join({ canceling });
  const caller = realm.join();
  callee.register("com.a");
  callee.take();
  const request = caller.call("com.a");
  assertEquals(callee.take().map(({ code }) => code), [68]);
  return { realm, caller, callee, request };
}

/** Lets RESULTs and forwarded ERRORs fail, but not the router's own errors. */
function refusePayload(caller: TestPeer, outcome: SendOutcome): void {
  caller.outlet.outcome = (message) =>
    message.code === MessageCode.ERROR && message.text !== undefined
      ? SendOutcome.SENT
      : outcome;
}

/** How a call can end, and what its caller gets: "result", or the error's URI. */
const ENDINGS: [
  name: string,
  end: (setting: Setting) => void,
  answer: string,
][] = [
  ["YIELD", ({ callee }) => callee.yield(1), "result"],
  ["ERROR", ({ callee }) => callee.error(1, "com.err"), "com.err"],
  [
    "ERROR with an invalid URI",
    ({ callee }) => callee.error(1, "a b"),
    "wamp.error.invalid_uri",
  ],
  ["a result that is too long", ({ caller, callee }) => {
    refusePayload(caller, SendOutcome.TOO_LONG);
    callee.yield(1);
  }, TOO_LONG],
  ["an error that is too long", ({ caller, callee }) => {
    refusePayload(caller, SendOutcome.TOO_LONG);
    callee.error(1);
  }, TOO_LONG],
  ["a result without a form", ({ caller, callee }) => {
    refusePayload(caller, SendOutcome.UNSUPPORTED_VALUE);
    callee.yield(1);
  }, NO_FORM],
  ["an error without a form", ({ caller, callee }) => {
    refusePayload(caller, SendOutcome.UNSUPPORTED_VALUE);
    callee.error(1);
  }, NO_FORM],
  [
    "CANCEL skip",
    ({ caller, request }) => caller.cancel(request, "skip"),
    CANCELED,
  ],
  [
    "CANCEL killnowait",
    ({ caller, request }) => caller.cancel(request, "killnowait"),
    CANCELED,
  ],
  [
    "CANCEL without a mode",
    ({ caller, request }) => caller.cancel(request),
    CANCELED,
  ],
  ["CANCEL kill and a result", ({ caller, callee, request }) => {
    caller.cancel(request, "kill");
    callee.yield(1);
  }, "result"],
  ["CANCEL kill and an error", ({ caller, callee, request }) => {
    caller.cancel(request, "kill");
    callee.error(1, CANCELED);
  }, CANCELED],
  ["CANCEL kill and the callee's leaving", (setting) => {
    setting.caller.cancel(setting.request, "kill");
    setting.callee.leave();
  }, CANCELED],
  ["the callee's leaving", ({ callee }) => callee.leave(), CANCELED],
  ["an answer after the registration went", ({ callee }) => {
    callee.unregister(1);
    callee.yield(1);
  }, "result"],
];

/** Everything that may come late, from either side. */
function doEverythingLate({ realm, caller, callee, request }: Setting): void {
  for (const mode of ["skip", "kill", "killnowait", undefined]) {
    caller.cancel(request, mode);
  }
  callee.yield(1);
  callee.error(1);
  callee.yield(1, NO_PAYLOAD, { progress: true });
  callee.leave();
  assertEquals(realm.realm.calls.count, 0);
}

/** What `messages` answer: "result" or error URIs of CALL `request`. */
function answersTo(
  request: number,
  messages: readonly RouterMessage[],
): string[] {
  return messages.map((message) => {
    assert(
      message.code === MessageCode.RESULT ||
        message.code === MessageCode.ERROR,
      `${message.code}`,
    );
    assertEquals(message.request, request);
    if (message.code === MessageCode.RESULT) return "result";
    assertEquals(message.requestType, MessageCode.CALL);
    return message.error;
  });
}

for (const canceling of [true, false]) {
  for (const [name, end, answer] of ENDINGS) {
    // To such a callee kill is skip: the call is over before it answers.
    const due = !canceling && name.startsWith("CANCEL kill")
      ? CANCELED
      : answer;
    Deno.test(`RP-09: a call that ends by ${name} has the one answer ${due} (callee ${canceling ? "takes" : "does not take"} INTERRUPT)`, () => {
      const setting = pendingCall(canceling);
      const { realm, caller, request } = setting;
      end(setting);
      assertEquals(answersTo(request, caller.take()), [due]);
      assertEquals(realm.realm.calls.count, 0);
      doEverythingLate(setting);
      assertEquals(caller.take(), []);
      caller.leave();
      assertEquals(realm.realm.inventory(), {
        sessions: 0,
        subscriptions: 0,
        registrations: 0,
        pendingCalls: 0,
        testators: 0,
      });
    });
  }
}

Deno.test("FR-16: an answer that is too long is counted, one without a form is not", () => {
  for (const outcome of [SendOutcome.TOO_LONG, SendOutcome.UNSUPPORTED_VALUE]) {
    const { realm, caller, callee } = pendingCall(true);
    refusePayload(caller, outcome);
    callee.yield(1);
    const counted = outcome === SendOutcome.TOO_LONG ? 1 : 0;
    assertEquals(realm.counted("calls_too_long"), counted);
  }
});

Deno.test("RP-12: a caller that leaves interrupts a callee that takes INTERRUPT, once, and hears nothing", () => {
  for (const canceling of [true, false]) {
    const setting = pendingCall(canceling);
    const { realm, caller, callee } = setting;
    caller.leave();
    assertEquals(
      callee.take(),
      canceling
        ? [{ code: 69, request: 1, options: { mode: "killnowait" } }]
        : [],
    );
    assertEquals(realm.realm.calls.count, 0);
    callee.yield(1);
    callee.error(1);
    assertEquals([caller.take(), callee.take()], [[], []]);
  }
});

Deno.test("CX-09: a caller that leaves after a kill does not interrupt again", () => {
  const { caller, callee, request } = pendingCall(true);
  caller.cancel(request, "kill");
  assertEquals(callee.take().length, 1);
  caller.leave();
  assertEquals(callee.take(), []);
});

Deno.test("CX-04: the caller's ERROR is sent before the callee's INTERRUPT", () => {
  const realm = new TestRealm();
  const peer = realm.join({ canceling: true });
  peer.register("com.a");
  const request = peer.call("com.a");
  peer.take();
  peer.cancel(request, "killnowait");
  assertEquals(peer.take().map(({ code }) => code), [8, 69]);
});

Deno.test("RP-13: a session that leaves with a call to itself is sent nothing", () => {
  const realm = new TestRealm();
  const peer = realm.join({ canceling: true });
  peer.register("com.a");
  peer.call("com.a");
  peer.take();
  peer.leave();
  assertEquals(peer.take(), []);
  assertEquals(realm.realm.calls.count, 0);
});

Deno.test("RP-11 PV-08: an invocation that was never issued to the session is a protocol violation", () => {
  const { callee, caller } = pendingCall(true);
  for (const request of [0, 2, 2 ** 53]) {
    assertThrows(() => callee.yield(request), ProtocolError, "never issued");
    assertThrows(() => callee.error(request), ProtocolError, "never issued");
  }
  assertThrows(() => caller.yield(1), ProtocolError, "never issued");
  // The pending call was left alone.
  callee.yield(1);
  assertEquals(caller.take().length, 1);
  callee.yield(1);
});

Deno.test("a progressive YIELD that nobody asked for is dropped, and the call goes on", () => {
  const { callee, caller } = pendingCall(true);
  callee.yield(1, NO_PAYLOAD, { progress: true });
  assertEquals(caller.take(), []);
  callee.yield(1, NO_PAYLOAD, { progress: false });
  assertEquals(caller.take().map(({ code }) => code), [50]);
});
