/** How fast secrets can be guessed (checklist AU-10). */
import { assert, assertEquals } from "@std/assert";
import { FailureLimiter } from "../../src/auth/failure_limiter.ts";

const MINUTE_MS = 60_000;

/** A limiter with a clock that the test sets. */
function withClock(maxKeys?: number): {
  limiter: FailureLimiter;
  pass: (ms: number) => void;
} {
  let now = 1000;
  return {
    limiter: new FailureLimiter(() => now, maxKeys),
    pass: (ms) => void (now += ms),
  };
}

Deno.test("as many failures as are allowed cost nothing, the next must wait", () => {
  const { limiter } = withClock();
  for (let i = 0; i < 10; i++) {
    assertEquals(limiter.waitMs(["a"], 10), 0, `after ${i}`);
    limiter.failed(["a"], 10);
  }
  assertEquals(limiter.waitMs(["a"], 10), 1000);
  assertEquals(limiter.waitMs(["b"], 10), 0);
});

Deno.test("those who come at once wait one behind the other, and beyond 10 s are turned away", () => {
  const { limiter } = withClock();
  for (let i = 0; i < 3; i++) limiter.failed(["a"], 3);
  const waits = Array.from({ length: 11 }, () => limiter.waitMs(["a"], 3));
  assertEquals(waits, [
    ...Array.from({ length: 10 }, (_, i) => (i + 1) * 1000),
    undefined,
  ]);
});

Deno.test("each further failure doubles the wait", () => {
  const { limiter, pass } = withClock();
  for (let i = 0; i < 1000; i++) limiter.failed(["a"], 1000);
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    const wait = limiter.waitMs(["a"], 1000);
    waits.push(wait);
    // The place in the queue is used; time stands still otherwise.
    limiter.failed(["a"], 1000);
  }
  // 1 s; then 2 s, 4 s behind those before; the rest would be too long.
  assertEquals(waits, [1000, 3000, 7000, undefined, undefined]);
  pass(MINUTE_MS);
  assertEquals(limiter.waitMs(["a"], 1000), 0);
});

Deno.test("in the long run no more guesses are looked at than are allowed", () => {
  const { limiter, pass } = withClock();
  let guesses = 0;
  for (let second = 0; second < 3600; second++) {
    for (let i = 0; i < 50; i++) {
      if (limiter.waitMs(["a"], 10) === undefined) continue;
      guesses++;
      limiter.failed(["a"], 10);
    }
    pass(1000);
  }
  assert(guesses < 12 * 60 + 20, `${guesses} guesses in an hour`);
});

Deno.test("failures are forgotten with time", () => {
  const { limiter, pass } = withClock();
  for (let i = 0; i < 10; i++) limiter.failed(["a"], 10);
  pass(MINUTE_MS / 10);
  assertEquals(limiter.waitMs(["a"], 10), 0);
  pass(MINUTE_MS);
  assertEquals(limiter.waitMs(["a"], 10), 0);
  assertEquals(limiter.size, 0);
});

Deno.test("of several keys the longest wait counts", () => {
  const { limiter } = withClock();
  for (let i = 0; i < 10; i++) limiter.failed(["authid"], 10);
  assertEquals(limiter.waitMs(["address", "authid"], 10), 1000);
  assertEquals(limiter.waitMs(["address"], 10), 0);
  // Who is turned away takes no place from those who wait.
  for (let i = 0; i < 20; i++) limiter.waitMs(["authid"], 10);
  assertEquals(limiter.waitMs(["other", "authid"], 10), undefined);
  assertEquals(limiter.waitMs(["other"], 10), 0);
});

Deno.test("the table is bounded: what was longest unused is forgotten first", () => {
  const { limiter } = withClock(3);
  for (const key of ["a", "b", "c"]) limiter.failed([key], 1);
  limiter.failed(["a"], 1);
  limiter.failed(["d"], 1);
  assertEquals(limiter.size, 3);
  assertEquals(limiter.waitMs(["b"], 1), 0);
  for (const key of ["a", "c", "d"]) {
    assert(limiter.waitMs([key], 1) !== 0, key);
  }
});

Deno.test("who got in from a source is known there, and the list of those is bounded", () => {
  const { limiter } = withClock(2);
  assert(!limiter.isWelcome("s1", "joe"));
  limiter.succeeded("s1", "joe");
  assert(limiter.isWelcome("s1", "joe"));
  assert(!limiter.isWelcome("s2", "joe"));
  assert(!limiter.isWelcome("s1", "ann"));
  limiter.succeeded("s1", "ann");
  limiter.succeeded("s1", "joe");
  limiter.succeeded("s1", "bob");
  assert(limiter.isWelcome("s1", "joe"));
  assert(!limiter.isWelcome("s1", "ann"));
});
