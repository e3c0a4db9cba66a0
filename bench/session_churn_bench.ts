/**
 * What a session costs that comes or goes, by the number of others: a realm
 * with up to 10,000 sessions of 10 subscriptions each, into which one more
 * joins with 10 subscriptions and 5 registrations, and which it leaves. No
 * sockets: outlets drop what they are sent.
 *
 * Run: `deno bench bench/session_churn_bench.ts`
 */
import { StaticRules } from "../src/authz/static_rules.ts";
import type { Peer } from "../src/router/model.ts";
import type { Outlet } from "../src/router/ports.ts";
import type { Realm } from "../src/router/realm.ts";
import { LongWorks } from "../src/router/long_work.ts";
import { createRealm } from "../src/router/router.ts";
import { NO_HURRY } from "../tests/support/test_realm.ts";
import { MemoryEventStore } from "../src/store/memory_event_store.ts";
import { RandomIds } from "../src/wamp/id.ts";
import { MessageCode } from "../src/wamp/message_code.ts";
import { EMPTY_DICT } from "../src/wamp/options.ts";
import { NO_PAYLOAD } from "../src/wamp/payload.ts";
import { SendOutcome } from "../src/wamp/message.ts";

const COUNTS = [0, 10, 100, 1000, 10_000];
const SUBSCRIPTIONS = 10;
const REGISTRATIONS = 5;

const OUTLET: Outlet = {
  send: () => SendOutcome.SENT,
  kill() {},
  burst: (work: () => void) => work(),
  enter: (work: () => void) => work(),
};
const LIMITS = {
  maxSubscriptions: 1000,
  maxRegistrations: 1000,
  maxPendingCalls: 1000,
  maxTestaments: 10,
  maxTestamentBytes: 1000,
  maxSessionBytes: 2 ** 30,
};
const ROLE = new StaticRules([{
  uri: "",
  match: "prefix",
  allow: { call: true, register: true, publish: true, subscribe: true },
  disclose: { caller: false, publisher: false },
}]);
const RANDOM = {
  fill: (words: Uint32Array<ArrayBuffer>) => crypto.getRandomValues(words),
};
const COUNTERS = { increment() {} };
const CLOCK = { now: () => new Date() };
const TIMERS = {
  nowMs: 0,
  set: () => ({ dueTick: 0, fire() {}, index: 0 }),
  clear() {},
};

function makeRealm(): Realm {
  const retention = { maxTopics: 1, maxBytes: 1 };
  return createRealm({
    name: "realm1",
    uriCheck: "loose",
    allowsDisclosure: true,
    callQueueLength: 0,
    hasMetaApi: true,
    quotas: new Map(),
    roles: new Map([["anonymous", ROLE]]),
    store: new MemoryEventStore({ histories: [], retention }, COUNTERS),
  }, {
    ids: new RandomIds(RANDOM),
    random: RANDOM,
    clock: CLOCK,
    timers: TIMERS,
    counters: COUNTERS,
    observers: [],
    nowMs: () => 0,
    longWorks: new LongWorks(NO_HURRY),
  });
}

let lastSession = 0;
let lastRequest = 0;

/** Joins a session; half of its topics it shares with others. */
function join(realm: Realm): Peer {
  const session = ++lastSession;
  const identity = {
    authid: `user${session}`,
    authrole: "anonymous",
    authmethod: "anonymous",
    authprovider: "static",
  };
  const peer = realm.join(session, identity, 0, LIMITS, OUTLET, undefined);
  for (let i = 0; i < SUBSCRIPTIONS; i++) {
    const topic = i % 2 === 0
      ? `com.shared.topic${(session + i) % 100}`
      : `com.user${session}.topic${i}`;
    realm.broker.subscribe(peer, {
      code: MessageCode.SUBSCRIBE,
      request: i + 1,
      options: EMPTY_DICT,
      topic,
    });
  }
  return peer;
}

function register(realm: Realm, callee: Peer): void {
  for (let i = 0; i < REGISTRATIONS; i++) {
    realm.dealer.register(callee, {
      code: MessageCode.REGISTER,
      request: i + 1,
      options: EMPTY_DICT,
      procedure: `com.user${callee.sessionId}.procedure${i}`,
    });
  }
}

for (const count of COUNTS) {
  const realm = makeRealm();
  for (let i = 0; i < count; i++) join(realm);
  Deno.bench({
    name: `join, subscribe to ${SUBSCRIPTIONS}, leave; ${count} other sessions`,
    group: "join and leave",
    baseline: count === 0,
    fn() {
      realm.leave(join(realm));
    },
  });
  Deno.bench({
    name:
      `the same with ${REGISTRATIONS} registrations; ${count} other sessions`,
    group: "join and leave with registrations",
    baseline: count === 0,
    fn() {
      const peer = join(realm);
      register(realm, peer);
      realm.leave(peer);
    },
  });
  const caller = join(realm);
  Deno.bench({
    name: `a callee is lost during a call; ${count} other sessions`,
    group: "lost callee",
    baseline: count === 0,
    fn() {
      const callee = join(realm);
      register(realm, callee);
      realm.dealer.call(caller, {
        code: MessageCode.CALL,
        request: ++lastRequest,
        options: EMPTY_DICT,
        procedure: `com.user${callee.sessionId}.procedure0`,
        payload: NO_PAYLOAD,
      });
      realm.leave(callee);
    },
  });
}
