/**
 * What clients make the router keep, at each bound: the process holds about what
 * the ledger says, and when all are gone, the ledger is empty.
 */
import { assertEquals, assertLess } from "@std/assert";
import { RouterHandle } from "../support/router_handle.ts";
import { openConfig } from "./_open_config.ts";
import { Filler } from "./_filler.ts";
import { settled } from "./_settled.ts";

/** The ledger's sum may be off by so much. */
const FACTOR = 1.5;
const KIB = 1024;
const MIB = 2 ** 20;

const LIMITS = {
  max_session_bytes: 8 * MIB,
  max_pending_calls: 1_000_000,
  max_testaments: 1_000_000,
  max_testament_bytes: 64 * MIB,
};

type Fill = (filler: Filler, sessions: number) => Promise<void>;

/** How a session's bound is reached, by things of one kind. */
const FILLS:
  readonly (readonly [name: string, sessions: number, fill: Fill])[] = [
    ["sessions", 1500, (filler, count) => filler.join(count)],
    [
      "subscriptions to short topics",
      2,
      (filler, count) =>
        filler.each(count, (i, who) => [32, i, {}, `com.a${i}.${who}`]),
    ],
    [
      "subscriptions to long topics",
      2,
      (filler, count) =>
        filler.each(count, (i, who) => [32, i, {}, long(i, who)]),
    ],
    [
      "subscriptions to topics that are not Latin",
      2,
      (filler, count) =>
        filler.each(
          count,
          (i, who) => [32, i, {}, `${"тема".repeat(300)}.${i}.${who}`],
        ),
    ],
    [
      "prefix patterns",
      2,
      (filler, count) =>
        filler.each(
          count,
          (i, who) => [32, i, { match: "prefix" }, `com.a${i}.${who}`],
        ),
    ],
    [
      "registrations of short procedures",
      2,
      (filler, count) =>
        filler.each(count, (i, who) => [64, i, {}, `com.a${i}.${who}`]),
    ],
    [
      "registrations of long procedures",
      2,
      (filler, count) =>
        filler.each(count, (i, who) => [64, i, {}, long(i, who)]),
    ],
    ["testaments", 2, (filler, count) =>
      filler.each(count, (i) => [
        48,
        i,
        {},
        "wamp.session.add_testament",
        ["com.a", ["x".repeat(500)], {}],
      ])],
    ["pending calls", 2, (filler, count) => filler.call(count, {}, [])],
    [
      "calls that wait with their payload",
      2,
      (filler, count) =>
        filler.call(count, { concurrency: 1 }, ["x".repeat(2000)]),
    ],
    [
      "canceled calls",
      2,
      (filler, count) =>
        filler.call(count, { concurrency: 1_000_000 }, [], true),
    ],
  ];

function long(index: number, who: number): string {
  return `com.a${index}.${who}.${"x".repeat(2000)}`;
}

for (const [name, sessions, fill] of FILLS) {
  Deno.test(`the ledger is right about ${name}`, async () => {
    const router = await RouterHandle.start(openConfig(LIMITS));
    const filler = new Filler(router.addresses[0]);
    await filler.warmUp();
    const before = await router.look();
    await fill(filler, sessions);
    const after = await router.look();
    const noted = after.inventory.heldBytes - before.inventory.heldBytes;
    const taken = after.heldBytes - before.heldBytes;
    const told = `${name}: noted ${kib(noted)}, taken ${kib(taken)}`;
    assertLess(taken / noted, FACTOR, told);
    assertLess(noted / taken, FACTOR, told);
    filler.close();
    await settled(async () => (await router.look()).inventory);
    assertEquals((await router.look()).inventory.heldBytes, 0);
    assertEquals(await router.end(), 0);
  });
}

function kib(bytes: number): string {
  return `${Math.round(bytes / KIB)} KiB`;
}
