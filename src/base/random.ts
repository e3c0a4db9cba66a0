/** Randomness as the pure parts see it; the server passes the real one. */
export interface RandomSource {
  /** Fills the array with unpredictable 32-bit integers and returns it. */
  fill(words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer>;
}
