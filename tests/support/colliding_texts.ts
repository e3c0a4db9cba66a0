import { timesAsLong } from "./growth.ts";

/** A text that V8 hashes by its value, such that `Set` and `Map` have one bucket for all. */
function collidingText(index: number): string {
  return String((index + 1) * 2 ** 17);
}

/** `count` texts, up to 30,000, that share few buckets in a Set or Map of V8. */
export function collidingTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => collidingText(index));
}

/**
 * How many times as long `work` takes with colliding texts as with others of the
 * same length, by the least time of a few.
 */
export function costOfCollidingTexts(
  count: number,
  work: (texts: readonly string[]) => void,
): number {
  const chosen = collidingTexts(count);
  const usual = chosen.map((text) => `a${text.slice(1)}`);
  return timesAsLong(() => work(chosen), () => work(usual));
}
