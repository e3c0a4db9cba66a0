/** Timeouts of calls, to the millisecond (checklist TO). */
import { assertEquals } from "@std/assert";
import { ClientFeature } from "../../src/wamp/features.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import type { Dict } from "../../src/wamp/options.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";
import { briefs } from "./_brief.ts";

const {
  CALLEE_CANCELING,
  CALLEE_PROGRESSIVE_INVOCATIONS,
  CALLEE_PROGRESSIVE_RESULTS,
  CALLEE_REROUTE,
  CALLEE_TIMEOUT,
  CALLER_PROGRESSIVE_INVOCATIONS,
  CALLER_PROGRESSIVE_RESULTS,
} = ClientFeature;

const ALL_OF_CALLER = CALLER_PROGRESSIVE_RESULTS |
  CALLER_PROGRESSIVE_INVOCATIONS;
const ALL_OF_CALLEE = CALLEE_CANCELING | CALLEE_PROGRESSIVE_RESULTS |
  CALLEE_PROGRESSIVE_INVOCATIONS;
const PROGRESS = { progress: true };

interface Pending {
  readonly test: TestRealm;
  readonly caller: TestPeer;
  readonly callee: TestPeer;
  /** CALL.Request; that of the INVOCATION is 1. */
  readonly request: number;
}

/** A call with a timeout of 100 ms that has reached its callee. */
function pendingCall(
  options: Dict = {},
  register: Dict = {},
  features: number = ALL_OF_CALLEE,
): Pending {
  const test = new TestRealm();
  const caller = test.join({ features: ALL_OF_CALLER });
  const callee = test.join({ features });
  callee.register("com.a", register);
  callee.take();
  const request = caller.call("com.a", NO_PAYLOAD, {
    timeout: 100,
    ...options,
  });
  return { test, caller, callee, request };
}

/** Expects that the timer of `pending` is not running and nothing is pending. */
function assertOver({ test, caller, callee }: Pending): void {
  assertEquals(test.time.deadlines, 0);
  assertEquals(test.realm.inventory().pendingCalls, 0);
  test.time.pass(1000);
  assertEquals([briefs(caller), briefs(callee)], [[], []]);
}

Deno.test("TO-01 TO-02: a call times out after as many milliseconds as it says, not before", () => {
  const pending = pendingCall();
  const { test, caller, callee, request } = pending;
  assertEquals(briefs(callee), ["INVOCATION 1"]);
  test.time.pass(99);
  assertEquals([briefs(caller), briefs(callee)], [[], []]);
  test.time.pass(1);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INTERRUPT 1 killnowait"]);
  callee.yield(1);
  callee.error(1);
  assertOver(pending);
});

Deno.test("TO-01: without a timeout, or with 0, no timer runs", () => {
  for (const timeout of [undefined, null, 0]) {
    const { test, caller } = pendingCall({ timeout });
    assertEquals(test.time.deadlines, 0);
    test.time.pass(10_000_000);
    assertEquals(briefs(caller), []);
  }
});

Deno.test("TO-02 CX-06: a callee without call_canceling is not interrupted when the time is over", () => {
  const pending = pendingCall({}, {}, 0);
  const { test, caller, callee, request } = pending;
  callee.take();
  test.time.pass(100);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  callee.yield(1);
  assertOver(pending);
});

Deno.test("TO-04: the callee keeps the timer only if it announced call_timeout and asked for it", () => {
  const cases: [features: number, register: Dict, isForwarded: boolean][] = [
    [0, {}, false],
    [CALLEE_TIMEOUT, {}, false],
    [CALLEE_TIMEOUT, { forward_timeout: false }, false],
    [CALLEE_TIMEOUT, { forward_timeout: null }, false],
    [0, { forward_timeout: true }, false],
    [CALLEE_TIMEOUT, { forward_timeout: true }, true],
  ];
  for (const [features, register, isForwarded] of cases) {
    const { test, caller, callee } = pendingCall({}, register, features);
    assertEquals(briefs(callee), [
      isForwarded ? 'INVOCATION 1 {"timeout":100}' : "INVOCATION 1",
    ]);
    assertEquals(test.time.deadlines, isForwarded ? 0 : 1);
    test.time.pass(1000);
    assertEquals(briefs(caller).length, isForwarded ? 0 : 1);
  }
});

