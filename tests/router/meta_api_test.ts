/** The meta API at the realm alone: what takes several sessions of one authid, or bad luck. */
import { assertEquals } from "@std/assert";
import type { Dict } from "../../src/wamp/options.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { SendOutcome } from "../../src/wamp/message.ts";
import { payloadOf, readValues } from "../../src/wamp/values.ts";
import {
  ALLOW_ALL,
  type TestPeer,
  TestRealm,
  type TestRealmOptions,
} from "../support/test_realm.ts";
import { brief } from "./_brief.ts";

/** Calls `procedure`; the arguments of its RESULT, or its ERROR in short. */
function ask(
  caller: TestPeer,
  procedure: string,
  args: readonly unknown[] = [],
  kwargs: Dict = {},
): unknown {
  caller.take();
  caller.call(procedure, payloadOf(args, kwargs));
  const messages = caller.take();
  assertEquals(messages.length, 1);
  const [message] = messages;
  if (message.code !== MessageCode.RESULT) return brief(message);
  return readValues(message.payload).args;
}

/** Calls `add_testament` for `com.will` with one argument. */
function addTestament(
  caller: TestPeer,
  argument: unknown,
  options: Dict = {},
): unknown {
  return ask(caller, "wamp.session.add_testament", [
    "com.will",
    [argument],
    {},
  ], { publish_options: options });
}

/** Topics, or codes of other messages, of what `peer` was sent. */
function received(peer: TestPeer): string[] {
  return peer.take().map((message) =>
    message.code === MessageCode.EVENT
      ? `${message.details["topic"] ?? "com.will"}`
      : brief(message)
  );
}

Deno.test("MS-08: kill_by_authid ends all sessions of that authid but the caller's", () => {
  const test = new TestRealm();
  const [caller, one, other] = [1, 2, 3].map(() => test.join({ authid: "x" }));
  const stranger = test.join({ authid: "y" });
  const reason = "com.why";
  assertEquals(
    ask(caller, "wamp.session.kill_by_authid", ["x"], { reason }),
    [[one.peer.sessionId, other.peer.sessionId]],
  );
  assertEquals(one.outlet.killed, [reason, undefined]);
  assertEquals(other.outlet.killed, [reason, undefined]);
  assertEquals(caller.outlet.killed, undefined);
  assertEquals(stranger.outlet.killed, undefined);
  assertEquals(ask(caller, "wamp.session.count"), [2]);
});

Deno.test("MS-03 MU-02 TS-05: nothing of its own leaving reaches the session that leaves", () => {
  for (const end of ["leave", "kill"] as const) {
    const test = new TestRealm();
    const leaver = test.join();
    for (const topic of ["com.will", "com.a", "com.b"]) leaver.subscribe(topic);
    leaver.subscribe("", { match: "prefix" });
    leaver.subscribe("wamp.", { match: "prefix" });
    leaver.register("com.a");
    addTestament(leaver, 1, { exclude_me: false, acknowledge: true });
    leaver.take();
    if (end === "leave") leaver.leave();
    else test.realm.kill(leaver.peer, "com.why", undefined, false);
    assertEquals(received(leaver), [], end);
  }
});

Deno.test("TS-06: a killed session is sent GOODBYE before anything is told about its end", () => {
  const test = new TestRealm();
  const [heir, victim] = [test.join(), test.join()];
  heir.subscribe("", { match: "prefix" });
  victim.subscribe("com.a");
  addTestament(victim, 1);
  heir.take();
  let seenAtKill: string[] | undefined;
  victim.outlet.kill = () => {
    seenAtKill = received(heir);
  };
  test.realm.kill(victim.peer, "com.why", undefined, false);
  assertEquals(seenAtKill, []);
  assertEquals(received(heir), [
    "com.will",
    "wamp.subscription.on_unsubscribe",
    "wamp.subscription.on_delete",
    "wamp.session.on_leave",
  ]);
});

Deno.test("TS-05: a testament whose right was lost since is not published", () => {
  let allowed = true;
  const role = {
    ...ALLOW_ALL,
    allows: (action: string) => allowed || action !== "publish",
  };
  const options: TestRealmOptions = { roles: new Map([["all", role]]) };
  const test = new TestRealm(options);
  const [heir, testator] = [test.join(), test.join()];
  heir.subscribe("com.will");
  heir.take();
  assertEquals(addTestament(testator, 1), []);
  allowed = false;
  testator.leave();
  assertEquals(received(heir), []);
});

Deno.test("MS-09 TS-07: kill_all forgets the testaments of the killed", () => {
  const test = new TestRealm();
  const [killer, victim] = [test.join(), test.join()];
  addTestament(victim, 1);
  killer.subscribe("com.will");
  assertEquals(ask(killer, "wamp.session.kill_all"), [1]);
  assertEquals(test.realm.inventory().testators, 0);
});

Deno.test("TS-02 TS-04: what is flushed or published is held no longer", () => {
  const test = new TestRealm();
  const testator = test.join();
  addTestament(testator, 1);
  assertEquals(test.realm.inventory().testators, 1);
  ask(testator, "wamp.session.flush_testaments");
  assertEquals(test.realm.inventory().testators, 0);
  addTestament(testator, 2);
  testator.leave();
  assertEquals(test.realm.inventory().testators, 0);
});

for (
  const [outcome, error] of [
    [SendOutcome.TOO_LONG, "wamp.error.payload_size_exceeded"],
    [SendOutcome.UNSUPPORTED_VALUE, "wamp.error.invalid_argument"],
  ] as const
) {
  Deno.test(`FR-16 A-13: a result that cannot be sent is answered ${error}`, () => {
    const test = new TestRealm();
    const caller = test.join();
    caller.outlet.outcome = ({ code }) =>
      code === MessageCode.RESULT ? outcome : SendOutcome.SENT;
    assertEquals(ask(caller, "wamp.session.count"), `ERROR 1 ${error}`);
    const isLong = outcome === SendOutcome.TOO_LONG;
    assertEquals(test.counted("calls_too_long"), isLong ? 1 : 0);
  });
}
