import { ByteWriter } from "../base/byte_writer.ts";

const FIRST_BYTES = 2048;
/** Larger buffers are left to the garbage collector. */
const KEPT_BYTES_MAX = 1024 * 1024;
const POOL_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Write buffers between uses: a connection holds one only while something is
 * waiting to be written.
 */
export class WriterPool {
  readonly #writers: ByteWriter[] = [];
  #pooledBytes = 0;

  /** An empty writer. */
  take(): ByteWriter {
    const writer = this.#writers.pop();
    if (writer === undefined) {
      return new ByteWriter(new Uint8Array(FIRST_BYTES));
    }
    this.#pooledBytes -= writer.bytes.length;
    return writer;
  }

  /** Gives back a writer whose bytes nobody needs any more. */
  give(writer: ByteWriter): void {
    const size = writer.bytes.length;
    if (size > KEPT_BYTES_MAX || this.#pooledBytes + size > POOL_BYTES_MAX) {
      return;
    }
    writer.length = 0;
    this.#pooledBytes += size;
    this.#writers.push(writer);
  }
}
