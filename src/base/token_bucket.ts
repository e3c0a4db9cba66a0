/** How coarse the clock is while there are plenty of tokens. */
const TICK_MS = 10;

/**
 * A rate with a burst: tokens come in at a steady rate up to a number of them,
 * and are taken out.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  /**
   * A full bucket.
   *
   * @param burst How many tokens there can be.
   * @param nowMs By a clock that never goes back, as all times here.
   */
  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes one token, unless there is none. */
  takeOne(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /**
   * Takes `count` tokens, even if there are fewer: the rest is owed.
   *
   * @returns For how long, in milliseconds, something is owed; 0: nothing is.
   */
  spend(count: number, nowMs: number): number {
    // Usually there are plenty, and the exact number does not matter.
    if (this.#tokens < count || nowMs - this.#atMs >= TICK_MS) {
      this.#refill(nowMs);
    }
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perSecond * 1000;
  }

  /** Whether there is no room for another token. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#burst;
  }

  #refill(nowMs: number): void {
    const gained = (nowMs - this.#atMs) / 1000 * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#atMs = nowMs;
  }
}
