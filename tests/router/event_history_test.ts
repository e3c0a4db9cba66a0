/** Questions to a history, against a reader that is too simple to be wrong. */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import {
  EventStoreError,
  type StoredEvent,
} from "../../src/router/event_store.ts";
import {
  parseTime,
  queryEventHistory,
} from "../../src/router/meta/event_history.ts";
import type { MetaAnswer } from "../../src/router/meta/meta_procedures.ts";
import { MemoryEventStore } from "../../src/store/memory_event_store.ts";
import { payloadOf, readValues } from "../../src/wamp/values.ts";
import {
  CBOR_CODEC,
  encodeValue,
  JSON_CODEC,
  payloadOf as octetsPayload,
} from "../support/serializers.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import {
  DENY_ALL,
  TestCounters,
  type TestPeer,
  TestRealm,
  WIDE_BOUNDS,
} from "../support/test_realm.ts";

const HISTORY = {
  uri: "com.",
  match: "prefix" as const,
  maxEvents: 1_000_000,
  maxBytes: 2 ** 40,
};

/** A realm with one history, which is subscription 1. */
function realmWithHistory(): { realm: TestRealm; store: MemoryEventStore } {
  const store = new MemoryEventStore(
    { ...WIDE_BOUNDS, histories: [HISTORY] },
    new TestCounters(),
  );
  return { realm: new TestRealm({ store }), store };
}

function stored(
  publication: number,
  more: Partial<StoredEvent> = {},
): StoredEvent {
  return {
    publication,
    topic: "com.a",
    timeMs: Date.parse("2030-01-01") + publication,
    details: {},
    payload: payloadOf([publication]),
    excluded: undefined,
    lists: undefined,
    ...more,
  };
}

function ask(
  peer: TestPeer,
  kwargs: Record<string, unknown> = {},
  args: unknown[] = [1],
): MetaAnswer {
  const payload = payloadOf(args, kwargs);
  return answerOf(
    queryEventHistory(peer.peer, { args, kwargs }, payload, peer.realm),
  );
}

/** The answer, with all its pieces done. */
function answerOf(given: ReturnType<typeof queryEventHistory>): MetaAnswer {
  if (!("next" in given)) return given;
  for (;;) {
    const { done, value } = given.next();
    if (done === true) return value;
  }
}

/** The publications of an answer, or its error. */
function found(answer: MetaAnswer): unknown {
  if ("error" in answer) return answer.error;
  return answer.args.map((event) =>
    (event as { publication: number }).publication
  );
}

const TOPICS = ["com.a", "com.b", "com.c"];
const START_MS = Date.parse("2030-01-01");

/** Up to twenty events, some at the same time. */
function randomEvents(random: SeededRandom): StoredEvent[] {
  let timeMs = START_MS;
  return Array.from({ length: random.below(20) }, (_, i) => {
    timeMs += random.below(3);
    const lists = random.oneIn(4) ? { exclude_authid: ["peer1"] } : undefined;
    return stored(i + 1, { topic: random.pick(TOPICS), timeMs, lists });
  });
}

const TIME_KEYS = ["from_time", "after_time", "before_time", "until_time"];
const PUBLICATION_KEYS = [
  "from_publication",
  "after_publication",
  "before_publication",
  "until_publication",
];

function randomQuestion(random: SeededRandom): Record<string, unknown> {
  const kwargs: Record<string, unknown> = {};
  if (random.oneIn(2)) kwargs["reverse"] = random.oneIn(2);
  if (random.oneIn(3)) kwargs["limit"] = 1 + random.below(8);
  if (random.oneIn(4)) kwargs["topic"] = random.pick(TOPICS);
  for (const key of TIME_KEYS) {
    if (!random.oneIn(5)) continue;
    kwargs[key] = new Date(START_MS + random.below(30)).toISOString();
  }
  for (const key of PUBLICATION_KEYS) {
    if (random.oneIn(5)) kwargs[key] = 1 + random.below(22);
  }
  return kwargs;
}

