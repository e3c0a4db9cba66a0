import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Event,
  type RouterMessage,
  SendOutcome,
} from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { Payload } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { JSON_CODEC } from "../support/serializers.ts";
import { utf8 } from "../support/hex.ts";
import { TestPeer, TestRealm } from "../support/test_realm.ts";

/** Message code and, of an error, its URI. */
function outline(messages: readonly RouterMessage[]): unknown[] {
  return messages.map((message) =>
    message.code === MessageCode.ERROR
      ? [message.code, message.requestType, message.error]
      : [message.code]
  );
}

/** The events among what `peer` was sent. */
function eventsOf(peer: TestPeer): Event[] {
  return peer.take().filter((message) => message.code === MessageCode.EVENT);
}

/** Subscribes; the subscription's ID. */
function subscribed(peer: TestPeer, topic: string, options = {}): number {
  const request = peer.subscribe(topic, options);
  const [answer] = peer.take();
  assert(answer.code === MessageCode.SUBSCRIBED, `${answer.code}`);
  assertEquals(answer.request, request);
  return answer.subscription;
}

function jsonPayload(text: string): Payload {
  const bytes = utf8(text);
  return new Payload(JSON_CODEC.format, bytes, 0, bytes.length, 1);
}

Deno.test("ID-03: subscription IDs count from 1 and do not come back", () => {
  const realm = new TestRealm();
  const peer = realm.join();
  assertEquals(subscribed(peer, "com.a"), 1);
  assertEquals(subscribed(peer, "com.b"), 2);
  peer.unsubscribe(1);
  peer.take();
  assertEquals(subscribed(peer, "com.a"), 3);
  assertEquals(realm.realm.broker.subscribedCount, 2);
});

Deno.test("one publication gives all subscribers of a subscription the same EVENT object", () => {
  const realm = new TestRealm();
  const publisher = realm.join();
  const subscribers = [realm.join(), realm.join(), realm.join()];
  for (const subscriber of subscribers) {
    subscribed(subscriber, "com.a");
    subscribed(subscriber, "com.", { match: "prefix" });
  }
  const payload = jsonPayload("[1]");
  publisher.publish("com.a", {}, payload);
  const [first, ...others] = subscribers.map(eventsOf);
  assertEquals(first.map(({ subscription }) => subscription), [1, 2]);
  assertEquals(first.map(({ details }) => details), [{}, { topic: "com.a" }]);
  for (const event of first) assert(event.payload === payload, "payload");
  assertEquals(first[0].publication, first[1].publication);
  // The transport encodes an object once per serializer.
  for (const events of others) {
    assert(events[0] === first[0] && events[1] === first[1]);
  }
});

Deno.test("PS-06 PS-07: a publication is answered only where that is asked for, also where it is refused", () => {
  const realm = new TestRealm({ hasMetaApi: false });
  const rows: [topic: string, role: string, answer: unknown[]][] = [
    ["com.a", "all", [17]],
    ["com.a", "none", [8, 16, "wamp.error.not_authorized"]],
    ["com..a", "all", [8, 16, "wamp.error.invalid_uri"]],
    ["wamp.a", "all", [8, 16, "wamp.error.invalid_uri"]],
    // Syntax comes before authorization (AZ-05).
    ["com..a", "none", [8, 16, "wamp.error.invalid_uri"]],
  ];
  const subscriber = realm.join();
  subscribed(subscriber, "", { match: "prefix" });
  for (const [topic, role, answer] of rows) {
    const peer = realm.join({}, role);
    peer.publish(topic, { acknowledge: false });
    peer.publish(topic);
    assertEquals(peer.take(), []);
    const refused = answer[0] === 8;
    assertEquals(eventsOf(subscriber).length, refused ? 0 : 2);
    peer.publish(topic, { acknowledge: true });
    assertEquals(outline(peer.take()), [answer]);
    assertEquals(eventsOf(subscriber).length, refused ? 0 : 1);
  }
});

Deno.test("PX-01: the publisher is left out unless exclude_me is false", () => {
  const realm = new TestRealm();
  const peer = realm.join();
  subscribed(peer, "com.a");
  subscribed(peer, "com", { match: "prefix" });
  for (const options of [{}, { exclude_me: true }, { exclude_me: null }]) {
    peer.publish("com.a", options);
    assertEquals(peer.take(), []);
  }
  peer.publish("com.a", { exclude_me: false });
  assertEquals(eventsOf(peer).length, 2);
});

