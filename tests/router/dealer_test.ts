import { assert, assertEquals, assertThrows } from "@std/assert";
import { ID_MAX } from "../../src/wamp/id.ts";
import {
  type Invocation,
  type RouterMessage,
  SendOutcome,
} from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { TestPeer, TestRealm } from "../support/test_realm.ts";

/** The refusals among `messages`: request type, request and URI. */
function refusals(messages: readonly RouterMessage[]): unknown[] {
  return messages.map((message) =>
    message.code === MessageCode.ERROR
      ? [message.requestType, message.request, message.error]
      : message
  );
}

/** Registers; the registration's ID. */
function registered(peer: TestPeer, procedure: string, options = {}): number {
  const request = peer.register(procedure, options);
  const [answer] = peer.take();
  assert(answer.code === MessageCode.REGISTERED, `${answer.code}`);
  assertEquals(answer.request, request);
  return answer.registration;
}

/** The one INVOCATION that `peer` was sent. */
function invocation(peer: TestPeer): Invocation {
  const [message, ...others] = peer.take();
  assert(message?.code === MessageCode.INVOCATION, `${message?.code}`);
  assertEquals(others, []);
  return message;
}

Deno.test("ID-03: registration IDs count from 1 and do not come back", () => {
  const realm = new TestRealm();
  const peer = realm.join();
  assertEquals(registered(peer, "com.a"), 1);
  assertEquals(registered(peer, "com.b"), 2);
  peer.unregister(1);
  peer.take();
  assertEquals(registered(peer, "com.a"), 3);
  assertEquals(realm.realm.dealer.registrations.size, 2);
});

/** REGISTER under a role, with what is taken before: the refusal. */
const REFUSED_REGISTERS: [procedure: string, role: string, uri: string][] = [
  ["com..a", "all", "wamp.error.invalid_uri"],
  ["wamp.a", "all", "wamp.error.invalid_uri"],
  ["com.taken", "all", "wamp.error.procedure_already_exists"],
  // Before any look at what is registered (AZ-05).
  ["com.taken", "none", "wamp.error.not_authorized"],
  ["com.free", "none", "wamp.error.not_authorized"],
  ["com..a", "none", "wamp.error.invalid_uri"],
];

for (const [procedure, role, uri] of REFUSED_REGISTERS) {
  Deno.test(`AZ-05: REGISTER of ${procedure} under the role ${role} is refused with ${uri}`, () => {
    const realm = new TestRealm();
    registered(realm.join(), "com.taken");
    const peer = realm.join({}, role);
    peer.register(procedure);
    assertEquals(refusals(peer.take()), [[64, 1, uri]]);
    assertEquals(realm.realm.dealer.registrations.size, 1);
  });
}

/** CALL under a role: the refusal. */
const REFUSED_CALLS: [procedure: string, role: string, uri: string][] = [
  ["com..a", "all", "wamp.error.invalid_uri"],
  ["com.none", "all", "wamp.error.no_such_procedure"],
  ["wamp.none", "all", "wamp.error.no_such_procedure"],
  ["com.none", "none", "wamp.error.not_authorized"],
  ["com.taken", "none", "wamp.error.not_authorized"],
  ["com..a", "none", "wamp.error.invalid_uri"],
];

for (const [procedure, role, uri] of REFUSED_CALLS) {
  Deno.test(`AZ-05: CALL of ${procedure} under the role ${role} is refused with ${uri}`, () => {
    const realm = new TestRealm();
    const callee = realm.join();
    registered(callee, "com.taken");
    registered(callee, "wam", { match: "prefix" });
    const caller = realm.join({}, role);
    caller.call(procedure);
    assertEquals(refusals(caller.take()), [[48, 1, uri]]);
    assertEquals(callee.take(), []);
    assertEquals(realm.realm.calls.count, 0);
  });
}

Deno.test("INVOCATION carries the call's own payload object", () => {
  const realm = new TestRealm();
  const [callee, caller] = [realm.join(), realm.join()];
  const registration = registered(callee, "com.a");
  caller.call("com.a");
  const { payload, ...head } = invocation(callee);
  assert(payload === NO_PAYLOAD);
  assertEquals(head, { code: 68, request: 1, registration, details: {} });
});

Deno.test("ID-06: the invocation ID after 2^53 is 1", () => {
  const realm = new TestRealm();
  const [callee, caller] = [realm.join(), realm.join()];
  registered(callee, "com.a");
  callee.peer.lastInvocationId = ID_MAX - 1;
  for (const id of [ID_MAX, 1, 2]) {
    const request = caller.call("com.a");
    assertEquals(invocation(callee).request, id);
    callee.yield(id);
    const [result] = caller.take();
    assert(result.code === MessageCode.RESULT);
    assertEquals(result.request, request);
  }
});

/** Why an INVOCATION was not sent: what the caller gets, and what is counted. */
const UNSENDABLE: [outcome: SendOutcome, uri: string, counted: number][] = [
  [SendOutcome.TOO_LONG, "wamp.error.payload_size_exceeded", 1],
  [SendOutcome.UNSUPPORTED_VALUE, "wamp.error.invalid_argument", 0],
];

