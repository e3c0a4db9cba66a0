/**
 * Knows what was taken before, for as long as it could be taken again.
 *
 * @module
 */

/** So many are remembered for each span. */
const SIZE_MAX = 262_144;

/** Remembers proofs, such as signatures that were right. */
export class ReplayGuard {
  readonly #spanMs: number;
  readonly #sizeMax: number;
  // Proofs are what only who has the secret can make: nobody chooses their hashes.
  #recent = new Set<string>();
  #older = new Set<string>();
  #turnedMs = -Infinity;

  /**
   * @param spanMs For how long a proof could be good after it was taken.
   * @param sizeMax How many are remembered for that long.
   */
  constructor(spanMs: number, sizeMax: number = SIZE_MAX) {
    this.#spanMs = spanMs;
    this.#sizeMax = sizeMax;
  }

  /** Takes `proof`, if it is new and there is room to remember it. */
  take(proof: string, nowMs: number): "new" | "known" | "full" {
    this.#forget(nowMs);
    if (this.#recent.has(proof) || this.#older.has(proof)) return "known";
    if (this.#recent.size >= this.#sizeMax) return "full";
    this.#recent.add(proof);
    return "new";
  }

  /** Each is remembered for one to two spans. */
  #forget(nowMs: number): void {
    const sinceMs = nowMs - this.#turnedMs;
    // A clock that was put back must not make it remember for ever.
    if (sinceMs >= 0 && sinceMs < this.#spanMs) return;
    this.#older = sinceMs >= 0 && sinceMs < 2 * this.#spanMs
      ? this.#recent
      : new Set();
    this.#recent = new Set();
    this.#turnedMs = nowMs;
  }
}
