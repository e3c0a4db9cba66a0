/**
 * Integers as JavaScript has them: a number is exact within ±2^53, beyond that
 * a bigint is needed.
 */
import { ID_MAX } from "../wamp/id.ts";

/** `value` as a number where that is exact; else as it is. */
export function narrowInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Math.abs(number) <= ID_MAX && BigInt(number) === value
    ? number
    : value;
}

/** Whether `value` is an integer that a number holds exactly. */
export function isExactInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= ID_MAX;
}
