import { timesAsLong } from "./growth.ts";

/** V8's hash of a small integer, which has no secret in it. */
function hashInV8(key: number): number {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  return (hash ^ (hash >>> 16)) & 0x3fff_ffff;
}

/** `count` IDs, up to 8,192, that share one bucket in a Set or Map of V8. */
export function collidingIds(count: number): number[] {
  const chosen: number[] = [];
  for (let id = 1; chosen.length < count; id++) {
    if ((hashInV8(id) & 0xfff) === 0) chosen.push(id);
  }
  return chosen;
}

/**
 * How many times as long `work` takes with colliding IDs as with the first ones,
 * by the least time of a few.
 */
export function costOfCollisions(
  count: number,
  work: (ids: readonly number[]) => void,
): number {
  const chosen = collidingIds(count);
  const usual = chosen.map((_, index) => index + 1);
  return timesAsLong(() => work(chosen), () => work(usual));
}
