/** The last step of events: to subscribers, into the store and out of it. */
import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import {
  type EventStore,
  EventStoreError,
  type StoredEvent,
} from "../../src/router/event_store.ts";
import { ClientFeature } from "../../src/wamp/features.ts";
import { type Event, SendOutcome } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { payloadOf as valuesPayload } from "../../src/wamp/values.ts";
import {
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
  valuesOf,
} from "../support/serializers.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";

const HISTORY = { uri: "com.kept", match: "exact" as const };

/** Keeps what it is given, in order; a test says what it gives back. */
class RecordingStore implements EventStore {
  readonly histories = [HISTORY];
  readonly appended: StoredEvent[] = [];
  readonly retainedEvents: StoredEvent[] = [];
  /** What is retained, by topic. */
  lists: readonly (readonly StoredEvent[])[] = [];
  fault: Error | undefined = undefined;

  retain(event: StoredEvent): void {
    this.retainedEvents.push(event);
  }

  retained(): readonly StoredEvent[] {
    if (this.fault !== undefined) throw this.fault;
    return this.lists[0] ?? [];
  }

  *retainedMatching(): Iterable<readonly StoredEvent[]> {
    yield* this.lists;
    if (this.fault !== undefined) throw this.fault;
  }

  append(_history: unknown, event: StoredEvent): void {
    this.appended.push(event);
  }

  history(): Iterable<StoredEvent> {
    return this.appended;
  }
}

function realmWithStore(): { realm: TestRealm; store: RecordingStore } {
  const store = new RecordingStore();
  return { realm: new TestRealm({ store }), store };
}

/** The EVENTs that `peer` was sent. */
function eventsOf(peer: TestPeer): Event[] {
  return peer.take().filter((message): message is Event =>
    message.code === MessageCode.EVENT
  );
}

/** `outcome` for EVENTs with a payload. */
function cannotTake(peer: TestPeer, outcome: SendOutcome): void {
  peer.outlet.outcome = (message) =>
    message.code === MessageCode.EVENT && message.payload.count > 0
      ? outcome
      : SendOutcome.SENT;
}

Deno.test("PS-08 ID-11: all subscribers of a subscription get the same message object", () => {
  const { realm } = realmWithStore();
  const [publisher, ...subscribers] = [1, 2, 3].map(() => realm.join());
  for (const subscriber of subscribers) subscriber.subscribe("com.a");
  publisher.publish("com.a");
  const [[one], [other]] = subscribers.map(eventsOf);
  // Connections encode a message once, and copy it as long as it is the same.
  assertStrictEquals(one, other);
});

Deno.test("FR-15: those who cannot take the payload are told last, all by one message, and counted", () => {
  const { realm } = realmWithStore();
  const publisher = realm.join();
  const order: string[] = [];
  const subscribers = ["short", "wide", "short", "wide"].map((kind, i) => {
    const subscriber = realm.join();
    subscriber.subscribe("com.a");
    subscriber.take();
    subscriber.outlet.outcome = (message) => {
      const isWhole = message.code === MessageCode.EVENT &&
        message.payload.count > 0;
      order.push(`${isWhole ? "whole" : "bare"} ${i}`);
      return isWhole && kind === "short"
        ? SendOutcome.TOO_LONG
        : SendOutcome.SENT;
    };
    return subscriber;
  });
  publisher.publish("com.a", { disclose_me: true }, valuesPayload(["long"]));
  assertEquals(order, [
    "whole 0",
    "whole 1",
    "whole 2",
    "whole 3",
    "bare 0",
    "bare 2",
  ]);
  const [[bare], [whole], [sameBare]] = subscribers.map(eventsOf);
  assertStrictEquals(bare, sameBare);
  assertEquals(bare, {
    ...whole,
    details: { ...whole.details, payload_limit_exceeded: true },
    payload: bare.payload,
  });
  assertEquals(bare.payload.count, 0);
  assertEquals(realm.counted("events_too_long"), 2);
});

