/** Calls that callees send away, at the realm alone (checklist RR). */
import { assertEquals } from "@std/assert";
import { ClientFeature } from "../../src/wamp/features.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";
import { briefs } from "./_brief.ts";

const UNAVAILABLE = "wamp.error.unavailable";
const REROUTE = ClientFeature.CALLEE_REROUTE;
const CHUNKS = ClientFeature.CALLEE_PROGRESSIVE_INVOCATIONS |
  ClientFeature.CALLEE_CANCELING;

/** Callees of `com.a` in turn, each with room for one invocation. */
function busyCallees(test: TestRealm, count: number): TestPeer[] {
  return Array.from({ length: count }, () => {
    const callee = test.join({ features: REROUTE });
    callee.register("com.a", { invoke: "roundrobin", concurrency: 1 });
    callee.take();
    return callee;
  });
}

Deno.test("RR-03: a call waits for callees that are busy and did not send it away", () => {
  const test = new TestRealm({ callQueueLength: 3 });
  const caller = test.join();
  const [a, b] = busyCallees(test, 2);
  const requests = Array.from({ length: 4 }, () => caller.call("com.a"));
  // The third and the fourth come to the one who sends all away, one by one.
  for (let id = 1; id <= 3; id++) a.error(id, UNAVAILABLE);
  assertEquals(briefs(caller), []);
  for (let id = 1; id <= 4; id++) b.yield(id);
  // Each goes behind those that wait when it is sent away.
  assertEquals(
    briefs(caller),
    [requests[1], requests[0], requests[2], requests[3]]
      .map((request) => `RESULT ${request}`),
  );
  assertEquals(briefs(a).length, 3);
  assertEquals(test.realm.inventory().pendingCalls, 0);
});

Deno.test("RR-03: where no call may wait, busy callees are told from unavailable ones", () => {
  const test = new TestRealm();
  const caller = test.join();
  const [a, b] = busyCallees(test, 2);
  const [first] = [caller.call("com.a"), caller.call("com.a")];
  a.error(1, UNAVAILABLE);
  assertEquals(briefs(caller), [
    `ERROR ${first} wamp.error.max_concurrency_reached`,
  ]);
  b.error(1, UNAVAILABLE);
  assertEquals(briefs(a), ["INVOCATION 1", "INVOCATION 2"]);
});

Deno.test("RR-03: a call that waits for a busy callee has none available when that one leaves", () => {
  const test = new TestRealm({ callQueueLength: 1 });
  const caller = test.join();
  const [a, b] = busyCallees(test, 2);
  const [first, second] = [caller.call("com.a"), caller.call("com.a")];
  a.error(1, UNAVAILABLE);
  b.leave();
  assertEquals(briefs(caller).sort(), [
    `ERROR ${first} wamp.error.no_available_callee`,
    `ERROR ${second} wamp.error.canceled`,
  ]);
  assertEquals(test.realm.inventory().pendingCalls, 0);
});

Deno.test("RR-03: a call in pieces does not wait for a busy callee", () => {
  const test = new TestRealm({ callQueueLength: 1 });
  const caller = test.join({
    features: ClientFeature.CALLER_PROGRESSIVE_INVOCATIONS,
  });
  const [a, b] = [0, 1].map(() => {
    const callee = test.join({ features: REROUTE | CHUNKS });
    callee.register("com.a", { invoke: "first", concurrency: 1 });
    return callee;
  });
  const request = caller.call("com.a", NO_PAYLOAD, { progress: true });
  test.join().call("com.a");
  assertEquals(briefs(b), ["REGISTERED", "INVOCATION 1"]);
  a.error(1, UNAVAILABLE);
  assertEquals(briefs(caller), [
    `ERROR ${request} wamp.error.max_concurrency_reached`,
  ]);
});

Deno.test("RR-02: callees that lack a feature that the call needs are passed over", () => {
  const test = new TestRealm();
  const caller = test.join({
    features: ClientFeature.CALLER_PROGRESSIVE_INVOCATIONS,
  });
  const callees = [CHUNKS, 0, CHUNKS, 0].map((features) => {
    const callee = test.join({ features: REROUTE | features });
    callee.register("com.a", { invoke: "first" });
    callee.take();
    return callee;
  });
  const request = caller.call("com.a", NO_PAYLOAD, { progress: true });
  callees[0].error(1, UNAVAILABLE);
  assertEquals(callees.map(briefs), [
    ['INVOCATION 1 {"progress":true}'],
    [],
    ['INVOCATION 1 {"progress":true}'],
    [],
  ]);
  callees[2].error(1, UNAVAILABLE);
  assertEquals(briefs(caller), [
    `ERROR ${request} wamp.error.no_available_callee`,
  ]);
});

