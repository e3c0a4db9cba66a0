/** What every store promises: the same tests for memory and SQLite. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { EventStore, StoredEvent } from "../../src/router/event_store.ts";
import { payloadOf } from "../../src/wamp/values.ts";
import {
  naivelyMatches,
  PATTERNS,
  UNIVERSE,
} from "../support/pattern_universe.ts";
import {
  CODECS,
  encodeValue,
  payloadOf as octets,
  valuesOf,
} from "../support/serializers.ts";
import {
  boundsOf,
  eachStore,
  event,
  history,
  publications,
} from "./_stores.ts";

const WIDE = boundsOf();

eachStore(
  "EH-02: a history has its events in the order received",
  ({ open }) => {
    const [one, other] = [
      history("com.a"),
      history("com.", { match: "prefix" }),
    ];
    const store = open(boundsOf({ histories: [one, other] }));
    for (const id of [3, 1, 2]) store.append(one, event(id));
    store.append(other, event(4));
    assertEquals(publications(store.history(one, false)), [3, 1, 2]);
    assertEquals(publications(store.history(one, true)), [2, 1, 3]);
    assertEquals(publications(store.history(other, false)), [4]);
  },
);

eachStore(
  "EH-02: histories of the same text under other policies are others",
  ({ open }) => {
    const histories = (["exact", "prefix", "wildcard"] as const)
      .map((match) => history("com.a", { match }));
    const store = open(boundsOf({ histories }));
    for (const [i, one] of histories.entries()) store.append(one, event(i + 1));
    assertEquals(
      histories.map((one) => publications(store.history(one, false))),
      [[1], [2], [3]],
    );
  },
);

eachStore(
  "a history keeps as many events as it may, and the oldest go first",
  ({ open, world }) => {
    const one = history("com.a", { maxEvents: 3 });
    const store = open(boundsOf({ histories: [one] }));
    for (let id = 1; id <= 3; id++) store.append(one, event(id));
    assertEquals(publications(store.history(one, false)), [1, 2, 3]);
    assertEquals(world.counters.get("history_events_evicted"), 0);
    store.append(one, event(4));
    assertEquals(publications(store.history(one, false)), [2, 3, 4]);
    assertEquals(world.counters.get("history_events_evicted"), 1);
    for (let id = 5; id <= 5000; id++) store.append(one, event(id));
    assertEquals(publications(store.history(one, false)), [4998, 4999, 5000]);
    assertEquals(world.counters.get("history_events_evicted"), 4997);
  },
);

eachStore(
  "a history keeps as many octets as it may, and the oldest go first",
  ({ open, world }) => {
    const one = history("com.a", { maxBytes: 10_000 });
    const store = open(boundsOf({ histories: [one] }));
    store.append(one, event(1, { text: "x".repeat(4000) }));
    store.append(one, event(2, { text: "x".repeat(4000) }));
    assertEquals(publications(store.history(one, false)), [1, 2]);
    store.append(one, event(3, { text: "x".repeat(2000) }));
    assertEquals(publications(store.history(one, false)), [2, 3]);
    // One that alone is too large does not drive out all others.
    store.append(one, event(4, { text: "x".repeat(10_000) }));
    assertEquals(publications(store.history(one, false)), [2, 3]);
    assertEquals(world.counters.get("history_events_evicted"), 1);
    assertEquals(world.counters.get("events_not_stored"), 1);
  },
);

eachStore(
  "ER-02: the newest event of a topic is its retained one",
  ({ open }) => {
    const store = open(WIDE);
    store.retain(event(1));
    store.retain(event(2, { topic: "com.b" }));
    store.retain(event(3));
    assertEquals(publications(store.retained("com.a")), [3]);
    assertEquals(publications(store.retained("com.b")), [2]);
    assertEquals(publications(store.retained("com.c")), []);
  },
);

const SOME = { eligible_authrole: ["admin"] };

eachStore(
  "ER-04: what only some may get does not replace what is for everybody",
  ({ open }) => {
    const store = open(WIDE);
    store.retain(event(1));
    store.retain(event(2, { lists: SOME }));
    store.retain(event(3, { lists: SOME }));
    assertEquals(publications(store.retained("com.a")), [3, 2, 1]);
    store.retain(event(4));
    assertEquals(publications(store.retained("com.a")), [4]);
    store.retain(event(5, { topic: "com.b", lists: SOME }));
    assertEquals(publications(store.retained("com.b")), [5]);
  },
);

eachStore(
  "ER-04: a topic keeps sixteen events, the one for everybody among them",
  ({ open }) => {
    const store = open(WIDE);
    store.retain(event(1));
    for (let id = 2; id <= 40; id++) store.retain(event(id, { lists: SOME }));
    const newest = Array.from({ length: 15 }, (_, i) => 40 - i);
    assertEquals(publications(store.retained("com.a")), [...newest, 1]);
  },
);

eachStore(
  "retained events are of so many topics, and the quietest go first",
  ({ open, world }) => {
    const store = open(
      boundsOf({ retention: { maxTopics: 2, maxBytes: 2 ** 30 } }),
    );
    for (const [i, topic] of ["a", "b", "a", "c"].entries()) {
      store.retain(event(i, { topic }));
    }
    // The bounds are those of what is written.
    world.time.pass(1000);
    assertEquals(publications(store.retained("a")), [2]);
    assertEquals(publications(store.retained("b")), []);
    assertEquals(publications(store.retained("c")), [3]);
    assertEquals(world.counters.get("retained_events_evicted"), 1);
  },
);

eachStore(
  "ER-06: retained events are found by pattern, a list for each topic",
  ({ open }) => {
    const store = open(WIDE);
    const topics = UNIVERSE.filter((_, i) => i % 3 === 0);
    for (const [i, topic] of topics.entries()) {
      store.retain(event(i + 1, { topic }));
    }
    for (const pattern of PATTERNS) {
      if (pattern.match === "exact") continue;
      const found = [...store.retainedMatching(pattern.uri, pattern.match)];
      assertEquals(
        found.map(([{ topic }]) => topic).toSorted(),
        topics.filter((topic) => naivelyMatches(pattern, topic)).toSorted(),
        `${pattern.match} "${pattern.uri}"`,
      );
      assertEquals(found.every((events) => events.length === 1), true);
    }
  },
);

/** What `store` has for a topic: publications, those that are clearing below zero. */
function retainedOf(store: EventStore, topic = "com.a"): number[] {
  const signed = (events: readonly StoredEvent[]) =>
    events.map(({ publication, isClearing }) =>
      isClearing ? -publication : publication
    );
  const found = signed(store.retained(topic));
  // The same by a pattern, which finds no topic that has none.
  const lists = [...store.retainedMatching(topic, "prefix")];
  assertEquals(lists.map(signed), found.length === 0 ? [] : [found]);
  return found;
}