Deno.test("FR-15: an EVENT that cannot be sent is counted, and other subscribers get theirs", () => {
  const realm = new TestRealm();
  const publisher = realm.join();
  const [small, odd, other] = [realm.join(), realm.join(), realm.join()];
  for (const peer of [small, odd, other]) subscribed(peer, "com.a");
  small.outlet.outcome = () => SendOutcome.TOO_LONG;
  odd.outlet.outcome = () => SendOutcome.UNSUPPORTED_VALUE;
  publisher.publish("com.a");
  publisher.publish("com.a");
  assertEquals(eventsOf(other).length, 2);
  assertEquals(realm.counted("events_too_long"), 2);
  assertEquals(realm.counted("events_unsupported_value"), 2);
});

Deno.test("max_subscriptions: the last one is taken, one more refused; what is known or freed is not", () => {
  const realm = new TestRealm();
  const peer = realm.join({ limits: { maxSubscriptions: 2 } });
  subscribed(peer, "com.a");
  const second = subscribed(peer, "com.b");
  peer.subscribe("com.c");
  assertEquals(outline(peer.take()), [[8, 32, "sluice.error.limit_reached"]]);
  assertEquals(realm.realm.broker.subscribedCount, 2);
  assertEquals(subscribed(peer, "com.b"), second);
  // Another session's subscription is one more all the same.
  subscribed(realm.join(), "com.d");
  peer.subscribe("com.d");
  assertEquals(outline(peer.take()), [[8, 32, "sluice.error.limit_reached"]]);
  peer.unsubscribe(second);
  peer.take();
  subscribed(peer, "com.c");
});

Deno.test("PS-05: UNSUBSCRIBE of another session's subscription is refused and changes nothing", () => {
  const realm = new TestRealm();
  const [owner, stranger] = [realm.join(), realm.join()];
  const subscription = subscribed(owner, "com.a");
  stranger.unsubscribe(subscription);
  assertEquals(
    outline(stranger.take()),
    [[8, 34, "wamp.error.no_such_subscription"]],
  );
  stranger.publish("com.a");
  assertEquals(eventsOf(owner).length, 1);
});

Deno.test("SL-05: a session that leaves takes its subscriptions along and leaves the others'", () => {
  const realm = new TestRealm();
  const [leaver, stayer] = [realm.join(), realm.join()];
  subscribed(leaver, "com.own");
  const shared = subscribed(leaver, "com.shared");
  subscribed(leaver, "com.", { match: "wildcard" });
  assertEquals(subscribed(stayer, "com.shared"), shared);
  leaver.leave();
  assertEquals(realm.realm.broker.subscribedCount, 1);
  realm.join().publish("com.shared");
  assertEquals(eventsOf(leaver).length, 0);
  assertEquals(eventsOf(stayer).length, 1);
  // A new subscription to a name that was freed is a new one.
  assert(subscribed(stayer, "com.own") > shared);
});

Deno.test("PP-02: a publication in payload passthru mode is a protocol violation, and reaches nobody", () => {
  const realm = new TestRealm();
  const [publisher, subscriber] = [realm.join(), realm.join()];
  subscribed(subscriber, "com.a");
  assertThrows(
    () => publisher.publish("com.a", { ppt_scheme: "wamp" }),
    ProtocolError,
  );
  publisher.publish("com.a", { ppt_scheme: "" });
  assertEquals(eventsOf(subscriber).length, 1);
});

Deno.test("UR-01: a strict realm refuses topics that the loose rule takes", () => {
  const realm = new TestRealm("strict");
  const peer = realm.join();
  for (const match of ["exact", "prefix", "wildcard"]) {
    peer.subscribe("com.A", { match });
  }
  peer.publish("com.A", { acknowledge: true });
  assertEquals(outline(peer.take()), [
    [8, 32, "wamp.error.invalid_uri"],
    [8, 32, "wamp.error.invalid_uri"],
    [8, 32, "wamp.error.invalid_uri"],
    [8, 16, "wamp.error.invalid_uri"],
  ]);
});
