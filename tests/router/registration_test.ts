/** Which callee gets a call (checklist SH, RR), at the registration alone. */
import { assert, assertEquals } from "@std/assert";
import {
  type Callee,
  type Peer,
  Registration,
} from "../../src/router/model.ts";
import type { InvocationPolicy } from "../../src/wamp/options.ts";
import { seededSource, TestRealm } from "../support/test_realm.ts";

/** A registration with callees of these concurrencies; 0: any number. */
function registrationOf(
  policy: InvocationPolicy,
  ...concurrencies: number[]
): [Registration, Callee[]] {
  const registration = new Registration({
    id: 1,
    uri: "com.a",
    match: "exact",
    policy,
    created: new Date(0),
  }, seededSource());
  const realm = new TestRealm();
  const callees = concurrencies.map((concurrency): Callee => ({
    peer: realm.join().peer,
    concurrency,
    disclosesCaller: false,
    forwardsTimeout: false,
    isReplaceable: false,
    pending: 0,
  }));
  for (const callee of callees) registration.add(callee);
  return [registration, callees];
}

/** Which of `callees` is chosen, time after time; each choice stays pending. */
function choices(
  registration: Registration,
  callees: readonly Callee[],
  count: number,
  tried?: ReadonlySet<Peer>,
): number[] {
  return Array.from({ length: count }, () => {
    const chosen = registration.choose(tried && ((peer) => tried.has(peer)));
    if (chosen === undefined) return -1;
    chosen.pending++;
    return callees.indexOf(chosen);
  });
}

/** By policy: who is chosen of three with room for any number, 2 and 1. */
const WITH_ROOM: [InvocationPolicy, number[]][] = [
  ["first", [0, 0, 0, 0, 0, 0]],
  ["last", [2, 1, 1, 0, 0, 0]],
  ["roundrobin", [0, 1, 2, 0, 1, 0, 0]],
  ["least_pending", [0, 1, 2, 0, 1, 0, 0]],
];

for (const [policy, order] of WITH_ROOM) {
  Deno.test(`SH-05: ${policy} chooses ${order.join(", ")} of callees with room for any number, 2 and 1`, () => {
    const [registration, callees] = registrationOf(policy, 0, 2, 1);
    assertEquals(choices(registration, callees, order.length), order);
  });
}

Deno.test("SH-05: where no callee has room none is chosen, and where one has, that one", () => {
  for (
    const policy of [
      "single",
      "first",
      "last",
      "roundrobin",
      "random",
      "least_pending",
    ] as const
  ) {
    const rooms = policy === "single" ? [1] : [1, 1, 1];
    const [registration, callees] = registrationOf(policy, ...rooms);
    const seen = choices(registration, callees, rooms.length);
    assertEquals([...new Set(seen)].length, rooms.length, policy);
    assertEquals(registration.choose(), undefined, policy);
    callees[rooms.length - 1].pending--;
    assertEquals(registration.choose(), callees[rooms.length - 1], policy);
  }
});

Deno.test("SH-05: an empty registration has nobody to choose", () => {
  const [registration, [callee]] = registrationOf("roundrobin", 0);
  registration.remove(callee.peer);
  assertEquals(registration.choose(), undefined);
  registration.remove(callee.peer);
  assertEquals(registration.callees, []);
});

Deno.test("SH-05: random chooses roughly uniformly", () => {
  const [registration, callees] = registrationOf("random", 0, 0, 0, 0);
  const counts = [0, 0, 0, 0];
  for (const index of choices(registration, callees, 4000)) counts[index]++;
  for (const count of counts) {
    assert(count > 900 && count < 1100, `${counts}`);
  }
});

Deno.test("RR-03: those that were tried are left out, whatever the policy", () => {
  const orders: [InvocationPolicy, number[]][] = [
    ["single", [0]],
    ["first", [0, 1, 2]],
    ["last", [2, 1, 0]],
    ["roundrobin", [0, 1, 2]],
    ["least_pending", [0, 1, 2]],
  ];
  for (const [policy, order] of orders) {
    const [registration, callees] = registrationOf(
      policy,
      ...order.map(() => 0),
    );
    const tried = new Set<Peer>();
    for (const index of order) {
      const chosen = registration.choose((peer) => tried.has(peer));
      assertEquals(chosen, callees[index], policy);
      tried.add(callees[index].peer);
    }
    assertEquals(
      registration.choose((peer) => tried.has(peer)),
      undefined,
      policy,
    );
  }
});

Deno.test("SH-07: removing a callee moves nobody else's turn", () => {
  for (let calls = 0; calls < 5; calls++) {
    for (let leaver = 0; leaver < 4; leaver++) {
      const [registration, callees] = registrationOf("roundrobin", 0, 0, 0, 0);
      choices(registration, callees, calls);
      registration.remove(callees[leaver].peer);
      // As it would have gone, less the one that left.
      const due = Array.from({ length: 8 }, (_, i) => (calls + i) % 4)
        .filter((index) => index !== leaver);
      assertEquals(
        choices(registration, callees, due.length),
        due,
        `${leaver} leaves after ${calls} calls`,
      );
    }
  }
});

Deno.test("SH-07: a callee that joins comes after all others, whoever's turn it is", () => {
  const [registration, callees] = registrationOf("roundrobin", 0, 0);
  choices(registration, callees, 1);
  const [, [newcomer]] = registrationOf("roundrobin", 0);
  registration.add(newcomer);
  assertEquals(
    choices(registration, [...callees, newcomer], 4),
    [1, 2, 0, 1],
  );
});