Deno.test("TO-04: a callee that keeps the timer is told of no timeout where there is none", () => {
  for (const timeout of [undefined, 0]) {
    const { callee } = pendingCall(
      { timeout },
      { forward_timeout: true },
      CALLEE_TIMEOUT,
    );
    assertEquals(briefs(callee), ["INVOCATION 1"]);
  }
});

Deno.test("TO-04: with shared registrations each callee keeps or leaves the timer for itself", () => {
  const test = new TestRealm();
  const [caller, forwarding, other] = [
    test.join(),
    test.join({ features: CALLEE_TIMEOUT }),
    test.join({ features: CALLEE_TIMEOUT }),
  ];
  const invoke = "roundrobin";
  forwarding.register("com.a", { invoke, forward_timeout: true });
  other.register("com.a", { invoke });
  for (const callee of [forwarding, other]) callee.take();
  for (let i = 0; i < 2; i++) caller.call("com.a", NO_PAYLOAD, { timeout: 9 });
  assertEquals(briefs(forwarding), ['INVOCATION 1 {"timeout":9}']);
  assertEquals(briefs(other), ["INVOCATION 1"]);
  assertEquals(test.time.deadlines, 1);
});

Deno.test("TO-07: every progressive result starts the time anew", () => {
  const pending = pendingCall({ receive_progress: true });
  const { test, caller, callee, request } = pending;
  callee.take();
  for (let i = 0; i < 5; i++) {
    test.time.pass(99);
    callee.yield(1, NO_PAYLOAD, PROGRESS);
    assertEquals(briefs(caller), [`RESULT ${request} progress`]);
  }
  test.time.pass(99);
  assertEquals(briefs(caller), []);
  test.time.pass(1);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INTERRUPT 1 killnowait"]);
  assertOver(pending);
});

Deno.test("TO-07 PR-07: progress that the caller does not want does not prolong its wait", () => {
  const { test, caller, callee, request } = pendingCall();
  test.time.pass(60);
  callee.yield(1, NO_PAYLOAD, PROGRESS);
  test.time.pass(40);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
});

Deno.test("TO-08: whatever ends a call stops its timer", () => {
  const endings: Record<string, (pending: Pending) => void> = {
    "YIELD": ({ callee }) => callee.yield(1),
    "ERROR": ({ callee }) => callee.error(1),
    "an invalid ERROR": ({ callee }) => callee.error(1, "a..b"),
    "skip": ({ caller, request }) => caller.cancel(request, "skip"),
    "killnowait": ({ caller, request }) => caller.cancel(request),
    "the caller": ({ caller }) => caller.leave(),
    "the callee": ({ callee }) => callee.leave(),
  };
  for (const [name, end] of Object.entries(endings)) {
    const pending = pendingCall();
    assertEquals(pending.test.time.deadlines, 1, name);
    end(pending);
    for (const peer of [pending.caller, pending.callee]) peer.take();
    assertOver(pending);
  }
});

Deno.test("TO-08 CX-09: a call that is being killed still times out, without a second INTERRUPT", () => {
  const pending = pendingCall();
  const { test, caller, callee, request } = pending;
  callee.take();
  caller.cancel(request, "kill");
  assertEquals(briefs(callee), ["INTERRUPT 1 kill"]);
  test.time.pass(100);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  callee.error(1, "wamp.error.canceled");
  assertOver(pending);
});

Deno.test("TO-08 PG-07 A-45: only the first chunk's timeout counts, and further chunks do not prolong it", () => {
  const pending = pendingCall({ progress: true });
  const { test, caller, callee, request } = pending;
  for (const options of [{ progress: true, timeout: 5 }, { timeout: 9000 }]) {
    test.time.pass(40);
    caller.callAs(request, "com.a", NO_PAYLOAD, options);
  }
  assertEquals(briefs(callee), [
    'INVOCATION 1 {"progress":true}',
    'INVOCATION 1 {"progress":true}',
    "INVOCATION 1",
  ]);
  assertEquals(briefs(caller), []);
  test.time.pass(20);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INTERRUPT 1 killnowait"]);
  assertOver(pending);
});

