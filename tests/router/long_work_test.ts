/** Long work, in pieces with turns between: what others see meanwhile. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
} from "@std/assert";
import { type LongWork, LongWorks } from "../../src/router/long_work.ts";
import type { RouterMessage } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { payloadOf, readValues } from "../../src/wamp/values.ts";
import { Serializer } from "../../src/serializer/serializer.ts";
import { ManualTurns } from "../support/manual_turns.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";

const MANY = 500;

function* steps(
  name: string,
  count: number,
  done: string[],
  sent = 0,
): LongWork {
  for (let i = 0; i < count; i++) {
    done.push(name);
    yield sent;
  }
}

Deno.test("LongWorks does at once what there is room for, and the rest in turns, each work some steps", async () => {
  const turns = new ManualTurns(2);
  const works = new LongWorks(turns);
  const done: string[] = [];
  assertEquals(works.run(steps("a", 10, done)), undefined);
  const b = works.run(steps("b", 300, done));
  const c = works.run(steps("c", 300, done));
  assert(b !== undefined && c !== undefined);
  assertEquals(works.count, 2);
  const before = done.length;
  // 64 steps of each are done whatever there is room for.
  assertLess(before, 3 * 64 + 2 * 16);
  turns.next();
  // Both went on, in one turn, and no further than its room.
  const second = done.slice(before);
  assert(second.includes("b") && second.includes("c"));
  assertLessOrEqual(second.length, 2 * 16);
  turns.finish();
  await Promise.all([b, c]);
  assertEquals([works.count, done.length], [0, 610]);
});

Deno.test("LongWorks sends no more than 1024 messages in a turn, whoever sends them", () => {
  const turns = new ManualTurns(Infinity);
  const works = new LongWorks(turns);
  const done: string[] = [];
  works.run(steps("a", 50, done, 64));
  works.run(steps("b", 50, done, 64));
  let before = 0;
  do {
    assertLessOrEqual((done.length - before) * 64, 1024);
    before = done.length;
  } while (turns.next());
  assertEquals(done.length, 100);
});

/** A realm in which long work gets `perTurn` times some steps in a turn. */
function hurriedRealm(perTurn = 1): { test: TestRealm; turns: ManualTurns } {
  const turns = new ManualTurns(perTurn);
  return { test: new TestRealm({ turns }), turns };
}

function uris(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `com.p${i}`);
}

function codes(messages: readonly RouterMessage[]): number[] {
  return messages.map(({ code }) => code);
}

function argsOf(message: RouterMessage): readonly unknown[] {
  assert(
    message.code === MessageCode.EVENT || message.code === MessageCode.RESULT,
  );
  return readValues(message.payload).args;
}

/** Calls a procedure of the router, which is answered at once or in some turns. */
async function ask(
  peer: TestPeer,
  turns: ManualTurns,
  procedure: string,
  ...args: unknown[]
): Promise<unknown> {
  peer.take();
  peer.call(procedure, payloadOf(args));
  turns.finish();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const [answer] = peer.take();
  assert(answer.code === MessageCode.RESULT, JSON.stringify(answer));
  return argsOf(answer)[0];
}

Deno.test("SL-05: a session with many registrations that leaves is found nowhere at once, though it is taken apart in turns", async () => {
  const { test, turns } = hurriedRealm();
  const [callee, other] = [test.join(), test.join()];
  other.register("com.", { match: "prefix" });
  for (const uri of uris(MANY)) callee.register(uri);
  const [first] = callee.take();
  assert(first.code === MessageCode.REGISTERED);
  other.take();
  callee.leave();
  const { dealer } = test.realm;
  assertGreater(dealer.registrations.size, MANY / 2);
  // A call finds what is left: the pattern.
  other.call(uris(MANY)[MANY - 1]);
  assertEquals(codes(other.take()), [MessageCode.INVOCATION]);
  // The name is free, and known to nobody.
  other.register(uris(MANY)[MANY - 2]);
  assertEquals(codes(other.take()), [MessageCode.REGISTERED]);
  assertEquals(dealer.lookup(uris(MANY)[MANY - 3], "exact"), undefined);
  assertEquals(dealer.registration(first.registration), undefined);
  const list = await ask(other, turns, "wamp.registration.list");
  assertEquals((list as { exact: number[] }).exact.length, 1);
  assertEquals(turns.finish(), 0);
  assertEquals(dealer.registrations.size, 2);
});

Deno.test("SL-05: what a session had is taken apart in pieces, however much it is", () => {
  const { test, turns } = hurriedRealm();
  const [leaver, other] = [test.join(), test.join()];
  for (const uri of uris(MANY)) {
    leaver.register(uri);
    leaver.subscribe(uri);
  }
  leaver.leave();
  let left = 2 * MANY;
  do {
    const { registrations, subscriptions } = test.realm.inventory();
    // A step is one of them, and the first 64 are done in any case.
    assertLessOrEqual(left - registrations - subscriptions, 64 + 16);
    left = registrations + subscriptions;
  } while (turns.next());
  assertEquals(left, 0);
  other.take();
});