Deno.test("A-13: a payload without a form in the subscriber's serializer is left out, which the EVENT says, and counted", () => {
  const { realm } = realmWithStore();
  const [publisher, subscriber, other] = [1, 2, 3].map(() => realm.join());
  subscriber.subscribe("com.a");
  other.subscribe("com.a");
  cannotTake(subscriber, SendOutcome.UNSUPPORTED_VALUE);
  publisher.publish("com.a", {}, valuesPayload([1]));
  const [bare] = eventsOf(subscriber);
  assertEquals(bare.details, { payload_unsupported: true });
  assertEquals(bare.payload.count, 0);
  assertEquals(eventsOf(other).length, 1);
  assertEquals(realm.counted("events_unsupported_value"), 1);
  assertEquals(realm.counted("events_too_long"), 0);
});

Deno.test("EH-02: what is kept is a copy, with all that decides who may get it", () => {
  const { realm, store } = realmWithStore();
  const publisher = realm.join();
  const chunk = encodeValue(JSON_CODEC, ["kept"]);
  const lists = { exclude_authid: ["peer9"] };
  realm.time.pass(1234);
  publisher.publish(
    "com.kept",
    { retain: true, disclose_me: true, ...lists },
    payloadOf(JSON_CODEC, chunk, 1),
  );
  // The read buffer is used again.
  chunk.fill(0);
  for (const [event, ...more] of [store.appended, store.retainedEvents]) {
    assertEquals(more, []);
    const { payload, publication, ...rest } = event;
    assertEquals(valuesOf(payload), [["kept"]]);
    assertEquals(publication, store.appended[0].publication);
    assertEquals(rest, {
      topic: "com.kept",
      timeMs: Date.parse("2030-01-01") + 1234,
      details: {
        publisher: 1,
        publisher_authid: "peer1",
        publisher_authrole: "all",
      },
      excluded: 1,
      lists,
    });
  }
});

Deno.test("ER-02: without retain, and without a history, nothing is given to the store", () => {
  const { realm, store } = realmWithStore();
  const publisher = realm.join();
  publisher.publish("com.other");
  publisher.publish("com.other", { retain: false });
  assertEquals([store.appended, store.retainedEvents], [[], []]);
  publisher.publish("com.other", { retain: true });
  assertEquals(store.appended, []);
  assertEquals(store.retainedEvents.length, 1);
});

/** Lists of sessions keep an event out of every history (EH-09). */
const SESSION_LISTS: readonly [
  options: Record<string, unknown>,
  kept: boolean,
][] = [
  [{}, true],
  [{ exclude: [9] }, false],
  [{ eligible: [9] }, false],
  [{ eligible: [] }, false],
  [{ exclude: [] }, true],
  [{ exclude_authid: ["x"], eligible_authrole: ["y"] }, true],
  [{ exclude_authid: ["x"], eligible: [1] }, false],
];

Deno.test("EH-09: events for certain sessions are in no history", () => {
  for (const [options, kept] of SESSION_LISTS) {
    const { realm, store } = realmWithStore();
    realm.join().publish("com.kept", options);
    assertEquals(store.appended.length, kept ? 1 : 0, JSON.stringify(options));
  }
});

function retained(
  publication: number,
  more: Partial<StoredEvent> = {},
): StoredEvent {
  return {
    publication,
    topic: "com.a",
    timeMs: 0,
    details: { publisher: 5 },
    payload: valuesPayload([publication]),
    excluded: undefined,
    lists: undefined,
    ...more,
  };
}

