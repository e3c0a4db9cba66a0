import { assert, assertEquals, assertThrows } from "@std/assert";
import { Router } from "../../src/router/router.ts";
import { type RouterMessage, SendOutcome } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import { ManualTime } from "../support/manual_time.ts";
import {
  NO_HURRY,
  plainRealm,
  seededSource,
  type TestPeer,
  TestRealm,
} from "../support/test_realm.ts";

const EMPTY = {
  sessions: 0,
  subscriptions: 0,
  registrations: 0,
  pendingCalls: 0,
  testators: 0,
};

Deno.test("join() enters a session only under a role of the realm", () => {
  const realm = new TestRealm();
  assertEquals(realm.realm.roles.has("all"), true);
  assertEquals(realm.realm.roles.has("toString"), false);
  assertThrows(
    () => realm.join({}, "stranger"),
    RangeError,
    'no role "stranger"',
  );
  assertEquals(realm.realm.inventory(), EMPTY);
});

Deno.test("AZ-01: a session has the rights of its role", () => {
  const realm = new TestRealm();
  const [allowed, denied] = [realm.join({}, "all"), realm.join({}, "none")];
  for (const peer of [allowed, denied]) {
    peer.subscribe("com.a");
    peer.register("com.a");
    peer.publish("com.b", { acknowledge: true });
  }
  assertEquals(allowed.take().map(({ code }) => code), [33, 65, 17]);
  assertEquals(denied.take().map(({ code }) => code), [8, 8, 8]);
});

Deno.test("leave() a second time changes nothing", () => {
  const realm = new TestRealm();
  const [leaver, stayer] = [realm.join(), realm.join()];
  leaver.leave();
  stayer.subscribe("com.a");
  leaver.leave();
  assertEquals(realm.realm.inventory(), {
    ...EMPTY,
    sessions: 1,
    subscriptions: 1,
  });
});

Deno.test("SL-05: a session that has left owns nothing any more", () => {
  const realm = new TestRealm();
  const [leaver, stayer] = [realm.join(), realm.join()];
  leaver.subscribe("com.a");
  leaver.register("com.a");
  stayer.register("com.b");
  leaver.call("com.b");
  stayer.call("com.a");
  leaver.call("com.a");
  leaver.leave();
  const { subscriptions, registrations, calls, invocations } = leaver.peer;
  assertEquals(
    [subscriptions, registrations, calls, invocations].map(({ size }) => size),
    [0, 0, 0, 0],
  );
  assertEquals([stayer.peer.calls.size, stayer.peer.invocations.size], [0, 0]);
});

Deno.test("SL-11: realms share nothing", () => {
  const [one, other] = [new TestRealm(), new TestRealm()];
  const [here, there] = [one.join(), other.join()];
  here.subscribe("com.a");
  here.register("com.a");
  here.take();
  there.publish("com.a");
  there.call("com.a");
  assertEquals(here.take(), []);
  const [refused] = there.take();
  assert(refused.code === MessageCode.ERROR);
  assertEquals(refused.error, "wamp.error.no_such_procedure");
});

Deno.test("Router finds realms by their exact name", () => {
  const time = new ManualTime();
  const router = new Router(
    [plainRealm("realm1", "all"), plainRealm("realm2", "all")],
    {
      random: seededSource(),
      clock: time,
      timers: time,
      counters: { increment: () => {} },
      observers: [],
      nowMs: () => 0,
      turns: NO_HURRY,
    },
  );
  assertEquals([...router.realms()].map(({ name }) => name), [
    "realm1",
    "realm2",
  ]);
  assertEquals(router.realm("realm2")?.name, "realm2");
  assertEquals(router.realm("Realm1"), undefined);
  assertEquals(router.realm("constructor"), undefined);
});

const PROCEDURES = ["com.a", "com.b", "com.b.c", "org.a"];
const POLICIES = ["exact", "prefix", "wildcard"];

/** A peer, and the final answers that its calls have had. */
interface Player {
  readonly peer: TestPeer;
  /** By CALL.Request, of calls made so far. */
  readonly answers: Map<number, number>;
  gone: boolean;
}

/** One random thing that a client may do, or its leaving. */
function act(player: Player, random: SeededRandom): void {
  const { peer } = player;
  const uri = random.pick(PROCEDURES);
  const match = random.pick(POLICIES);
  switch (random.below(12)) {
    case 0:
      return void peer.subscribe(uri, { match });
    case 1:
      return void peer.unsubscribe(1 + random.below(30));
    case 2:
      return void peer.publish(uri, { exclude_me: random.oneIn(2) });
    case 3:
      return void peer.register(uri, { match });
    case 4:
      return void peer.unregister(1 + random.below(30));
    case 5:
    case 6:
    case 7:
      player.answers.set(peer.lastRequest + 1, 0);
      return void peer.call(uri);
    case 8:
      return peer.cancel(
        1 + random.below(peer.lastRequest + 1),
        random.pick(["skip", "kill", "killnowait", undefined]),
      );
    case 9:
    case 10:
      return answer(peer, random);
    default:
      if (!random.oneIn(4)) return;
      peer.leave();
      player.gone = true;
  }
}

/** YIELD or ERROR to some invocation, pending or over, or never issued. */
function answer(peer: TestPeer, random: SeededRandom): void {
  const last = peer.peer.lastInvocationId;
  const request = 1 + random.below(last + 1);
  const send = () =>
    random.oneIn(2) ? peer.yield(request) : peer.error(request);
  if (request > last) assertThrows(send, ProtocolError);
  else send();
}

/** Counts the final answers in what the player was sent. */
function countAnswers(player: Player, messages: RouterMessage[]): void {
  for (const message of messages) {
    const isAnswer = message.code === MessageCode.RESULT ||
      (message.code === MessageCode.ERROR && message.requestType === 48);
    if (!isAnswer) continue;
    const count = player.answers.get(message.request);
    assertEquals(count, 0, `answers to CALL ${message.request} before`);
    player.answers.set(message.request, 1);
  }
}

function newPlayer(realm: TestRealm, random: SeededRandom): Player {
  const peer = realm.join({ canceling: random.oneIn(2) });
  if (random.oneIn(3)) {
    // A peer to which much cannot be sent.
    peer.outlet.outcome = (message) =>
      "payload" in message &&
        (message.code !== MessageCode.ERROR || message.text === undefined) &&
        random.oneIn(3)
        ? random.pick([SendOutcome.TOO_LONG, SendOutcome.UNSUPPORTED_VALUE])
        : SendOutcome.SENT;
  }
  return { peer, answers: new Map(), gone: false };
}

Deno.test("RP-09 SL-05: in random traffic every call has one answer, and when all have left the realm is empty", () => {
  withSeed((random) => {
    for (let round = 0; round < 60; round++) {
      const realm = new TestRealm();
      const players = Array.from(
        { length: 5 },
        () => newPlayer(realm, random),
      );
      for (let step = 0; step < 300; step++) {
        const player = random.pick(players);
        if (!player.gone) act(player, random);
        for (const one of players) countAnswers(one, one.peer.take());
      }
      const leavers = players.filter(({ gone }) => !gone);
      // One stays to see the answers to all its calls.
      const last = leavers.pop();
      for (const { peer } of leavers) peer.leave();
      if (last !== undefined) {
        countAnswers(last, last.peer.take());
        const open = [...last.answers].filter(([, count]) => count === 0);
        for (const [request] of open) {
          // Only a call to itself can still be pending.
          assertEquals(last.peer.peer.calls.has(request), true, `${request}`);
        }
        last.peer.leave();
      }
      assertEquals(realm.realm.inventory(), EMPTY);
    }
  });
});
