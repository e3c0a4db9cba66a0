/** How calls come to callees, at the realm alone (checklist RP, PG, FR). */
import { assertEquals, assertThrows } from "@std/assert";
import { ClientFeature } from "../../src/wamp/features.ts";
import { ID_MAX } from "../../src/wamp/id.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { SendOutcome } from "../../src/wamp/message.ts";
import { payloadOf } from "../../src/wamp/values.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";
import { briefs } from "./_brief.ts";

const MORE = { progress: true };
const CHUNKS = ClientFeature.CALLEE_PROGRESSIVE_INVOCATIONS |
  ClientFeature.CALLEE_CANCELING |
  ClientFeature.CALLER_PROGRESSIVE_INVOCATIONS;

/** A callee of `com.a` with room for one invocation, which calls may wait for. */
function withQueue(length: number): [TestRealm, TestPeer] {
  const test = new TestRealm({ callQueueLength: length });
  const callee = test.join();
  callee.register("com.a", { concurrency: 1 });
  callee.take();
  return [test, callee];
}

Deno.test("RP-12: a caller that leaves with calls that wait brings none of them to the callee", () => {
  const test = new TestRealm({ callQueueLength: 5 });
  const leaver = test.join();
  const callee = test.join({ canceling: true });
  callee.register("com.a", { concurrency: 2 });
  callee.take();
  for (let i = 0; i < 4; i++) leaver.call("com.a");
  assertEquals(briefs(callee), ["INVOCATION 1", "INVOCATION 2"]);
  leaver.leave();
  assertEquals(briefs(callee), [
    "INTERRUPT 1 killnowait",
    "INTERRUPT 2 killnowait",
  ]);
  for (const id of [1, 2]) callee.yield(id);
  assertEquals(briefs(callee), []);
  assertEquals(test.realm.inventory().pendingCalls, 0);
});

Deno.test("RP-13: a session that waits for itself leaves nothing behind", () => {
  const [test, client] = withQueue(5);
  for (let i = 0; i < 3; i++) {
    client.call("com.a", NO_PAYLOAD, { timeout: 50 });
  }
  assertEquals(briefs(client), ["INVOCATION 1"]);
  client.leave();
  assertEquals(test.realm.inventory().pendingCalls, 0);
  assertEquals(test.time.deadlines, 0);
});

Deno.test("a waiting call keeps its payload, whatever becomes of the octets it came in", () => {
  const [test, callee] = withQueue(1);
  const caller = test.join();
  caller.call("com.a");
  caller.call("com.a", payloadOf([1]));
  callee.take();
  callee.yield(1);
  const [invocation] = callee.take();
  assertEquals(invocation.code, MessageCode.INVOCATION);
  if (invocation.code !== MessageCode.INVOCATION) return;
  assertEquals(invocation.payload.count, 1);
});

for (
  const [outcome, error] of [
    [SendOutcome.TOO_LONG, "wamp.error.payload_size_exceeded"],
    [SendOutcome.UNSUPPORTED_VALUE, "wamp.error.invalid_argument"],
  ] as const
) {
  Deno.test(`FR-17 A-13: an INVOCATION that cannot be sent is answered ${error}, and holds no room`, () => {
    const [test, callee] = withQueue(0);
    const caller = test.join();
    callee.outlet.outcome = () => outcome;
    const first = caller.call("com.a", NO_PAYLOAD, { timeout: 50 });
    assertEquals(briefs(caller), [`ERROR ${first} ${error}`]);
    assertEquals(test.time.deadlines, 0);
    callee.outlet.outcome = () => SendOutcome.SENT;
    caller.call("com.a");
    // The number that was not sent is not lost (ID-07).
    assertEquals(briefs(callee), ["INVOCATION 1"]);
    assertEquals(test.realm.inventory().pendingCalls, 1);
  });

  Deno.test(`FR-17: a rerouted INVOCATION that cannot be sent is answered ${error}`, () => {
    const test = new TestRealm();
    const caller = test.join();
    const callees = [0, 1].map(() => {
      const callee = test.join({ features: ClientFeature.CALLEE_REROUTE });
      callee.register("com.a", { invoke: "first" });
      callee.take();
      return callee;
    });
    callees[1].outlet.outcome = () => outcome;
    const request = caller.call("com.a");
    callees[0].error(1, "wamp.error.unavailable");
    assertEquals(briefs(caller), [`ERROR ${request} ${error}`]);
    assertEquals(test.realm.inventory().pendingCalls, 0);
  });
}

