/**
 * Bounds how fast secrets can be guessed: by failures of each source address
 * and of each authid.
 *
 * A key's level goes up by one with each failure and down again with time, at
 * the rate that is allowed. While it is at the limit, clients that use the key
 * wait before their answers are checked, each one longer than the one before.
 * Beyond a bound they are refused. So guesses at the same time are no faster than
 * guesses one after the other.
 */
import { RecentMap } from "../base/recent_map.ts";

/** Clients that would wait longer are refused. */
const WAIT_MS_MAX = 10_000;
/** The first wait at the limit; it doubles with each further failure. */
const FIRST_WAIT_MS = 1_000;
const DOUBLINGS_MAX = 6;
const MINUTE_MS = 60_000;

interface Level {
  /** Failures that are not yet forgotten. */
  failures: number;
  /** When `failures` was computed. */
  atMs: number;
  /** When the last of those that wait has its turn. */
  takenUntilMs: number;
}

/** Failures by key, in bounded memory. */
export class FailureLimiter {
  readonly #levels: RecentMap<Level>;
  readonly #welcome: RecentMap<true>;
  readonly #now: () => number;

  /**
   * @param now A clock that only goes forward, in milliseconds.
   * @param maxKeys Keys that are remembered; the longest unused goes first.
   */
  constructor(now: () => number, maxKeys = 20_000) {
    this.#now = now;
    this.#levels = new RecentMap(maxKeys);
    this.#welcome = new RecentMap(maxKeys);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#levels.size;
  }

  /**
   * How long a client with these keys must wait; undefined: it is refused.
   *
   * @param perMinute How many failures of a key are allowed.
   */
  waitMs(keys: readonly string[], perMinute: number): number | undefined {
    const now = this.#now();
    const waits = keys.map((key) => this.#waitOf(key, perMinute, now));
    const longest = Math.max(0, ...waits);
    if (longest > WAIT_MS_MAX) return undefined;
    for (const [index, key] of keys.entries()) {
      const level = this.#levels.get(key);
      if (level !== undefined && waits[index] > 0) {
        level.takenUntilMs = now + waits[index];
      }
    }
    return longest;
  }

  /** A login with these keys has failed. */
  failed(keys: readonly string[], perMinute: number): void {
    const now = this.#now();
    for (const key of keys) {
      const level = this.#levels.get(key) ??
        { failures: 0, atMs: now, takenUntilMs: 0 };
      level.failures = failuresNow(level, perMinute, now) + 1;
      level.atMs = now;
      this.#levels.set(key, level);
    }
  }

  /** A login with these keys has succeeded. */
  succeeded(source: string, authid: string): void {
    this.#welcome.set(JSON.stringify([source, authid]), true);
  }

  /**
   * Whether that authid has logged in from that source before. Then failures from
   * other sources do not count against it, and cannot lock it out.
   */
  isWelcome(source: string, authid: string): boolean {
    return this.#welcome.get(JSON.stringify([source, authid])) === true;
  }

  #waitOf(key: string, perMinute: number, now: number): number {
    const level = this.#levels.get(key);
    if (level === undefined) return 0;
    const failures = failuresNow(level, perMinute, now);
    if (failures === 0 && level.takenUntilMs <= now) this.#levels.delete(key);
    const beyond = failures - perMinute;
    // A little of a failure is already forgotten a moment later.
    if (beyond <= -0.5) return 0;
    const doublings = Math.min(Math.max(0, beyond), DOUBLINGS_MAX);
    const spacing = FIRST_WAIT_MS * 2 ** doublings;
    return Math.max(level.takenUntilMs, now) + spacing - now;
  }
}

function failuresNow(level: Level, perMinute: number, now: number): number {
  const forgotten = (now - level.atMs) * perMinute / MINUTE_MS;
  return Math.max(0, level.failures - forgotten);
}
