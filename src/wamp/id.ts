/**
 * WAMP IDs: integers in [1, 2^53] (ID-01), in three scopes.
 */

/** Randomness as the pure parts see it; the server passes the real one. */
export interface RandomSource {
  /** Fills the array with unpredictable 32-bit integers and returns it. */
  fill(words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer>;
}

/** The largest ID, 2^53, both ends of the range included (ID-01). */
export const ID_MAX = 2 ** 53;

const POOL_WORDS = 512;

/** Draws IDs of global scope: uniform over the whole range (ID-02). */
export class RandomIds {
  readonly #random: RandomSource;
  readonly #pool = new Uint32Array(POOL_WORDS);
  #used = POOL_WORDS;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** The next random ID. */
  next(): number {
    // One call of the random source for many IDs: a call costs more than an ID.
    if (this.#used === POOL_WORDS) {
      this.#random.fill(this.#pool);
      this.#used = 0;
    }
    const high = this.#pool[this.#used++] & 0x1f_ffff;
    const low = this.#pool[this.#used++];
    return high * 2 ** 32 + low + 1;
  }
}

/** The ID after `id` in session scope: 2^53 is followed by 1 (ID-06). */
export function nextSessionScopeId(id: number): number {
  return id === ID_MAX ? 1 : id + 1;
}