const CLEARING = { isClearing: true, text: "" } as const;

eachStore(
  "ER-04: what is clearing leaves nothing of its topic, or only what others may get",
  ({ open, world }) => {
    const store = open(WIDE);
    store.retain(event(1));
    store.retain(event(2, { topic: "com.b" }));
    store.retain(event(3, CLEARING));
    assertEquals(retainedOf(store), []);
    assertEquals(retainedOf(store, "com.b"), [2]);
    // Nothing is there, and nothing comes of clearing it.
    store.retain(event(4, CLEARING));
    store.retain(event(5, { ...CLEARING, lists: SOME }));
    store.retain(event(6, { ...CLEARING, topic: "com.c", lists: SOME }));
    assertEquals([retainedOf(store), retainedOf(store, "com.c")], [[], []]);
    // The next one is as if there had been none before.
    store.retain(event(7));
    assertEquals(retainedOf(store), [7]);
    store.retain(event(8, { lists: SOME }));
    store.retain(event(9, { ...CLEARING, lists: SOME }));
    assertEquals(retainedOf(store), [-9, 8, 7]);
    store.retain(event(10, { lists: SOME }));
    assertEquals(retainedOf(store), [10, -9, 8, 7]);
    store.retain(event(11, CLEARING));
    store.retain(event(12, { lists: SOME }));
    assertEquals(retainedOf(store), [12]);
    store.retain(event(13, { ...CLEARING, lists: SOME }));
    assertEquals(retainedOf(store), [-13, 12]);
    assertEquals(world.counters.get("retained_events_evicted"), 0);
    assertEquals(world.counters.get("events_not_stored"), 0);
  },
);