/** EH-03, EH-04 and EH-07 as they are written. */
function expected(
  events: readonly StoredEvent[],
  kwargs: Record<string, unknown>,
): number[] {
  const placeOf = (key: string) =>
    events.findIndex(({ publication }) => publication === kwargs[key]);
  const time = (key: string) => Date.parse(String(kwargs[key]));
  const passing = events.filter((event, place) =>
    (!("topic" in kwargs) || event.topic === kwargs["topic"]) &&
    (!("from_time" in kwargs) || event.timeMs >= time("from_time")) &&
    (!("after_time" in kwargs) || event.timeMs > time("after_time")) &&
    (!("before_time" in kwargs) || event.timeMs < time("before_time")) &&
    (!("until_time" in kwargs) || event.timeMs <= time("until_time")) &&
    (!("from_publication" in kwargs) ||
      (placeOf("from_publication") >= 0 &&
        place >= placeOf("from_publication"))) &&
    (!("after_publication" in kwargs) ||
      (placeOf("after_publication") >= 0 &&
        place > placeOf("after_publication"))) &&
    (!("before_publication" in kwargs) ||
      placeOf("before_publication") < 0 ||
      place < placeOf("before_publication")) &&
    (!("until_publication" in kwargs) ||
      placeOf("until_publication") < 0 ||
      place <= placeOf("until_publication")) &&
    event.lists === undefined
  ).map(({ publication }) => publication);
  const ordered = kwargs["reverse"] === true ? passing.toReversed() : passing;
  return ordered.slice(0, Number(kwargs["limit"] ?? Infinity));
}

Deno.test("EH-03 EH-04 EH-07 EH-09: random questions to random histories", () => {
  withSeed((random) => {
    for (let round = 0; round < 200; round++) {
      const { realm, store } = realmWithHistory();
      const asker = realm.join({ authid: "peer1" });
      const events = randomEvents(random);
      for (const event of events) store.append(HISTORY, event);
      for (let i = 0; i < 20; i++) {
        const kwargs = randomQuestion(random);
        assertEquals(
          found(ask(asker, kwargs)),
          expected(events, kwargs),
          JSON.stringify(kwargs),
        );
      }
    }
  });
});

Deno.test("EH-03: paging by the last publication seen, in both directions, shows each event once", () => {
  const { realm, store } = realmWithHistory();
  const asker = realm.join();
  for (let id = 1; id <= 10; id++) store.append(HISTORY, stored(id));
  for (const reverse of [false, true]) {
    const pages: number[][] = [];
    const key = reverse ? "before_publication" : "after_publication";
    while (true) {
      const last = pages.at(-1)?.at(-1);
      const from = last === undefined ? {} : { [key]: last };
      const page = found(ask(asker, { reverse, limit: 4, ...from }));
      assert(Array.isArray(page));
      if (page.length === 0) break;
      pages.push(page);
    }
    const all = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]];
    assertEquals(
      pages,
      reverse ? [[10, 9, 8, 7], [6, 5, 4, 3], [2, 1]] : all,
    );
  }
});

const TIMES: readonly [text: string, ms: number | undefined][] = [
  ["1970-01-01T00:00:00Z", 0],
  ["1970-01-01t00:00:00z", 0],
  ["1970-01-01 00:00:00Z", 0],
  ["1970-01-01T00:00:01.5Z", 1500],
  // Finer than any event's time, and still a bound.
  ["1970-01-01T00:00:00.0005Z", 0.5],
  ["1970-01-01T02:30:00+02:30", 0],
  ["1969-12-31T16:00:00-08:00", 0],
  ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29)],
  ["1900-02-29T00:00:00Z", undefined],
  ["2030-02-30T00:00:00Z", undefined],
  ["2030-13-01T00:00:00Z", undefined],
  ["2030-01-01T23:59:59Z", Date.UTC(2030, 0, 2) - 1000],
  ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
  ["2030-01-01T00:00:61Z", undefined],
  ["2030-01-01T24:00:00Z", undefined],
  ["2030-01-01T25:00:00Z", undefined],
  ["2030-01-01T00:60:00Z", undefined],
  ["2030-01-01T00:00:00", undefined],
  ["2030-01-01T00:00Z", undefined],
  ["2030-01-01", undefined],
  ["2030-01-01T00:00:00+0230", undefined],
  ["2030-01-01T00:00:00.Z", undefined],
  [" 2030-01-01T00:00:00Z", undefined],
  ["2030-01-01T00:00:00Z\n", undefined],
  ["January 1, 2030", undefined],
  ["", undefined],
];