for (const [outcome, uri, counted] of UNSENDABLE) {
  Deno.test(`FR-17: where INVOCATION cannot be sent the caller gets ${uri}, nothing is pending, no ID is used up`, () => {
    const realm = new TestRealm();
    const [callee, caller] = [realm.join(), realm.join()];
    registered(callee, "com.a");
    callee.outlet.outcome = () => outcome;
    caller.call("com.a");
    assertEquals(refusals(caller.take()), [[48, 1, uri]]);
    assertEquals(realm.realm.calls.count, 0);
    assertEquals(realm.counted("calls_too_long"), counted);
    callee.outlet.outcome = () => SendOutcome.SENT;
    caller.call("com.a");
    assertEquals(invocation(callee).request, 1);
  });
}

Deno.test("a request ID is a protocol violation while its call is pending, and free again after", () => {
  const realm = new TestRealm();
  const [callee, caller] = [realm.join(), realm.join()];
  registered(callee, "com.a");
  caller.callAs(5, "com.a");
  assertThrows(() => caller.callAs(5, "com.a"), ProtocolError, "pending");
  callee.yield(invocation(callee).request);
  caller.callAs(5, "com.a");
  assertEquals(invocation(callee).request, 2);
});

Deno.test("max_registrations: the last one is taken, one more refused", () => {
  const realm = new TestRealm();
  const peer = realm.join({ limits: { maxRegistrations: 2 } });
  registered(peer, "com.a");
  const second = registered(peer, "com.b");
  peer.register("com.c");
  assertEquals(
    refusals(peer.take()),
    [[64, 3, "sluice.error.limit_reached"]],
  );
  peer.unregister(second);
  peer.take();
  registered(peer, "com.c");
});

Deno.test("max_pending_calls: the last call is sent on, one more refused, until one is answered", () => {
  const realm = new TestRealm();
  const callee = realm.join();
  const caller = realm.join({ limits: { maxPendingCalls: 2 } });
  registered(callee, "com.a");
  caller.call("com.a");
  caller.call("com.a");
  assertEquals(callee.take().length, 2);
  caller.call("com.a");
  assertEquals(
    refusals(caller.take()),
    [[48, 3, "sluice.error.limit_reached"]],
  );
  assertEquals(callee.take(), []);
  callee.yield(1);
  caller.call("com.a");
  assertEquals(invocation(callee).request, 3);
});

Deno.test("max_pending_calls: a canceled call counts while its callee owes an answer", () => {
  const realm = new TestRealm();
  const callee = realm.join();
  const caller = realm.join({ limits: { maxPendingCalls: 2 } });
  registered(callee, "com.a", { concurrency: 1000 });
  for (const request of [1, 2]) {
    caller.call("com.a");
    caller.cancel(request, "skip");
    assertEquals(
      refusals(caller.take()),
      [[48, request, "wamp.error.canceled"]],
    );
  }
  caller.call("com.a");
  const refused = [[48, 3, "sluice.error.limit_reached"]];
  assertEquals(refusals(caller.take()), refused);
  assertEquals(callee.take().length, 2);
  callee.yield(1);
  caller.call("com.a");
  assertEquals(caller.take(), []);
  // What a session that left is owed by callees does not keep it in memory.
  const { peer } = caller;
  caller.leave();
  assertEquals(peer.owed.size, 0);
  for (const call of callee.peer.invocations.values()) {
    assertEquals(call.caller === callee.peer, true);
  }
  assertEquals(callee.peer.invocations.size, 2);
  callee.yield(2);
  callee.yield(3);
  assertEquals(callee.peer.invocations.size, 0);
});

Deno.test("SL-05: a session that leaves takes its registrations along", () => {
  const realm = new TestRealm();
  const [leaver, stayer] = [realm.join(), realm.join()];
  registered(leaver, "com.a");
  registered(leaver, "com.", { match: "prefix" });
  registered(stayer, "com.b");
  leaver.leave();
  assertEquals(realm.realm.dealer.registrations.size, 1);
  stayer.call("com.a");
  assertEquals(
    refusals(stayer.take()),
    [[48, 2, "wamp.error.no_such_procedure"]],
  );
  registered(stayer, "com.a");
});

Deno.test("PG-02 PP-02: CALL with progress or in payload passthru mode is a protocol violation", () => {
  const realm = new TestRealm();
  const [callee, caller] = [realm.join(), realm.join()];
  registered(callee, "com.a");
  for (const options of [{ progress: true }, { ppt_scheme: "x_my" }]) {
    assertThrows(
      () => caller.call("com.a", NO_PAYLOAD, options),
      ProtocolError,
    );
  }
  assertEquals(callee.take(), []);
  caller.call("com.a", NO_PAYLOAD, { progress: false, ppt_scheme: "" });
  invocation(callee);
});
