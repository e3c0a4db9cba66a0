import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Deadline, TimerWheel } from "../../src/base/timer_wheel.ts";
import { withSeed } from "../support/seed.ts";

const TICK_MS = 100;

function wheel(): { wheel: TimerWheel; busy: boolean[] } {
  const busy: boolean[] = [];
  return { wheel: new TimerWheel(TICK_MS, (now) => busy.push(now)), busy };
}

Deno.test("a deadline fires once, never early, at most one tick late", () => {
  for (const [now, delay] of [[0, 250], [0, 300], [30, 270], [99, 1], [0, 0]]) {
    const { wheel: timers } = wheel();
    const fired: number[] = [];
    let time = now;
    timers.set(now, delay, () => fired.push(time));
    for (; time < now + delay + 3 * TICK_MS; time += 10) timers.advance(time);
    assertStrictEquals(fired.length, 1, `${now}+${delay}`);
    assertStrictEquals(fired[0] >= now + delay, true);
    assertStrictEquals(fired[0] <= now + delay + 2 * TICK_MS, true);
  }
});

Deno.test("a deadline that was cleared does not fire", () => {
  const { wheel: timers } = wheel();
  const fired: string[] = [];
  const first = timers.set(0, 200, () => fired.push("first"));
  timers.set(0, 200, () => fired.push("second"));
  timers.clear(first);
  timers.clear(first);
  assertStrictEquals(timers.count, 1);
  timers.advance(1000);
  assertEquals(fired, ["second"]);
  // Also after its time, and when it has fired.
  timers.clear(first);
  assertStrictEquals(timers.count, 0);
});

Deno.test("what fires may clear its neighbours of the same tick", () => {
  const { wheel: timers } = wheel();
  const fired: number[] = [];
  const deadlines: Deadline[] = [];
  for (let i = 0; i < 5; i++) {
    deadlines.push(timers.set(0, 200, () => {
      fired.push(i);
      for (const deadline of deadlines) timers.clear(deadline);
    }));
  }
  timers.advance(1000);
  assertStrictEquals(fired.length, 1);
  assertStrictEquals(timers.count, 0);
});

Deno.test("what fires may set another deadline, which waits its time", () => {
  const { wheel: timers } = wheel();
  const fired: number[] = [];
  let time = 0;
  const again = () => {
    fired.push(time);
    if (fired.length < 5) timers.set(time, 300, again);
  };
  timers.set(0, 300, again);
  for (; time <= 3000; time += 50) timers.advance(time);
  assertEquals(fired.length, 5);
  for (let i = 1; i < fired.length; i++) {
    assertStrictEquals(fired[i] - fired[i - 1] >= 300, true);
  }
});

Deno.test("a late turn fires all that became due, in the order of their ticks", () => {
  const { wheel: timers } = wheel();
  const fired: number[] = [];
  for (const delay of [700, 100, 500, 300]) {
    timers.set(0, delay, () => fired.push(delay));
  }
  timers.advance(600);
  assertEquals(fired, [100, 300, 500]);
  timers.advance(700);
  assertEquals(fired, [100, 300, 500, 700]);
});

Deno.test("the host's timer runs only while something waits", () => {
  const { wheel: timers, busy } = wheel();
  timers.advance(50);
  assertEquals(busy, []);
  const first = timers.set(100, 200, () => {});
  const second = timers.set(100, 900, () => {});
  assertEquals(busy, [true]);
  timers.advance(400);
  assertEquals(busy, [true]);
  timers.clear(first);
  timers.clear(second);
  timers.advance(500);
  assertEquals(busy, [true, false]);
  // After a long pause the wheel does not turn through all of it.
  timers.set(1e12, 200, () => busy.push(true));
  assertEquals(busy, [true, false, true]);
  timers.advance(1e12 + 1000);
  assertEquals(busy, [true, false, true, true, false]);
});

Deno.test("random deadlines, set and cleared at random, fire when they should", () => {
  withSeed((random) => {
    const { wheel: timers } = wheel();
    const waiting = new Map<Deadline, number>();
    let time = 12_345;
    for (let i = 0; i < 5000; i++) {
      time += random.below(30);
      switch (random.below(3)) {
        case 0: {
          const dueMs = time + random.below(3000);
          const deadline = timers.set(time, dueMs - time, () => {
            assertStrictEquals(waiting.get(deadline), dueMs, "fired once");
            assertStrictEquals(time >= dueMs, true, "fired early");
            waiting.delete(deadline);
          });
          waiting.set(deadline, dueMs);
          break;
        }
        case 1: {
          if (waiting.size === 0) break;
          const deadline = random.pick([...waiting.keys()]);
          timers.clear(deadline);
          waiting.delete(deadline);
          break;
        }
        default:
          timers.advance(time);
          for (const dueMs of waiting.values()) {
            assertStrictEquals(dueMs > time - TICK_MS, true, "fired late");
          }
      }
      assertStrictEquals(timers.count, waiting.size);
    }
    time += 10_000;
    timers.advance(time);
    assertStrictEquals(waiting.size, 0);
  });
});

Deno.test("many deadlines of one tick fire in pieces, and none is lost or late", () => {
  const { wheel: timers } = wheel();
  let fired = 0;
  for (let i = 0; i < 1000; i++) timers.set(0, 200, () => fired++);
  timers.set(0, 300, () => fired++);
  let room = 0;
  const isSpent = () => --room < 0;
  const pieces: number[] = [];
  let isDone = false;
  while (!isDone) {
    const before = fired;
    room = 2;
    isDone = timers.advance(300, isSpent);
    pieces.push(fired - before);
    // What is set meanwhile has its own time.
    if (pieces.length === 1) timers.set(300, 100, () => fired++);
  }
  assertStrictEquals(Math.max(...pieces) <= 48, true, pieces.join());
  assertStrictEquals(fired, 1001);
  timers.advance(400, isSpent);
  assertEquals([fired, timers.count], [1002, 0]);
});

Deno.test("what is due at once while a tick fires in pieces is not lost", () => {
  const { wheel: timers } = wheel();
  const fired: string[] = [];
  for (let i = 0; i < 40; i++) timers.set(0, 100, () => fired.push("first"));
  assertStrictEquals(timers.advance(100, () => true), false);
  timers.set(100, 0, () => fired.push("second"));
  timers.advance(200);
  assertEquals([fired.length, fired.includes("second"), timers.count], [
    41,
    true,
    0,
  ]);
});