eachStore(
  "ER-04: topics that were cleared take no room",
  ({ open, world }) => {
    const store = open(
      boundsOf({ retention: { maxTopics: 3, maxBytes: 2 ** 20 } }),
    );
    for (let id = 1; id <= 20; id++) {
      const topic = `com.a.${id}`;
      store.retain(event(id, { topic }));
      if (id > 2) store.retain(event(100 + id, { ...CLEARING, topic }));
      store.retain(event(200 + id, { ...CLEARING, topic: `com.b.${id}` }));
    }
    store.retain(event(300, { topic: "com.c" }));
    assertEquals(retainedTopics(store), ["com.a.1", "com.a.2", "com.c"]);
    assertEquals(world.counters.get("retained_events_evicted"), 0);
    assertEquals(world.counters.get("events_not_stored"), 0);
  },
);

function retainedTopics(store: EventStore): string[] {
  return [...store.retainedMatching("", "prefix")]
    .map(([{ topic }]) => topic).toSorted();
}

eachStore("events come back as they were", ({ open }) => {
  const one = history("com.a");
  const store = open(boundsOf({ histories: [one] }));
  const events: StoredEvent[] = [
    event(2 ** 53, {
      timeMs: 1_893_456_000_123,
      details: {
        publisher: 2 ** 53,
        publisher_authid: 'jö"\0',
        trustlevel: 3,
        ppt_scheme: "x_my",
      },
      excluded: 2 ** 53,
      lists: { exclude_authid: ["a", "b"], eligible_authrole: [] },
    }),
    event(1, { text: "", topic: "com.ä.😀" }),
  ];
  for (const codec of CODECS) {
    const bytes = encodeValue(codec, ["text", 2 ** 53, 1.5, null]);
    events.push(event(3, { payload: octets(codec, bytes, 1) }));
  }
  for (const each of events) {
    store.append(one, each);
    store.retain({ ...each, topic: `topic ${each.publication}` });
  }
  const back = [...store.history(one, false)];
  for (const [i, found] of back.entries()) {
    const { payload, ...rest } = found;
    const { payload: wanted, ...wantedRest } = events[i];
    assertEquals(rest, wantedRest);
    assertEquals(valuesOf(payload), valuesOf(wanted));
    assertEquals(payload.count, wanted.count);
    assertStrictEquals(payload.format, wanted.format);
  }
  assertEquals(back.length, events.length);
  const [retained] = store.retained(`topic ${2 ** 53}`);
  assertEquals(retained.details, events[0].details);
});

eachStore(
  "events of the router's own are kept though they are in no serializer",
  ({ open }) => {
    const one = history("wamp.", { match: "prefix" });
    const store = open(boundsOf({ histories: [one] }));
    // Integers that MessagePack has no form for, among others.
    const payload = payloadOf([7, "anna", 2n ** 70n], { k: [1.5, true, null] });
    store.append(one, event(1, { payload }));
    const [found] = store.history(one, false);
    assertEquals(valuesOf(found.payload), [[7, "anna", 2n ** 70n], {
      k: [1.5, true, null],
    }]);
  },
);

eachStore(
  "UR-01 ER-06 PM-06: topics with control characters are topics like others",
  ({ open }) => {
    const kept = history("x.", { match: "prefix" });
    const store = open(
      boundsOf({
        histories: [kept],
        retention: { maxTopics: 3, maxBytes: 2 ** 30 },
      }),
    );
    const topics = ["x.a\0b", "x.a\0c", "x.a\u0001", "x.a\u0001\u0002"];
    for (const [index, topic] of topics.entries()) {
      store.retain(event(index + 1, { topic }));
      store.append(kept, event(index + 1, { topic }));
    }
    for (const topic of topics.slice(1)) {
      assertEquals([...store.retained(topic)].map((one) => one.topic), [topic]);
    }
    const found = [...store.retainedMatching("x.", "prefix")].flat()
      .map(({ topic }) => topic);
    assertEquals(found.toSorted().slice(-3), topics.slice(1));
    const behindNul = [...store.retainedMatching("x.a\0", "prefix")].flat();
    assertEquals(behindNul.at(-1)?.topic, "x.a\0c");
    assertEquals(
      [...store.history(kept, false)].map(({ topic }) => topic),
      topics,
    );
  },
);