Deno.test("EH-03: times are those of RFC 3339", () => {
  for (const [text, ms] of TIMES) assertEquals(parseTime(text), ms, text);
});

Deno.test("EH-03: a bound finer than a millisecond lies between two events", () => {
  const { realm, store } = realmWithHistory();
  const asker = realm.join();
  const at = (ms: number) => stored(ms, { timeMs: START_MS + ms });
  for (const ms of [1, 2, 3]) store.append(HISTORY, at(ms));
  const between = "2030-01-01T00:00:00.0025Z";
  assertEquals(found(ask(asker, { from_time: between })), [3]);
  assertEquals(found(ask(asker, { until_time: between })), [1, 2]);
});

Deno.test("EH-10: who may not subscribe gets not_authorized, and cannot tell what there is", () => {
  const { store } = realmWithHistory();
  const realm = new TestRealm({
    store,
    roles: new Map([["none", DENY_ALL]]),
  });
  const asker = realm.join({}, "none");
  store.append(HISTORY, stored(1));
  assertEquals(found(ask(asker)), "wamp.error.not_authorized");
});

Deno.test("a store that cannot be read is told as an error, whenever it fails", () => {
  const { realm, store } = realmWithHistory();
  const asker = realm.join();
  store.append(HISTORY, stored(1));
  const failures: (() => Iterable<StoredEvent>)[] = [
    () => {
      throw new EventStoreError("out of order");
    },
    function* () {
      yield stored(1);
      throw new EventStoreError("out of order");
    },
  ];
  for (const history of failures) {
    store.history = history;
    assertEquals(ask(asker), {
      error: "wamp.error.unavailable",
      text: "The events of the history cannot be read at present",
    });
    assertEquals(
      found(ask(asker, { from_publication: 1 })),
      "wamp.error.unavailable",
    );
  }
});

for (const maxMessageBytes of [Infinity, 2 ** 20, 512]) {
  Deno.test(`FR-16: an answer longer than ${maxMessageBytes} octets, or than any message, is not even put together`, () => {
    const { realm, store } = realmWithHistory();
    const asker = realm.join();
    asker.outlet.maxMessageBytes = maxMessageBytes;
    let read = 0;
    store.history = function* () {
      while (true) yield stored(++read, { payload: payloadOf([]) });
    };
    const answer = ask(asker);
    assertEquals(found(answer), "wamp.error.payload_size_exceeded");
    const mostRead = Math.min(maxMessageBytes, 2 ** 24) / 64 + 1;
    assert(read <= mostRead, `${read} events were read`);
  });
}

Deno.test("an answer is as long as its events are in the serializer of who asks", () => {
  const { realm, store } = realmWithHistory();
  const asker = realm.join();
  // In JSON floats with all their digits take twice as much.
  const floats = encodeValue(CBOR_CODEC, Array(10_000).fill(Math.PI / 1e100));
  let read = 0;
  store.history = function* () {
    while (true) {
      const payload = octetsPayload(CBOR_CODEC, floats, 1);
      yield stored(++read, { payload });
    }
  };
  const call = payloadOf([1]).in(JSON_CODEC.format);
  const values = readValues(call);
  const answer = answerOf(
    queryEventHistory(asker.peer, values, call, asker.realm),
  );
  assertEquals(found(answer), "wamp.error.payload_size_exceeded");
  const mostRead = Math.ceil(2 ** 24 / (10_000 * `${Math.PI / 1e100}`.length));
  assert(read <= mostRead, `${read} events were read`);
});

Deno.test("a long history is read in pieces, while events come and go", () => {
  const { realm, store } = realmWithHistory();
  const asker = realm.join();
  const [history] = store.histories;
  for (let n = 1; n <= 50; n++) store.append(history, stored(n));
  const payload = payloadOf([1], {});
  const values = { args: [1], kwargs: {} };
  const given = queryEventHistory(asker.peer, values, payload, asker.realm);
  assert("next" in given);
  let steps = 0;
  for (;;) {
    const { done, value } = given.next();
    if (done === true) {
      assertGreaterOrEqual(steps, 50);
      const publications = found(value) as number[];
      // What came is not in it; what went before it was read is not either.
      assertEquals(publications, publications.toSorted((a, b) => a - b));
      assertEquals(publications.filter((one) => one > 50), []);
      return;
    }
    steps++;
    store.append(history, stored(1000 + steps));
  }
});
