/**
 * What waits to be written to one connection: a buffer that fills while another
 * is being written, one write at a time.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { FlushQueue } from "./flush_queue.ts";
import type { WriterPool } from "./writer_pool.ts";

/** Where an outbox writes to, and what it tells its connection. */
export interface OutboxTarget {
  /** Writes some of `bytes`; the number of octets written. */
  write(bytes: Uint8Array): Promise<number>;
  /** All that was in the outbox has been written. */
  drained(): void;
  /** Writing failed; nothing more will be written. */
  writeFailed(error: unknown): void;
}

/** The bounded outbox of one connection. */
export class Outbox {
  readonly #target: OutboxTarget;
  readonly #flushQueue: FlushQueue;
  readonly #pool: WriterPool;
  #filling: ByteWriter | undefined = undefined;
  #writing: ByteWriter | undefined = undefined;
  #written = 0;
  #closed = false;
  readonly #onWritten = (count: number) => this.#advance(count);
  readonly #onFailed = (error: unknown) => this.#fail(error);

  constructor(target: OutboxTarget, flushQueue: FlushQueue, pool: WriterPool) {
    this.#target = target;
    this.#flushQueue = flushQueue;
    this.#pool = pool;
  }

  /** Octets that wait or are being written. */
  get pendingBytes(): number {
    const filling = this.#filling === undefined ? 0 : this.#filling.length;
    return this.#writing === undefined
      ? filling
      : filling + this.#writing.length - this.#written;
  }

  /** Where to append what is to be written at the next flush. */
  get writer(): ByteWriter {
    if (this.#filling === undefined) {
      this.#filling = this.#pool.take();
      if (this.#writing === undefined) this.#flushQueue.touch(this);
    }
    return this.#filling;
  }

  /** Begins to write, unless a write is under way, which goes on by itself. */
  flush(): void {
    if (this.#writing !== undefined || this.#filling === undefined) return;
    const writer = this.#filling;
    this.#filling = undefined;
    if (this.#closed || writer.length === 0) {
      this.#pool.give(writer);
      return;
    }
    this.#writing = writer;
    this.#written = 0;
    this.#write(writer);
  }

  /** Forgets all that waits; nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#filling = undefined;
  }

  #write(writer: ByteWriter): void {
    this.#target.write(writer.bytes.subarray(this.#written, writer.length))
      .then(this.#onWritten, this.#onFailed);
  }

  #advance(count: number): void {
    const writer = this.#writing as ByteWriter;
    this.#written += count;
    if (this.#written < writer.length && !this.#closed) {
      return this.#write(writer);
    }
    this.#writing = undefined;
    this.#pool.give(writer);
    this.flush();
    if (this.#writing === undefined && !this.#closed) this.#target.drained();
  }

  #fail(error: unknown): void {
    this.#writing = undefined;
    if (this.#closed) return;
    this.close();
    this.#target.writeFailed(error);
  }
}
