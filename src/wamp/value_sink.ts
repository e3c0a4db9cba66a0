/**
 * WAMP's data model as a stream of events: what a serializer's reader tells and
 * a serializer's writer takes. Any reader can feed any writer, so payload goes
 * from one format to another without a tree of values in between.
 */
import { ID_MAX } from "./id.ts";

/** A dict key. WAMP's own dicts have string keys only; payload may have others. */
export type DictKey = string | number | bigint | boolean | null;

/** Takes one value, depth first, in the order of the encoding. */
export interface ValueSink {
  /** Whether any {@linkcode DictKey} becomes text: 1 and "1" are then the same. */
  readonly hasTextKeys?: boolean;
  /** An integer; bigint where it is beyond ±2^53. */
  integer(value: number | bigint): void;
  /** A floating point number, also one whose value is integral. */
  float(value: number): void;
  text(value: string): void;
  binary(value: Uint8Array): void;
  boolean(value: boolean): void;
  nil(): void;
  /** Exactly `count` values and {@linkcode ValueSink.endList} follow. */
  beginList(count: number): void;
  endList(): void;
  /**
   * Exactly `count` keys, each with its value, and {@linkcode ValueSink.endDict}
   * follow. Readers of payload tell no key twice.
   */
  beginDict(count: number): void;
  key(key: DictKey): void;
  endDict(): void;
}

/** A payload value that the other format has no form for. */
export class UnsupportedValueError extends Error {
  override readonly name = "UnsupportedValueError";
}

/**
 * `value` as a number where that is exact, which is within ±2^53; else as it is
 * (A-10).
 */
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
