/**
 * How large a buffer the next read of a connection gets: small while the peer
 * says little, larger while reads fill it, small again when they do not.
 *
 * A read that is waited for holds its buffer until the peer says something, which
 * may be never. So nobody waits with a large one: once a read did not fill it,
 * the next has a small one first, and a large one only when that was full.
 */
const BYTES_MIN = 256;
const BYTES_MAX = 256 * 1024;
/** The largest buffer that a read is waited for with, where none had come at once. */
const WAITING_BYTES = 8192;
/** So many small reads in a row before a small buffer shrinks. */
const SMALL_READS = 8;
/** How much larger the buffer gets at once: at most, where a cut frame needs it. */
const GROWTH_FACTOR = 4;
const GROWTH_FACTOR_MAX = 16;

/** Buffers of the largest size between uses: so many, of all connections. */
const SPARE_MAX = 8;
const spare: Uint8Array<ArrayBuffer>[] = [];

/** The read buffer of one connection. */
export class ReadBuffer {
  #bytes = new Uint8Array(BYTES_MIN);
  #smallReads = 0;
  /** What the buffer was before it was waited with: less is not needed again. */
  #busyBytes = 0;

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
    if (count === size) return this.#grow(size, missingBytes);
    if (size > WAITING_BYTES) {
      this.#smallReads = 0;
      this.#busyBytes = count * 8 >= size ? size : size / 4;
      this.#resize(WAITING_BYTES);
    } else if (count * 8 >= size) this.#smallReads = 0;
    else if (size > BYTES_MIN && ++this.#smallReads === SMALL_READS) {
      this.#smallReads = 0;
      this.#busyBytes = 0;
      this.#resize(size / 4);
    }
  }

  #grow(size: number, missingBytes: number): void {
    this.#smallReads = 0;
    const useful = Math.min(missingBytes, size * GROWTH_FACTOR_MAX);
    const wanted = Math.max(size * GROWTH_FACTOR, useful, this.#busyBytes);
    this.#busyBytes = 0;
    this.#resize(wanted);
  }

  #resize(wanted: number): void {
    const size = Math.min(Math.max(wanted, BYTES_MIN), BYTES_MAX);
    if (size === this.#bytes.length) return;
    if (this.#bytes.length === BYTES_MAX && spare.length < SPARE_MAX) {
      spare.push(this.#bytes);
    }
    this.#bytes = (size === BYTES_MAX ? spare.pop() : undefined) ??
      new Uint8Array(size);
  }
}
