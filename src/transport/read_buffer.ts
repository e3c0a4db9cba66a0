/**
 * How large a buffer the next read of a connection gets: small while the peer
 * says little, larger while reads fill it, small again when they do not.
 */
const BYTES_MIN = 256;
const BYTES_MAX = 256 * 1024;
/** So many small reads in a row before the buffer shrinks. */
const SMALL_READS = 8;
/** How much larger the buffer gets at once: at most, where a cut frame needs it. */
const GROWTH_FACTOR = 4;
const GROWTH_FACTOR_MAX = 16;

/** The read buffer of one connection. */
export class ReadBuffer {
  #bytes = new Uint8Array(BYTES_MIN);
  #smallReads = 0;

  /** The buffer for the next read; what the last one brought has been handled. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Fits the buffer to what came. Only bytes that came make it larger: a length
   * that a peer only claims costs nothing.
   *
   * @param count Bytes that the last read brought.
   * @param missingBytes Bytes of a cut frame that are known to follow.
   */
  fit(count: number, missingBytes: number): void {
    const size = this.#bytes.length;
    if (count === size) {
      this.#smallReads = 0;
      const useful = Math.min(missingBytes, size * GROWTH_FACTOR_MAX);
      this.#resize(Math.max(size * GROWTH_FACTOR, useful));
    } else if (count * 8 >= size) {
      this.#smallReads = 0;
    } else if (size > BYTES_MIN && ++this.#smallReads === SMALL_READS) {
      this.#smallReads = 0;
      this.#resize(size / 4);
    }
  }

  #resize(wanted: number): void {
    const size = Math.min(Math.max(wanted, BYTES_MIN), BYTES_MAX);
    if (size !== this.#bytes.length) this.#bytes = new Uint8Array(size);
  }
}