Deno.test("ER-03 ER-05 ER-07: of a topic's retained events the first that is for the subscriber is sent", () => {
  const rows: [events: StoredEvent[], due: number | undefined][] = [
    [[], undefined],
    [[retained(1)], 1],
    [[retained(1, { excluded: 2 })], 1],
    [[retained(1, { excluded: 1 })], undefined],
    [[retained(1, { lists: { exclude: [1] } }), retained(2)], 2],
    [[retained(1, { lists: { eligible: [1] } }), retained(2)], 1],
    [[retained(1, { lists: { eligible_authid: ["peer2"] } })], undefined],
    [[retained(1, { lists: { eligible_authrole: ["all"] } })], 1],
  ];
  for (const [events, due] of rows) {
    const { realm, store } = realmWithStore();
    store.lists = [events];
    const subscriber = realm.join();
    subscriber.subscribe("com.a", { get_retained: true });
    const sent = eventsOf(subscriber);
    assertEquals(sent.map(({ publication }) => publication), due ? [due] : []);
    if (due) assertEquals(sent[0].details, { publisher: 5, retained: true });
  }
});

Deno.test("FR-15 A-13: a retained event that cannot be sent whole is sent bare, and counted", () => {
  const { realm, store } = realmWithStore();
  store.lists = [[retained(1)]];
  const [short, other] = [realm.join(), realm.join()];
  cannotTake(short, SendOutcome.TOO_LONG);
  short.subscribe("com.", { match: "prefix", get_retained: true });
  const [bare] = eventsOf(short);
  assertEquals(bare.details, {
    publisher: 5,
    topic: "com.a",
    retained: true,
    payload_limit_exceeded: true,
  });
  assertEquals(realm.counted("events_too_long"), 1);
  cannotTake(other, SendOutcome.UNSUPPORTED_VALUE);
  other.subscribe("com.a", { get_retained: true });
  assertEquals(eventsOf(other).map(({ details }) => details), [
    { publisher: 5, retained: true, payload_unsupported: true },
  ]);
  assertEquals(realm.counted("events_unsupported_value"), 1);
});

/** Takes EVENTs only if all their details are in `known`. */
function takesOnly(peer: TestPeer, known: readonly string[]): void {
  peer.outlet.outcome = (message) =>
    message.code !== MessageCode.EVENT ||
      Object.keys(message.details).every((key) => known.includes(key))
      ? SendOutcome.SENT
      : SendOutcome.TOO_LONG;
}

const CUT = { payload_limit_exceeded: true, _details_cut: true };

/** What is left of all details, by what there is room for. */
const CUTS: readonly [
  room: readonly string[],
  left: Record<string, unknown>,
][] = [
  [["publisher", "publisher_authid", "publisher_authrole", "topic"], {
    publisher: 1,
    publisher_authid: "peer1",
    publisher_authrole: "all",
    topic: "com.a",
  }],
  [["publisher", "topic"], { publisher: 1, topic: "com.a" }],
  [["publisher", "publisher_authid", "publisher_authrole"], {
    publisher: 1,
    publisher_authid: "peer1",
    publisher_authrole: "all",
  }],
  [["publisher"], { publisher: 1 }],
];

Deno.test("FR-15: of the details as many are left as there is room for, and the EVENT says that some are missing", () => {
  for (const [room, left] of CUTS) {
    const { realm } = realmWithStore();
    const publisher = realm.join({
      features: ClientFeature.PUBLISHER_PASSTHRU,
    });
    const subscriber = realm.join();
    subscriber.subscribe("com.", { match: "prefix" });
    takesOnly(subscriber, [...room, ...Object.keys(CUT)]);
    publisher.publish(
      "com.a",
      { disclose_me: true, ppt_scheme: "x_my", ppt_keyid: "key" },
      valuesPayload([1]),
    );
    const [event, ...more] = eventsOf(subscriber);
    assertEquals(more, []);
    assertEquals(event.details, { ...left, ...CUT });
    assertEquals(event.payload.count, 0);
    assertEquals(realm.counted("events_too_long"), 1);
    assertEquals(realm.counted("events_lost"), 0);
  }
});

const ON_LOST = "sluice.event.on_lost";

