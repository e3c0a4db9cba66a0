/** The clock of deadlines: what it leaves out, and when deadlines may fire. */
import { assert, assertEquals } from "@std/assert";
import {
  LATE_MS,
  READING_TICKS,
  SteadyClock,
} from "../../src/base/steady_clock.ts";

/** A clock whose first tick is awaited since `realMs`. */
function started(realMs: number): SteadyClock {
  const clock = new SteadyClock();
  clock.start(realMs);
  return clock;
}

/** What the ticks of `realMs` say. */
function ticks(clock: SteadyClock, ...realMs: number[]): boolean[] {
  return realMs.map((at) => clock.tick(at));
}

Deno.test("SteadyClock is the real time while ticks come", () => {
  const clock = started(1000);
  assertEquals(ticks(clock, 1050, 1100, 1100 + LATE_MS), [true, true, true]);
  assertEquals(clock.at(1110 + LATE_MS), 1110 + LATE_MS);
});

Deno.test("SteadyClock is the real time while nobody waits for anything", () => {
  const clock = new SteadyClock();
  assertEquals([0, 10_000].map((at) => clock.at(at)), [0, 10_000]);
  clock.start(10_000);
  clock.stop();
  assertEquals(clock.at(90_000), 90_000);
});

Deno.test("SteadyClock leaves out what a stopped process did not see", () => {
  const clock = started(1000);
  clock.tick(61_000);
  assertEquals(clock.at(61_000), 1000 + LATE_MS);
  assertEquals(clock.at(61_010), 1010 + LATE_MS);
});

Deno.test("SteadyClock lets what has arrived be read before deadlines fire", () => {
  const clock = started(0);
  const reading = Array(READING_TICKS).fill(false);
  const times = [9000, ...reading.map((_, tick) => 9050 + tick * 50)];
  assertEquals(ticks(clock, ...times), [
    false,
    ...reading.slice(1),
    true,
  ]);
  assertEquals(clock.tick(9300), true);
});

Deno.test("SteadyClock lets deadlines fire also where each tick is late", () => {
  const clock = started(0);
  const all = Array.from({ length: 10 * (READING_TICKS + 1) }, (_, tick) => {
    return clock.tick((tick + 1) * 2 * LATE_MS);
  });
  assertEquals(all.filter((mayFire) => mayFire).length, 10);
});

Deno.test("SteadyClock never goes back, whenever it is looked at", () => {
  const clock = started(0);
  let last = 0;
  for (const realMs of [10, 99, 100, 101, 500, 501, 550, 900, 1000, 1001]) {
    const before = clock.at(realMs);
    clock.tick(realMs);
    const after = clock.at(realMs);
    assert(last <= before && before <= after, `at ${realMs} ms`);
    assert(after <= realMs);
    last = after;
  }
  clock.stop();
  assert(clock.at(1001) >= last);
  clock.start(5000);
  assert(clock.at(5000) >= last);
});
