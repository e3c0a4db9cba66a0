/** Who is told what happens in a realm, beside the meta API. */
import { assertEquals } from "@std/assert";
import type { RealmObserver } from "../../src/router/observers.ts";
import { TestRealm } from "../support/test_realm.ts";

/** Notes what it is told, in short. */
function recorder(): [told: string[], observer: RealmObserver] {
  const told: string[] = [];
  return [told, (event, realm) => {
    const isSilent = "silently" in event && event.silently === true;
    told.push(
      `${realm} ${event.kind} ${event.peer.sessionId}${
        isSilent ? " silently" : ""
      }`,
    );
  }];
}

Deno.test("all observers are told what happens, in its order, with a meta API and without", () => {
  for (const hasMetaApi of [true, false]) {
    const [first, second] = [recorder(), recorder()];
    const test = new TestRealm({
      observers: [first[1], second[1]],
      hasMetaApi,
    });
    const client = test.join({ limits: { maxSubscriptions: 1 } });
    client.subscribe("com.t");
    client.subscribe("com.u");
    client.register("com.p");
    const third = recorder();
    test.realm.observers.add(third[1]);
    client.unsubscribe(1);
    client.leave();
    const before = [
      "realm1 joined 1",
      "realm1 subscription_created 1",
      "realm1 subscribed 1",
      "realm1 limit_reached 1",
      "realm1 registration_created 1",
      "realm1 registered 1",
    ];
    const after = [
      "realm1 unsubscribed 1",
      "realm1 subscription_deleted 1",
      "realm1 unregistered 1",
      "realm1 registration_deleted 1",
      "realm1 left 1",
    ];
    assertEquals(first[0], [...before, ...after]);
    assertEquals(second[0], first[0]);
    assertEquals(third[0], after);
  }
});

Deno.test("MS-09: what the meta API says nothing of, observers are told", () => {
  const [told, observer] = recorder();
  const test = new TestRealm();
  const [client, heir] = [test.join(), test.join()];
  client.subscribe("com.t");
  heir.subscribe("wamp.session.on_leave");
  heir.take();
  test.realm.observers.add(observer);
  test.realm.kill(client.peer, "com.why", undefined, true);
  assertEquals(told, [
    "realm1 unsubscribed 1 silently",
    "realm1 subscription_deleted 1 silently",
    "realm1 left 1 silently",
  ]);
  assertEquals(heir.take(), []);
});

Deno.test("AZ-03: what is not allowed is told with what decided", () => {
  const deciders: string[] = [];
  const test = new TestRealm({
    observers: [(event) => {
      if (event.kind === "denied") {
        deciders.push(
          `${event.action} ${event.uri} ${event.match}: ${event.denial.decider}`,
        );
      }
    }],
  });
  const client = test.join({}, "none");
  client.publish("com.t");
  client.subscribe("com.", { match: "prefix" });
  assertEquals(deciders, [
    "publish com.t exact: a test",
    "subscribe com. prefix: a test",
  ]);
});