Deno.test("FR-15 A-13: an event of which a subscriber can be told nothing is told to the log and to who subscribed to that", () => {
  for (
    const [outcome, reason] of [
      [SendOutcome.TOO_LONG, "payload_limit_exceeded"],
      [SendOutcome.UNSUPPORTED_VALUE, "payload_unsupported"],
    ] as const
  ) {
    const { realm } = realmWithStore();
    const [publisher, subscriber, watcher] = [1, 2, 3].map(() => realm.join());
    watcher.subscribe(ON_LOST);
    subscriber.subscribe("com.a");
    subscriber.take();
    watcher.take();
    subscriber.outlet.outcome = () => outcome;
    publisher.publish("com.a", {}, valuesPayload([1]));
    assertEquals(realm.counted("events_lost"), 1);
    const [event] = eventsOf(watcher);
    const [[session, details]] = valuesOf(event.payload) as [
      [number, Record<string, unknown>],
    ];
    const { publication, ...rest } = details;
    assertEquals(session, 2);
    assertEquals(typeof publication, "number");
    assertEquals(rest, {
      authid: "peer2",
      authrole: "all",
      topic: "com.a",
      subscription: 3,
      reason,
    });
    assertEquals(realm.losses, [{
      realm: "realm1",
      session: 2,
      loss: { topic: "com.a", subscription: 3, publication, reason },
    }]);
  }
});

Deno.test("the loss of what tells of losses makes no other, and is logged", () => {
  const { realm } = realmWithStore();
  const [publisher, subscriber, deaf, watcher] = [1, 2, 3, 4].map(() =>
    realm.join()
  );
  deaf.subscribe(ON_LOST);
  deaf.subscribe("sluice.", { match: "prefix" });
  watcher.subscribe(ON_LOST);
  subscriber.subscribe("com.a");
  watcher.take();
  for (const { outlet } of [subscriber, deaf]) {
    outlet.outcome = () => SendOutcome.TOO_LONG;
  }
  publisher.publish("com.a", {}, valuesPayload([1]));
  assertEquals(eventsOf(watcher).length, 1);
  assertEquals(realm.counted("events_lost"), 3);
  assertEquals(realm.losses.map(({ session, loss }) => [session, loss.topic]), [
    [2, "com.a"],
    [3, ON_LOST],
    [3, ON_LOST],
  ]);
});

Deno.test("UR-09: nobody but the router tells of losses, or serves what is below", () => {
  const { realm } = realmWithStore();
  const client = realm.join();
  client.publish(ON_LOST, { acknowledge: true });
  client.register("sluice.event.any");
  assertEquals(
    client.take().map((message) =>
      message.code === MessageCode.ERROR ? message.error : message.code
    ),
    ["wamp.error.invalid_uri", "wamp.error.invalid_uri"],
  );
});

Deno.test("what a retained event is transcoded to for a subscriber is not kept with it", () => {
  const json = payloadOf(JSON_CODEC, encodeValue(JSON_CODEC, [1]), 1);
  for (const payload of [json, valuesPayload([1])]) {
    const { realm, store } = realmWithStore();
    store.lists = [[retained(1, { payload })]];
    const subscriber = realm.join();
    subscriber.subscribe("com.a", { get_retained: true });
    const [sent] = eventsOf(subscriber);
    const format = MSGPACK_CODEC.format;
    assertEquals(valuesOf(sent.payload.in(format)), [[1]]);
    assertNotStrictEquals(payload.in(format), sent.payload.in(format));
  }
});

Deno.test("a store that cannot be read spoils no subscription", () => {
  for (const match of ["exact", "prefix"]) {
    const { realm, store } = realmWithStore();
    store.lists = match === "exact" ? [] : [[retained(1)]];
    store.fault = new EventStoreError("out of order");
    const [subscriber, publisher] = [realm.join(), realm.join()];
    subscriber.subscribe("com.a", { match, get_retained: true });
    const codes = subscriber.take().map(({ code }) => code);
    assertEquals(codes, match === "exact" ? [33] : [33, 36]);
    publisher.publish("com.a");
    assertEquals(eventsOf(subscriber).length, 1);
  }
});
