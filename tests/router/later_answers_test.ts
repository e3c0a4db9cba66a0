/** What the router answers later: its own procedures, SUBSCRIBE and REGISTER. */
import { assertEquals, assertThrows } from "@std/assert";
import type { MetaAnswer } from "../../src/router/meta/meta_procedures.ts";
import { type ErrorMessage, requestError } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { ROUTER_PROCEDURES } from "../../src/wamp/router_uris.ts";
import { payloadOf, readValues } from "../../src/wamp/values.ts";
import {
  type TestPeer,
  TestRealm,
  type TestRealmOptions,
} from "../support/test_realm.ts";
import { brief, briefs } from "./_brief.ts";

const LATER = "wamp.test.later";

/** A realm with a procedure that answers its calls when the test says so. */
function withLaterProcedure(options: TestRealmOptions = {}) {
  const test = new TestRealm(options);
  const due: PromiseWithResolvers<MetaAnswer>[] = [];
  test.realm.procedures.add({
    [LATER]: () => {
      const one = Promise.withResolvers<MetaAnswer>();
      due.push(one);
      return one.promise;
    },
  });
  return { test, due };
}

/** Promises that are resolved take their effect. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The first argument of each RESULT, or what else came. */
function results(peer: TestPeer): unknown[] {
  return peer.take().map((message) =>
    message.code === MessageCode.RESULT
      ? readValues(message.payload).args[0]
      : brief(message)
  );
}

Deno.test("a realm with a meta API serves every procedure of the table, and one without none", () => {
  const { realm } = new TestRealm();
  assertEquals(
    [...realm.procedures.uris()].sort(),
    [...ROUTER_PROCEDURES].sort(),
  );
  const { realm: bare } = new TestRealm({ hasMetaApi: false });
  assertEquals([...bare.procedures.uris()], []);
});

Deno.test("a procedure that answers later holds up its caller's answers of the router, and no other session", async () => {
  const { test, due } = withLaterProcedure();
  const [caller, other] = [test.join(), test.join()];
  caller.call(LATER);
  caller.call(LATER);
  caller.call("wamp.session.count");
  const subscribe = caller.subscribe("com.a");
  other.call("wamp.session.count");
  assertEquals(results(other), [2]);
  due[1].resolve({ args: ["second"] });
  await settled();
  assertEquals(results(caller), []);
  assertEquals(test.realm.inventory().pendingCalls, 3);
  due[0].resolve({ args: ["first"] });
  await settled();
  assertEquals(results(caller), ["first", "second", 2, "SUBSCRIBED"]);
  assertEquals(subscribe, 4);
  assertEquals(test.realm.inventory().pendingCalls, 0);
  // From then on all is answered at once again.
  caller.call("wamp.session.count");
  assertEquals(results(caller), [2]);
});

Deno.test("events and calls of others go on while a session waits for an answer", async () => {
  const { test, due } = withLaterProcedure();
  const [waiter, other] = [test.join(), test.join()];
  waiter.subscribe("com.t");
  waiter.register("com.p");
  waiter.take();
  waiter.call(LATER);
  other.publish("com.t");
  const call = other.call("com.p");
  assertEquals(briefs(waiter), ["EVENT", "INVOCATION 1"]);
  waiter.yield(1);
  assertEquals(briefs(other), [`RESULT ${call}`]);
  due[0].resolve({ error: "com.err", text: "later" });
  await settled();
  assertEquals(briefs(waiter), ["ERROR 3 com.err"]);
});

Deno.test("RP-09 CX-04 TO-02: a call that is answered later can be canceled and has a timeout", async () => {
  const { test, due } = withLaterProcedure();
  const caller = test.join();
  const canceled = caller.call(LATER);
  const late = caller.call(LATER, NO_PAYLOAD, { timeout: 100 });
  caller.cancel(canceled, "kill");
  test.time.pass(200);
  assertEquals(briefs(caller), [
    `ERROR ${canceled} wamp.error.canceled`,
    `ERROR ${late} wamp.error.timeout`,
  ]);
  for (const one of due) one.resolve({ args: [] });
  await settled();
  assertEquals(briefs(caller), []);
  assertEquals(test.time.deadlines, 0);
});

Deno.test("SL-05: a session that leaves while it waits leaves nothing behind", async () => {
  const { test, due } = withLaterProcedure({
    confirmer: () => undefined,
  });
  const caller = test.join();
  caller.call(LATER, NO_PAYLOAD, { timeout: 100 });
  caller.register("com.a");
  caller.subscribe("com.a");
  caller.leave();
  due[0].resolve({ args: [] });
  await settled();
  assertEquals(caller.take(), []);
  assertEquals(test.time.deadlines, 0);
  assertEquals(test.realm.inventory(), {
    sessions: 0,
    subscriptions: 0,
    registrations: 0,
    pendingCalls: 0,
    testators: 0,
  });
});

