import { assert, assertEquals } from "@std/assert";
import { TokenBucket } from "../../src/base/token_bucket.ts";
import { withSeed } from "../support/seed.ts";

Deno.test("TokenBucket gives its burst at once, and then what comes in", () => {
  const bucket = new TokenBucket(2, 3, 1000);
  const taken = [1000, 1000, 1000, 1000, 1499, 1500, 1500, 9000].map((at) =>
    bucket.takeOne(at)
  );
  assertEquals(taken, [true, true, true, false, false, true, false, true]);
});

Deno.test("TokenBucket tells how long what is owed takes to come in", () => {
  const bucket = new TokenBucket(10, 10, 0);
  assertEquals(bucket.spend(10, 0), 0);
  assertEquals(bucket.spend(5, 0), 500);
  assertEquals(bucket.spend(0, 200), 300);
  assertEquals(bucket.spend(0, 500), 0);
  assertEquals(bucket.isFull(500), false);
  assertEquals(bucket.isFull(1500), true);
});

Deno.test("TokenBucket: who waits as told gets no more than burst and rate, and no less", () => {
  withSeed((random) => {
    for (let round = 0; round < 100; round++) {
      const perSecond = 1 + random.below(1000);
      const burst = 1 + random.below(1000);
      const largest = 1 + random.below(300);
      const bucket = new TokenBucket(perSecond, burst, 0);
      let nowMs = 0;
      let spent = 0;
      for (let step = 0; step < 200; step++) {
        const count = random.below(largest);
        nowMs += bucket.spend(count, nowMs);
        spent += count;
        const tickMs = 10;
        const allowed = burst + perSecond * (nowMs + tickMs) / 1000;
        assert(spent <= allowed + 1e-6, `${spent} of ${allowed}`);
      }
      // It did not wait for more than it had to.
      assert(spent >= perSecond * nowMs / 1000 - 1e-6);
    }
  });
});
