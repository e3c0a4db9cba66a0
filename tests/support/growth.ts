/**
 * How costs grow, without a clock's word for what is much: two amounts of work
 * take turns, and the least time of each counts, so that what else the machine
 * does falls on neither.
 */
import { assert } from "@std/assert";

const ROUNDS = 5;

/** How many times as long `large` takes as `small`, at the least. */
export function timesAsLong(large: () => void, small: () => void): number {
  let [largeMs, smallMs] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    smallMs = Math.min(smallMs, timeOf(small));
    largeMs = Math.min(largeMs, timeOf(large));
  }
  return largeMs / smallMs;
}

function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const TRIES = 5;

/**
 * Asserts that `measure` gives less than `max` once in a few tries: a machine
 * that is busy spoils some of them, what is really so spoils all.
 */
export async function assertOnceLess(
  measure: () => number | Promise<number>,
  max: number,
): Promise<void> {
  const found: number[] = [];
  while (found.length < TRIES) {
    const value = await measure();
    if (value < max) return;
    found.push(value);
  }
  assert(false, `${found.join(", ")}: none is less than ${max}`);
}