Deno.test("TO-02 RR-04: the timeout runs on when a call goes to another callee", () => {
  const test = new TestRealm();
  const caller = test.join();
  const callees = [0, 1].map(() => {
    const callee = test.join({ features: CALLEE_REROUTE | CALLEE_CANCELING });
    callee.register("com.a", { invoke: "first" });
    callee.take();
    return callee;
  });
  const request = caller.call("com.a", NO_PAYLOAD, { timeout: 100 });
  test.time.pass(60);
  callees[0].error(1, "wamp.error.unavailable");
  assertEquals(briefs(callees[1]), ["INVOCATION 1"]);
  test.time.pass(40);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(briefs(callees[1]), ["INTERRUPT 1 killnowait"]);
  assertEquals(briefs(callees[0]), ["INVOCATION 1"]);
});

Deno.test("TO-02: the time a call waits for a callee with room counts", () => {
  const test = new TestRealm({ callQueueLength: 2 });
  const caller = test.join();
  const callee = test.join({ features: CALLEE_CANCELING });
  callee.register("com.a", { concurrency: 1 });
  callee.take();
  const busy = caller.call("com.a");
  const waiting = caller.call("com.a", NO_PAYLOAD, { timeout: 100 });
  const served = caller.call("com.a", NO_PAYLOAD, { timeout: 150 });
  assertEquals(test.time.deadlines, 2);
  test.time.pass(100);
  assertEquals(briefs(caller), [`ERROR ${waiting} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INVOCATION 1"]);
  callee.yield(1);
  assertEquals(briefs(caller), [`RESULT ${busy}`]);
  assertEquals(briefs(callee), ["INVOCATION 2"]);
  test.time.pass(49);
  assertEquals(briefs(caller), []);
  test.time.pass(1);
  assertEquals(briefs(caller), [`ERROR ${served} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INTERRUPT 2 killnowait"]);
  assertEquals(test.time.deadlines, 0);
});

Deno.test("TO-02: a call that waits for a callee with room is not brought to it when its time is up, however late the timer", () => {
  const test = new TestRealm({ callQueueLength: 2 });
  const caller = test.join();
  const callee = test.join({ features: CALLEE_CANCELING });
  callee.register("com.a", { concurrency: 1 });
  callee.take();
  const busy = caller.call("com.a");
  const late = caller.call("com.a", NO_PAYLOAD, { timeout: 100 });
  const next = caller.call("com.a");
  test.time.lag(100);
  callee.yield(1);
  assertEquals(briefs(caller), [
    `ERROR ${late} wamp.error.timeout`,
    `RESULT ${busy}`,
  ]);
  assertEquals(briefs(callee), ["INVOCATION 1", "INVOCATION 2"]);
  callee.yield(2);
  assertEquals(briefs(caller), [`RESULT ${next}`]);
  assertEquals(test.time.deadlines, 0);
});

/** A callee, and a caller whose call of 100 ms had to wait for `waitedMs`. */
function delayedCall(
  waitedMs: number,
  options: Dict = {},
  register: Dict = {},
): Pending {
  const test = new TestRealm({ callTimeoutsMs: new Map([["all", 400]]) });
  const caller = test.join({ features: ALL_OF_CALLER });
  const callee = test.join({ features: ALL_OF_CALLEE | CALLEE_TIMEOUT });
  callee.register("com.a", register);
  callee.take();
  const receivedMs = test.time.now().getTime();
  const request = ++caller.lastRequest;
  test.time.pass(waitedMs);
  caller.callAs(
    request,
    "com.a",
    NO_PAYLOAD,
    { timeout: 100, ...options },
    receivedMs,
  );
  return { test, caller, callee, request };
}

Deno.test("TO-02: the time of a call runs from its receipt, however late its turn is", () => {
  const pending = delayedCall(60);
  const { test, caller, callee, request } = pending;
  assertEquals(briefs(callee), ["INVOCATION 1"]);
  test.time.pass(39);
  assertEquals(briefs(caller), []);
  test.time.pass(1);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INTERRUPT 1 killnowait"]);
  assertOver(pending);
});

Deno.test("TO-02: a call whose time is up when its turn comes reaches nobody", () => {
  for (const waitedMs of [100, 101, 5000]) {
    const pending = delayedCall(waitedMs);
    const { caller, callee, request } = pending;
    assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
    assertEquals(briefs(callee), []);
    assertOver(pending);
  }
});

Deno.test("TO-02 TO-04: a callee that keeps the time is told what is left of it", () => {
  const { callee, test } = delayedCall(60, {}, { forward_timeout: true });
  assertEquals(briefs(callee), ['INVOCATION 1 {"timeout":40}']);
  assertEquals(test.time.deadlines, 0);
});

Deno.test("TO-02 PG-10: the pieces of a call whose time was up when its turn came are late", () => {
  const pending = delayedCall(200, { progress: true });
  const { caller, callee, request } = pending;
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  caller.callAs(request, "com.a", NO_PAYLOAD, PROGRESS);
  caller.callAs(request, "com.a");
  assertEquals([briefs(caller), briefs(callee)], [[], []]);
  assertOver(pending);
});

Deno.test("TO-02 PG-07: a further piece that had to wait is none too late for its call", () => {
  const test = new TestRealm();
  const caller = test.join({ features: ALL_OF_CALLER });
  const callee = test.join({ features: ALL_OF_CALLEE });
  callee.register("com.a");
  callee.take();
  const receivedMs = test.time.now().getTime();
  const request = caller.call("com.a", NO_PAYLOAD, PROGRESS);
  test.time.pass(1000);
  caller.callAs(request, "com.a", NO_PAYLOAD, { timeout: 5 }, receivedMs);
  assertEquals(briefs(callee), [
    'INVOCATION 1 {"progress":true}',
    "INVOCATION 1",
  ]);
  assertEquals(briefs(caller), []);
});

Deno.test("TO-05: a call without a timeout of its own has the one of its caller's role", () => {
  for (const timeout of [undefined, null, 0]) {
    const pending = delayedCall(0, { timeout });
    const { test, caller, callee, request } = pending;
    assertEquals(briefs(callee), ["INVOCATION 1"]);
    test.time.pass(399);
    assertEquals(briefs(caller), []);
    test.time.pass(1);
    assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
    assertEquals(briefs(callee), ["INTERRUPT 1 killnowait"]);
    assertOver(pending);
  }
});

Deno.test("TO-05: a call's own timeout counts, be it shorter or longer than the role's", () => {
  for (const timeout of [100, 700]) {
    const { test, caller, request } = delayedCall(0, { timeout });
    test.time.pass(timeout - 1);
    assertEquals(briefs(caller), []);
    test.time.pass(1);
    assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  }
});

Deno.test("TO-05 TO-04: a callee that keeps the time is told the role's, and the router keeps it all the same", () => {
  const pending = delayedCall(60, { timeout: 0 }, { forward_timeout: true });
  const { test, caller, callee, request } = pending;
  assertEquals(briefs(callee), ['INVOCATION 1 {"timeout":340}']);
  test.time.pass(340);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(briefs(callee), ["INTERRUPT 1 killnowait"]);
  assertOver(pending);
});

Deno.test("TO-05 TO-07: progress starts the role's time anew", () => {
  const pending = delayedCall(0, { timeout: 0, receive_progress: true });
  const { test, caller, callee, request } = pending;
  test.time.pass(399);
  callee.yield(1, NO_PAYLOAD, PROGRESS);
  test.time.pass(399);
  assertEquals(briefs(caller), [`RESULT ${request} progress`]);
  test.time.pass(1);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  callee.take();
  assertOver(pending);
});

Deno.test("TO-05 PG-07: a call in pieces has the role's time once, not for each piece", () => {
  const pending = delayedCall(0, { timeout: 0, progress: true });
  const { test, caller, callee, request } = pending;
  test.time.pass(300);
  caller.callAs(request, "com.a", NO_PAYLOAD, PROGRESS);
  test.time.pass(100);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  callee.take();
  assertOver(pending);
});

Deno.test("TO-05: the role's time runs on while a call waits for a callee, and from one to the next", () => {
  const test = new TestRealm({
    callQueueLength: 1,
    callTimeoutsMs: new Map([["all", 400]]),
  });
  const caller = test.join();
  const callee = test.join();
  callee.register("com.a", { concurrency: 1 });
  callee.take();
  const first = caller.call("com.a");
  test.time.pass(300);
  const second = caller.call("com.a");
  test.time.pass(50);
  callee.yield(1);
  assertEquals(briefs(caller), [`RESULT ${first}`]);
  test.time.pass(350);
  assertEquals(briefs(caller), [`ERROR ${second} wamp.error.timeout`]);
});

Deno.test("TO-05: our own procedures answer at once and start no timer", () => {
  const test = new TestRealm({ callTimeoutsMs: new Map([["all", 1]]) });
  const caller = test.join();
  const request = caller.call("wamp.session.count");
  assertEquals(briefs(caller), [`RESULT ${request}`]);
  assertEquals(test.time.deadlines, 0);
});
