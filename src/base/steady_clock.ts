/**
 * The clock of all deadlines: it does not count time in which the process did not
 * run, since what peers said meanwhile is still unread.
 *
 * It is turned by the ticks of a timer. Where one comes late, by a stopped process,
 * a paused machine or a long piece of work, the time beyond
 * {@linkcode LATE_MS} is left out, and for a few ticks no deadline is to fire:
 * what has arrived is read first.
 */

/** A tick may be so late: all that came meanwhile is read in a turn or two. */
export const LATE_MS = 100;
/** So many ticks after a late one, what has arrived is read. */
export const READING_TICKS = 4;

/** Times in milliseconds, by a clock that never goes back. */
export class SteadyClock {
  /** What was left out so far. */
  #lostMs = 0;
  /** When the last tick was; undefined while nobody waits for anything. */
  #tickedMs: number | undefined = undefined;
  #readingTicks = 0;

  /** Ticks follow from now on. */
  start(realMs: number): void {
    this.#tickedMs = realMs;
    this.#readingTicks = 0;
  }

  /** No ticks follow. */
  stop(): void {
    this.#tickedMs = undefined;
  }

  /** The time at `realMs`, which is not before the last tick. */
  at(realMs: number): number {
    const countedMs = this.#tickedMs === undefined
      ? realMs
      : Math.min(realMs, this.#tickedMs + LATE_MS);
    return countedMs - this.#lostMs;
  }

  /**
   * A tick.
   *
   * @returns Whether what is due may fire.
   */
  tick(realMs: number): boolean {
    const lateMs = realMs - (this.#tickedMs ?? realMs) - LATE_MS;
    this.#tickedMs = realMs;
    if (lateMs > 0) this.#lostMs += lateMs;
    // A router that always is late has its deadlines, too: they fire in between.
    if (this.#readingTicks > 0) return --this.#readingTicks === 0;
    if (lateMs <= 0) return true;
    this.#readingTicks = READING_TICKS;
    return false;
  }
}