Deno.test("max_pending_calls holds for calls that are answered later", async () => {
  const { test, due } = withLaterProcedure();
  const caller = test.join({ limits: { maxPendingCalls: 2 } });
  const requests = [1, 2, 3].map(() => caller.call(LATER));
  assertEquals(due.length, 2);
  assertEquals(briefs(caller), [
    `ERROR ${requests[2]} sluice.error.limit_reached`,
  ]);
  for (const one of due) one.resolve({ args: [] });
  await settled();
  assertEquals(briefs(caller), [
    `RESULT ${requests[0]}`,
    `RESULT ${requests[1]}`,
  ]);
});

Deno.test("a promise that rejects is an internal error of its session's connection", async () => {
  const { test, due } = withLaterProcedure();
  const caller = test.join();
  let work: (() => void) | undefined;
  caller.outlet.enter = (given) => work = given;
  caller.call(LATER);
  due[0].reject(new TypeError("a defect"));
  await settled();
  assertThrows(() => work?.(), TypeError, "a defect");
});

/** A realm whose SUBSCRIBEs and REGISTERs are confirmed when the test says so. */
function withConfirmer() {
  const due: PromiseWithResolvers<ErrorMessage | undefined>[] = [];
  const test = new TestRealm({
    confirmer: () => {
      const one = Promise.withResolvers<ErrorMessage | undefined>();
      due.push(one);
      return one.promise;
    },
  });
  return { test, due };
}

Deno.test("OG-02: a subscription that is confirmed later has no events before, and its retained ones after", async () => {
  const { test, due } = withConfirmer();
  const [subscriber, publisher] = [test.join(), test.join()];
  publisher.publish("com.t", { retain: true }, payloadOf(["old"]));
  subscriber.subscribe("com.t", { get_retained: true });
  publisher.publish("com.t", { retain: true }, payloadOf(["new"]));
  assertEquals(briefs(subscriber), []);
  assertEquals(test.realm.inventory().subscriptions, 0);
  due[0].resolve(undefined);
  await settled();
  assertEquals(briefs(subscriber), ["SUBSCRIBED", "EVENT"]);
  publisher.publish("com.t");
  assertEquals(briefs(subscriber), ["EVENT"]);
});

Deno.test("requests of a session take effect in their order, whenever they are confirmed", async () => {
  const { test, due } = withConfirmer();
  const client = test.join();
  client.subscribe("com.t");
  client.unsubscribe(1);
  client.register("com.p");
  client.unregister(1);
  for (const one of due.toReversed()) {
    assertEquals(briefs(client), []);
    one.resolve(undefined);
    await settled();
  }
  assertEquals(briefs(client), [
    "SUBSCRIBED",
    "UNSUBSCRIBED",
    "REGISTERED",
    "UNREGISTERED 4",
  ]);
  assertEquals(test.realm.inventory().registrations, 0);
});

Deno.test("what is refused later is answered with that ERROR, and has no effect", async () => {
  const { test, due } = withConfirmer();
  const client = test.join();
  client.register("com.p");
  due[0].resolve(
    requestError(MessageCode.REGISTER, 1, "com.taken", "elsewhere"),
  );
  await settled();
  assertEquals(briefs(client), ["ERROR 1 com.taken"]);
  assertEquals(test.realm.inventory().registrations, 0);
});

Deno.test("SH-02: who registers first when confirmed has the procedure", async () => {
  const { test, due } = withConfirmer();
  const [slow, quick] = [test.join(), test.join()];
  slow.register("com.p");
  quick.register("com.p");
  due[1].resolve(undefined);
  await settled();
  due[0].resolve(undefined);
  await settled();
  assertEquals(briefs(quick), ["REGISTERED"]);
  assertEquals(briefs(slow), [
    "ERROR 1 wamp.error.procedure_already_exists",
  ]);
});

Deno.test("AZ-05: what rights do not allow is refused, and nobody is asked to confirm it", () => {
  const { test, due } = withConfirmer();
  const client = test.join({}, "none");
  client.register("com.p");
  client.subscribe("com.t");
  client.subscribe("com..t");
  assertEquals(due.length, 0);
  assertEquals(briefs(client), [
    "ERROR 1 wamp.error.not_authorized",
    "ERROR 2 wamp.error.not_authorized",
    "ERROR 3 wamp.error.invalid_uri",
  ]);
});

Deno.test("a confirmer that decides at once costs no turn of the event loop", () => {
  const asked: number[] = [];
  const test = new TestRealm({
    confirmer: (_peer, { code, request }) => {
      asked.push(code);
      return request === 2
        ? requestError(MessageCode.REGISTER, 2, "com.no", "not here")
        : undefined;
    },
  });
  const client = test.join();
  client.subscribe("com.t");
  client.register("com.p");
  assertEquals(briefs(client), ["SUBSCRIBED", "ERROR 2 com.no"]);
  assertEquals(asked, [MessageCode.SUBSCRIBE, MessageCode.REGISTER]);
});