/** Callees that keep the time themselves, or leave it to the router. */
function timedCallees(test: TestRealm, forwards: boolean[]): TestPeer[] {
  return forwards.map((forward_timeout) => {
    const callee = test.join({
      features: REROUTE | ClientFeature.CALLEE_TIMEOUT,
    });
    callee.register("com.a", { invoke: "first", forward_timeout });
    callee.take();
    return callee;
  });
}

Deno.test("RR-04 TO-04: the next callee is told what is left of the timeout", () => {
  const test = new TestRealm();
  const caller = test.join();
  const [a, b] = timedCallees(test, [true, true]);
  caller.call("com.a", NO_PAYLOAD, { timeout: 500 });
  test.time.pass(450);
  a.error(1, UNAVAILABLE);
  assertEquals(briefs(a), ['INVOCATION 1 {"timeout":500}']);
  assertEquals(briefs(b), ['INVOCATION 1 {"timeout":50}']);
  assertEquals(test.time.deadlines, 0);
});

Deno.test("RR-04 TO-02: behind a callee that kept the time the router keeps what is left", () => {
  const test = new TestRealm();
  const caller = test.join();
  const [a, b] = timedCallees(test, [true, false]);
  const request = caller.call("com.a", NO_PAYLOAD, { timeout: 500 });
  test.time.pass(400);
  a.error(1, UNAVAILABLE);
  assertEquals(briefs(b), ["INVOCATION 1"]);
  test.time.pass(99);
  assertEquals(briefs(caller), []);
  test.time.pass(1);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
});

Deno.test("RR-04 TO-02: a call that is sent away too late has timed out", () => {
  const test = new TestRealm();
  const caller = test.join();
  const [a, b] = timedCallees(test, [true, false]);
  const request = caller.call("com.a", NO_PAYLOAD, { timeout: 500 });
  test.time.pass(500);
  a.error(1, UNAVAILABLE);
  assertEquals(briefs(b), []);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  assertEquals(test.realm.inventory().pendingCalls, 0);
});

Deno.test("RR-04 TO-02: the timeout runs on while a call waits for a busy callee", () => {
  const test = new TestRealm({ callQueueLength: 1 });
  const caller = test.join();
  const [a, b] = [0, 1].map(() => {
    const callee = test.join({
      features: REROUTE | ClientFeature.CALLEE_TIMEOUT,
    });
    callee.register("com.a", {
      invoke: "first",
      concurrency: 1,
      forward_timeout: true,
    });
    callee.take();
    return callee;
  });
  const request = caller.call("com.a", NO_PAYLOAD, { timeout: 500 });
  caller.call("com.a");
  test.time.pass(400);
  a.error(1, UNAVAILABLE);
  test.time.pass(100);
  assertEquals(briefs(caller), [`ERROR ${request} wamp.error.timeout`]);
  b.yield(1);
  assertEquals(briefs(b), ["INVOCATION 1"]);
});

Deno.test("RR-03: a call that nobody can take any more fails at once, whoever waits beside it", () => {
  const test = new TestRealm({ callQueueLength: 9 });
  const caller = test.join();
  const [a, b] = busyCallees(test, 2);
  const requests = Array.from({ length: 4 }, () => caller.call("com.a"));
  a.error(1, UNAVAILABLE);
  b.leave();
  // The first was sent away by the one who is left; the others wait for it.
  assertEquals(briefs(caller), [
    `ERROR ${requests[0]} wamp.error.no_available_callee`,
    `ERROR ${requests[1]} wamp.error.canceled`,
  ]);
  assertEquals(test.realm.inventory().pendingCalls, 2);
});

Deno.test("RR-03: no more than 16 calls that were sent away wait for busy callees", () => {
  const test = new TestRealm({ callQueueLength: 1000 });
  const caller = test.join();
  const [a] = busyCallees(test, 2);
  const requests = Array.from({ length: 100 }, () => caller.call("com.a"));
  for (let id = 1; id <= 20; id++) a.error(id, UNAVAILABLE);
  const refused = briefs(caller);
  assertEquals(refused.length, 4);
  assertEquals(
    refused[0],
    `ERROR ${requests[17]} wamp.error.max_concurrency_reached`,
  );
});
