/**
 * A byte buffer that grows as it is written: what serializers write into and
 * outboxes send from.
 *
 * The fields are public because the encoders write bytes in tight loops: they
 * call {@linkcode ByteWriter.reserve} once and then store bytes themselves.
 */

const SMALL_COPY_BYTES = 48;

/** A growing buffer with a write position. */
export class ByteWriter {
  /** The storage; only the first {@linkcode ByteWriter.length} bytes count. */
  bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes have been written. */
  length = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  /** Makes room for `count` more bytes; `bytes` may be another array after. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const bytes = this.bytes;
    // A call of set() costs more than storing a few bytes one by one.
    if (count <= SMALL_COPY_BYTES) {
      let to = this.length;
      for (let from = start; from < end; from++) bytes[to++] = source[from];
    } else {
      bytes.set(
        count === source.length ? source : source.subarray(start, end),
        this.length,
      );
    }
    this.length += count;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