Deno.test("FR-16: a RESULT that cannot be sent is answered by an ERROR, once", () => {
  const test = new TestRealm();
  const [caller, callee] = [test.join(), test.join()];
  callee.register("com.a");
  const request = caller.call("com.a");
  caller.outlet.outcome = ({ code }) =>
    code === MessageCode.RESULT ? SendOutcome.TOO_LONG : SendOutcome.SENT;
  callee.yield(1);
  callee.yield(1);
  assertEquals(briefs(caller), [
    `ERROR ${request} wamp.error.payload_size_exceeded`,
  ]);
  assertEquals(test.counted("calls_too_long"), 1);
});

Deno.test("ID-06 PG-08: after 2^53 IDs begin anew, and 1 is a new call", () => {
  const test = new TestRealm();
  const caller = test.join({ features: CHUNKS });
  const callee = test.join({ features: CHUNKS });
  callee.register("com.a");
  callee.take();
  caller.callAs(ID_MAX, "com.a");
  caller.callAs(1, "com.a", NO_PAYLOAD, MORE);
  caller.callAs(1, "com.a", NO_PAYLOAD, {});
  caller.callAs(2, "com.a", NO_PAYLOAD, MORE);
  assertEquals(briefs(callee), [
    "INVOCATION 1",
    'INVOCATION 2 {"progress":true}',
    "INVOCATION 2",
    'INVOCATION 3 {"progress":true}',
  ]);
  assertEquals(briefs(caller), []);
});

Deno.test("ID-06 PG-09: 1 is no new call while it is pending", () => {
  const test = new TestRealm();
  const [caller, callee] = [test.join(), test.join()];
  callee.register("com.a");
  caller.callAs(1, "com.a");
  caller.callAs(ID_MAX, "com.a");
  assertThrows(() => caller.callAs(1, "com.a"), ProtocolError);
});

Deno.test("PG-10: chunks are discarded also long after their call was refused", () => {
  const test = new TestRealm();
  const caller = test.join({ features: CHUNKS });
  for (let request = 1; request <= 1000; request++) {
    caller.callAs(request, "com.none", NO_PAYLOAD, MORE);
  }
  assertEquals(briefs(caller).length, 1000);
  for (let request = 1; request <= 1000; request++) {
    caller.callAs(request, "com.none", NO_PAYLOAD, MORE);
    caller.callAs(request, "com.none");
  }
  assertEquals(briefs(caller), []);
});

Deno.test("PG-10: of what is discarded for an unknown ID the last piece is, too", () => {
  const test = new TestRealm();
  const caller = test.join({ features: CHUNKS });
  const callee = test.join({ features: CHUNKS });
  callee.register("com.a");
  callee.take();
  caller.callAs(10, "com.none");
  briefs(caller);
  caller.callAs(5, "com.a", NO_PAYLOAD, MORE);
  caller.callAs(5, "com.a");
  assertEquals(briefs(callee), []);
  // From then on it is an ID like any other.
  caller.callAs(5, "com.a");
  assertEquals(briefs(callee), ["INVOCATION 1"]);
});

Deno.test("RV-04: force_reregister brings what waits for the holders to the new callee", () => {
  const test = new TestRealm({ callQueueLength: 2 });
  const [callee, caller, newcomer] = [test.join(), test.join(), test.join()];
  callee.register("com.a", { concurrency: 1, force_reregister: true });
  callee.take();
  const [pending, waiting] = [caller.call("com.a"), caller.call("com.a")];
  newcomer.register("com.a", { force_reregister: true });
  assertEquals(briefs(newcomer), ["REGISTERED", "INVOCATION 1"]);
  newcomer.yield(1);
  callee.yield(1);
  assertEquals(briefs(caller), [`RESULT ${waiting}`, `RESULT ${pending}`]);
  assertEquals(test.realm.inventory().pendingCalls, 0);
});

Deno.test("RV-04: force_reregister that is refused leaves what waits where it is", () => {
  const [test, callee] = withQueue(2);
  const caller = test.join();
  const newcomer = test.join();
  const [pending, waiting] = [caller.call("com.a"), caller.call("com.a")];
  newcomer.register("com.a", { force_reregister: true });
  assertEquals(briefs(newcomer), [
    "ERROR 1 wamp.error.procedure_already_exists",
  ]);
  callee.yield(1);
  callee.yield(2);
  assertEquals(briefs(caller), [`RESULT ${pending}`, `RESULT ${waiting}`]);
  assertEquals(briefs(newcomer), []);
});
