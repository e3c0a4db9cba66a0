/**
 * What the broker alone does for a PUBLISH, without serializers and sockets: a
 * plain one, and one with each thing that makes more of it.
 *
 * Run: `deno bench bench/publish_bench.ts`
 */
import { StaticRules } from "../src/authz/static_rules.ts";
import type { Peer } from "../src/router/model.ts";
import { LongWorks } from "../src/router/long_work.ts";
import { createRealm } from "../src/router/router.ts";
import { NO_HURRY } from "../tests/support/test_realm.ts";
import { MemoryEventStore } from "../src/store/memory_event_store.ts";
import { RandomIds } from "../src/wamp/id.ts";
import { MessageCode } from "../src/wamp/message_code.ts";
import { type Dict, EMPTY_DICT } from "../src/wamp/options.ts";
import { NO_PAYLOAD } from "../src/wamp/payload.ts";
import { SendOutcome } from "../src/wamp/message.ts";

const LIMITS = {
  maxSubscriptions: 1000,
  maxRegistrations: 1000,
  maxPendingCalls: 1000,
  maxTestaments: 10,
  maxTestamentBytes: 1000,
  maxSessionBytes: 2 ** 30,
};
const RANDOM = {
  fill: (words: Uint32Array<ArrayBuffer>) => crypto.getRandomValues(words),
};
const COUNTERS = { increment() {} };
const RULE = {
  uri: "",
  match: "prefix",
  allow: { call: true, register: true, publish: true, subscribe: true },
  disclose: { caller: false, publisher: false },
} as const;

const HISTORY = {
  uri: "com.kept",
  match: "exact",
  maxEvents: 1000,
  maxBytes: 2 ** 24,
} as const;

const realm = createRealm({
  name: "realm1",
  uriCheck: "loose",
  allowsDisclosure: true,
  callQueueLength: 0,
  hasMetaApi: true,
  quotas: new Map(),
  roles: new Map([["anonymous", new StaticRules([RULE])]]),
  store: new MemoryEventStore({
    histories: [HISTORY],
    retention: { maxTopics: 1000, maxBytes: 2 ** 24 },
  }, COUNTERS),
}, {
  ids: new RandomIds(RANDOM),
  random: RANDOM,
  clock: { now: () => new Date() },
  timers: {
    nowMs: 0,
    set: () => ({ dueTick: 0, fire() {}, index: 0 }),
    clear() {},
  },
  counters: COUNTERS,
  observers: [],
  nowMs: () => 0,
  longWorks: new LongWorks(NO_HURRY),
});

let lastSession = 0;

function join(): Peer {
  const session = ++lastSession;
  const identity = {
    authid: `user${session}`,
    authrole: "anonymous",
    authmethod: "anonymous",
    authprovider: "static",
  };
  const outlet = {
    send: () => SendOutcome.SENT,
    kill() {},
    burst: (work: () => void) => work(),
    enter: (work: () => void) => work(),
  };
  return realm.join(session, identity, 0, LIMITS, outlet, undefined);
}

function subscribe(topic: string, count: number): void {
  for (let i = 0; i < count; i++) {
    realm.broker.subscribe(join(), {
      code: MessageCode.SUBSCRIBE,
      request: 1,
      options: EMPTY_DICT,
      topic,
    });
  }
}

const publisher = join();
subscribe("com.one", 1);
subscribe("com.ten", 10);
subscribe("com.kept", 1);

const ROWS: readonly [what: string, topic: string, options: Dict][] = [
  ["plain, nobody listens", "com.none", EMPTY_DICT],
  ["plain, 1 subscriber", "com.one", EMPTY_DICT],
  ["plain, 10 subscribers", "com.ten", EMPTY_DICT],
  ["acknowledged", "com.one", { acknowledge: true }],
  ["disclosed", "com.one", { disclose_me: true }],
  ["with a list of 3 sessions", "com.one", { eligible: [1, 2, 3] }],
  ["retained", "com.one", { retain: true }],
  ["into a history", "com.kept", EMPTY_DICT],
];

for (const [what, topic, options] of ROWS) {
  const message = {
    code: MessageCode.PUBLISH,
    request: 1,
    options,
    topic,
    payload: NO_PAYLOAD,
  };
  Deno.bench({
    name: what,
    group: "publish",
    baseline: what === "plain, 1 subscriber",
    fn() {
      realm.broker.publish(publisher, message);
    },
  });
}
