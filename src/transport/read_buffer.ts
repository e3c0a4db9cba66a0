/**
 * How large a buffer the next read of a connection gets: small while the peer
 * says little, larger while reads fill it, small again when they do not.
 *
 * A read that is waited for holds its buffer until the peer says something, which
 * may be never. So large buffers that are waited with share a room. Where that is
 * full, a small one comes first, and a large one only once that was filled: it
 * costs a read more, and not memory for each client that was busy once.
 */
const BYTES_MIN = 256;
const BYTES_MAX = 256 * 1024;
/** Larger buffers need room to be waited with. */
const WAITING_BYTES = 8192;
/** So many small reads in a row before the buffer shrinks. */
const SMALL_READS = 8;
/** How much larger the buffer gets at once: at most, where a cut frame needs it. */
const GROWTH_FACTOR = 4;
const GROWTH_FACTOR_MAX = 16;

/** What large buffers of all connections may take while they are waited with. */
export const ROOM_BYTES = 8 * 2 ** 20;
let roomLeft = ROOM_BYTES;

/** The read buffer of one connection. */
export class ReadBuffer {
  #bytes = new Uint8Array(BYTES_MIN);
  #smallReads = 0;
  /** What it has of the room. */
  #roomBytes = 0;
  /** How large it was where there was no room to wait with it. */
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
    if (count === size) {
      this.#smallReads = 0;
      const useful = Math.min(missingBytes, size * GROWTH_FACTOR_MAX);
      this.#resize(Math.max(size * GROWTH_FACTOR, useful, this.#busyBytes));
      this.#busyBytes = 0;
      return;
    }
    if (count * 8 >= size) this.#smallReads = 0;
    else if (size > BYTES_MIN && ++this.#smallReads === SMALL_READS) {
      this.#smallReads = 0;
      this.#busyBytes = 0;
      this.#resize(size / 4);
    }
    if (this.#bytes.length > WAITING_BYTES) this.#findRoom();
  }

  /** It is not read with any more. */
  close(): void {
    this.#leaveRoom();
  }

  /** More is not here yet: it will be waited for. */
  #findRoom(): void {
    const size = this.#bytes.length;
    if (size === this.#roomBytes) return;
    this.#leaveRoom();
    if (size > roomLeft) {
      this.#busyBytes = size;
      return this.#resize(WAITING_BYTES);
    }
    this.#roomBytes = size;
    roomLeft -= size;
  }

  #leaveRoom(): void {
    roomLeft += this.#roomBytes;
    this.#roomBytes = 0;
  }

  #resize(wanted: number): void {
    const size = Math.min(Math.max(wanted, BYTES_MIN), BYTES_MAX);
    if (size === this.#bytes.length) return;
    if (size <= WAITING_BYTES) this.#leaveRoom();
    this.#bytes = new Uint8Array(size);
  }
}