Deno.test("SL-05: subscriptions of a session that leaves are found nowhere at once", async () => {
  const { test, turns } = hurriedRealm();
  const [leaver, other] = [test.join(), test.join()];
  for (const uri of uris(MANY)) leaver.subscribe(uri);
  const last = leaver.take().at(-1);
  assert(last?.code === MessageCode.SUBSCRIBED);
  leaver.leave();
  leaver.take();
  const { broker } = test.realm;
  other.publish(uris(MANY)[MANY - 1]);
  assertEquals(leaver.take(), []);
  assertEquals(broker.match(uris(MANY)[MANY - 2]), []);
  assertEquals(broker.subscription(last.subscription), undefined);
  other.subscribe(uris(MANY)[MANY - 3]);
  assertEquals(codes(other.take()), [MessageCode.SUBSCRIBED]);
  const list = await ask(other, turns, "wamp.subscription.list");
  assertEquals((list as { exact: number[] }).exact.length, 1);
  assertEquals(broker.subscriptions.size, 1);
});

Deno.test("MS-02: what is told of a session that leaves in pieces is told once each, and its leaving last", () => {
  const { test, turns } = hurriedRealm();
  const [leaver, watcher] = [test.join(), test.join()];
  for (const uri of uris(40)) leaver.register(uri);
  const topics = [
    "wamp.registration.on_unregister",
    "wamp.registration.on_delete",
    "wamp.session.on_leave",
  ];
  for (const topic of topics) watcher.subscribe(topic);
  const ids = watcher.take().map((message) => {
    assert(message.code === MessageCode.SUBSCRIBED);
    return message.subscription;
  });
  leaver.leave();
  // Somebody comes across one of them meanwhile.
  test.realm.dealer.lookup("com.p39", "exact");
  turns.finish();
  const told = watcher.take().map((message) => {
    assert(message.code === MessageCode.EVENT);
    return ids.indexOf(message.subscription);
  });
  assertEquals(told.filter((topic) => topic === 0).length, 40);
  assertEquals(told.filter((topic) => topic === 1).length, 40);
  assertEquals(told.lastIndexOf(2), told.length - 1);
  assertEquals(told.filter((topic) => topic === 2).length, 1);
});

Deno.test("SL-05: quotas and places are free at once when a session with much leaves", () => {
  const { test } = hurriedRealm();
  const leaver = test.join({ authid: "anna" });
  for (const uri of uris(MANY)) leaver.register(uri);
  leaver.leave();
  assertEquals(test.realm.peers.size, 0);
  assertEquals(leaver.peer.limitReached("subscriptions"), undefined);
  const again = test.join({ authid: "anna" });
  again.register("com.p1");
  assertEquals(codes(again.take()), [MessageCode.REGISTERED]);
});

Deno.test("RP-12 RP-09: pending calls of sessions that leave end in pieces, each once", () => {
  const { test, turns } = hurriedRealm();
  const [callee, caller] = [test.join({ canceling: true }), test.join()];
  callee.register("com.slow");
  for (let i = 0; i < MANY; i++) caller.call("com.slow");
  callee.leave();
  caller.take();
  let ended = 0;
  do {
    assertLessOrEqual(caller.peer.calls.size + ended - MANY, 0);
    ended += caller.take().length;
  } while (turns.next());
  assertEquals(test.realm.calls.count, 0);
});

Deno.test("RP-12 RP-09: calls whose caller and callee leave at the same time end once", () => {
  const { test, turns } = hurriedRealm();
  const [callee, caller] = [test.join({ canceling: true }), test.join()];
  callee.register("com.slow");
  for (let i = 0; i < MANY; i++) caller.call("com.slow");
  caller.leave();
  callee.leave();
  turns.finish();
  assertEquals(test.realm.calls.count, 0);
});

Deno.test("PS-08: an event to many goes out in pieces, in the order of its publisher, and the publisher waits", async () => {
  const { test, turns } = hurriedRealm(Infinity);
  const publisher = test.join();
  const subscribers = Array.from({ length: 3000 }, () => test.join());
  for (const one of subscribers) one.subscribe("com.news");
  for (const one of subscribers) one.take();
  publisher.publish("com.news", { acknowledge: true }, payloadOf([1]));
  assert(publisher.peer.backlog !== undefined);
  const count = () =>
    subscribers.reduce((sum, one) => sum + one.take().length, 0);
  const pieces = [count()];
  while (turns.next()) pieces.push(count());
  assertEquals(pieces.reduce((sum, piece) => sum + piece), 3000);
  assertLessOrEqual(Math.max(...pieces), 1024);
  await publisher.peer.backlog;
  assertEquals(publisher.peer.backlog, undefined);
  assertEquals(codes(publisher.take()), [MessageCode.PUBLISHED]);
});

Deno.test("an event to many is for who is subscribed when its turn comes, and comes once", () => {
  const { test, turns } = hurriedRealm(Infinity);
  const publisher = test.join();
  const subscribers = Array.from({ length: 3000 }, () => test.join());
  for (const one of subscribers) one.subscribe("com.news");
  for (const one of subscribers) one.take();
  publisher.publish("com.news");
  const [first] = subscribers;
  const [, , last, gone] = subscribers.slice(-4);
  assertEquals(codes(first.take()), [MessageCode.EVENT]);
  // It comes back behind all others.
  first.unsubscribe(1);
  first.subscribe("com.news");
  last.unsubscribe(1);
  gone.leave();
  const after = [first, last, gone];
  for (const one of after) one.take();
  turns.finish();
  assertEquals(after.map((one) => codes(one.take())), [[], [], []]);
});

Deno.test("events to many by patterns are counted together", () => {
  const { test, turns } = hurriedRealm(Infinity);
  const publisher = test.join();
  const subscribers = Array.from({ length: 600 }, () => test.join());
  for (const one of subscribers) {
    one.subscribe("com.news");
    one.subscribe("com.", { match: "prefix" });
    one.subscribe(".news", { match: "wildcard" });
  }
  for (const one of subscribers) one.take();
  publisher.publish("com.news");
  const count = () =>
    subscribers.reduce((sum, one) => sum + one.take().length, 0);
  // Subscriptions are cut into pieces of 64 each.
  assertLess(count(), 1024 + 64);
  turns.finish();
  assertGreater(count(), 0);
});

Deno.test("meta events to many come in order", () => {
  const { test, turns } = hurriedRealm(Infinity);
  const watchers = Array.from({ length: 1500 }, () => test.join());
  for (const one of watchers) one.subscribe("wamp.session.on_join");
  for (const one of watchers.slice(0, 10)) {
    one.subscribe("wamp.session.on_leave");
  }
  for (const one of watchers) one.take();
  const guest = test.join();
  guest.leave();
  turns.finish();
  assertEquals(
    watchers[0].take().map((message) => {
      const [what] = argsOf(message);
      return typeof what === "number" ? "left" : "joined";
    }),
    ["joined", "left"],
  );
  assertEquals(watchers[1499].take().length, 1);
});

Deno.test("TS-04: many testaments are published in pieces, before it is told that their session left", () => {
  const { test, turns } = hurriedRealm();
  const [testator, heir] = [test.join(), test.join()];
  for (let i = 0; i < 100; i++) {
    testator.call(
      "wamp.session.add_testament",
      payloadOf(["com.will", [i], {}]),
    );
  }
  heir.subscribe("com.will");
  heir.subscribe("wamp.session.on_leave");
  heir.take();
  testator.leave();
  const before = heir.take();
  assertLess(before.length, 64 + 17);
  turns.finish();
  const wills = [...before, ...heir.take()].map((message) =>
    argsOf(message)[0]
  );
  assertEquals(wills.slice(0, 100), Array.from({ length: 100 }, (_, i) => i));
  assertEquals(wills[100], testator.peer.sessionId);
});

Deno.test("MS-08: many sessions are killed in pieces, and who killed them is answered when all are", async () => {
  const { test, turns } = hurriedRealm(Infinity);
  const killer = test.join();
  const others = Array.from({ length: 1000 }, () => test.join());
  killer.call("wamp.session.kill_all");
  const killed = () =>
    others.filter((one) => one.outlet.killed !== undefined).length;
  assertGreater(killed(), 0);
  assertLessOrEqual(killed(), 128);
  // One of them leaves meanwhile.
  others[999].leave();
  turns.finish();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const [answer] = killer.take();
  assertEquals(argsOf(answer), [999]);
  assertEquals(killed(), 999);
  assertEquals(test.realm.peers.size, 1);
});

for (const name of ["json", "msgpack", "cbor"] as const) {
  Deno.test(`${name}: long lists are written in pieces, as they would be at once`, async () => {
    const { test, turns } = hurriedRealm();
    const { format } = new Serializer(name, 64);
    const [plain, other] = [test.join(), test.join()];
    for (let i = 0; i < 900; i++) {
      other.subscribe(`com.p${i}`, { match: i % 2 ? "exact" : "prefix" });
    }
    const answers = [];
    for (const payloadFormat of [undefined, format]) {
      Object.assign(plain.outlet, { payloadFormat });
      plain.call("wamp.subscription.list");
      plain.call("wamp.session.list");
      turns.finish();
      await new Promise((resolve) => setTimeout(resolve, 0));
      answers.push(
        plain.take().map((message) => {
          assert(message.code === MessageCode.RESULT);
          const { bytes, start, end } = message.payload.in(format);
          return bytes.slice(start, end);
        }),
      );
    }
    assertEquals(answers[0], answers[1]);
  });
}

Deno.test("a list that is longer than its caller accepts is given up early", async () => {
  const { test, turns } = hurriedRealm();
  const [caller, other] = [test.join(), test.join()];
  const { format } = new Serializer("json", 64);
  Object.assign(caller.outlet, { payloadFormat: format, maxMessageBytes: 100 });
  for (const uri of uris(900)) other.subscribe(uri);
  caller.call("wamp.subscription.list");
  turns.finish();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const [answer] = caller.take();
  assert(answer.code === MessageCode.RESULT);
  assertGreater(answer.payload.end, 100);
  assertLess(answer.payload.end, 2000);
});
