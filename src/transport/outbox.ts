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

/** What all outboxes of a transport have in common. */
export interface OutboxOptions {
  readonly flushQueue: FlushQueue;
  readonly writerPool: WriterPool;
  readonly outboxBudget: OutboxBudget;
  /** Octets that may wait, beside what is left of a burst (FR-21). */
  readonly maxOutboxBytes: number;
}

/** The bounded outbox of one connection. */
export class Outbox {
  readonly #target: OutboxTarget;
  readonly #options: OutboxOptions;
  /** What the budget knows of. */
  #budgeted = 0;
  /** What still waits of a burst, at the most. */
  #burstBytes = 0;
  #isBursting = false;
  #filling: ByteWriter | undefined = undefined;
  #writing: ByteWriter | undefined = undefined;
  #written = 0;
  #writtenBytes = 0;
  #closed = false;
  readonly #onWritten = (count: number) => this.#advance(count);
  readonly #onFailed = (error: unknown) => this.#fail(error);

  constructor(target: OutboxTarget, options: OutboxOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Octets that wait or are being written; none any more when it is closed. */
  get pendingBytes(): number {
    if (this.#closed) return 0;
    const filling = this.#filling === undefined ? 0 : this.#filling.length;
    return this.#writing === undefined
      ? filling
      : filling + this.#writing.length - this.#written;
  }

  /** Octets that were written since the connection began. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Where to append what is to be written at the next flush. */
  get writer(): ByteWriter {
    if (this.#filling === undefined) {
      this.#filling = this.#options.writerPool.take();
      if (this.#writing === undefined) this.#options.flushQueue.touch(this);
    }
    return this.#filling;
  }

  /**
   * Whether too much waits, after something was appended to what waited before.
   *
   * @param before Octets that waited then.
   */
  isOverfull(before: number): boolean {
    if (this.#isBursting) this.flush();
    this.budget();
    if (this.#isBursting) return false;
    this.#burstBytes = Math.min(this.#burstBytes, before);
    return this.pendingBytes > this.#options.maxOutboxBytes + this.#burstBytes;
  }

  /**
   * Does `work`, what of which is appended comes at once and is no sign of a slow
   * peer: it may wait beside what else may. One burst at a time.
   */
  burst(work: () => void): void {
    const before = this.pendingBytes;
    this.#burstBytes = Math.min(this.#burstBytes, before);
    if (this.#isBursting || this.#burstBytes > 0) return work();
    this.#isBursting = true;
    try {
      work();
    } finally {
      this.#isBursting = false;
      this.#burstBytes = Math.max(0, this.pendingBytes - before);
    }
  }

  /** Tells the budget how much waits behind a write, which is in it, too. */
  budget(): void {
    const bytes = this.#writing === undefined ? 0 : this.pendingBytes;
    const more = bytes - this.#budgeted;
    if (more === 0) return;
    this.#budgeted = bytes;
    this.#options.outboxBudget.add(more);
  }

  /** Begins to write, unless a write is under way, which goes on by itself. */
  flush(): void {
    if (this.#writing !== undefined || this.#filling === undefined) return;
    const writer = this.#filling;
    this.#filling = undefined;
    if (this.#closed || writer.length === 0) {
      this.#options.writerPool.give(writer);
      return;
    }
    this.#writing = writer;
    this.#written = 0;
    this.#write(writer);
    this.budget();
  }

  /** Forgets all that waits; nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#filling = undefined;
    this.#options.outboxBudget.add(-this.#budgeted);
    this.#budgeted = 0;
  }

  #write(writer: ByteWriter): void {
    this.#target.write(writer.bytes.subarray(this.#written, writer.length))
      .then(this.#onWritten, this.#onFailed);
  }

  #advance(count: number): void {
    const writer = this.#writing as ByteWriter;
    this.#written += count;
    this.#writtenBytes += count;
    if (this.#burstBytes > 0) {
      this.#burstBytes = Math.min(this.#burstBytes, this.pendingBytes);
    }
    if (this.#written < writer.length && !this.#closed) {
      return this.#write(writer);
    }
    this.#writing = undefined;
    this.#options.writerPool.give(writer);
    this.flush();
    if (!this.#closed) this.budget();
    if (this.#writing === undefined && !this.#closed) this.#target.drained();
  }

  #fail(error: unknown): void {
    this.#writing = undefined;
    if (this.#closed) return;
    this.close();
    this.#target.writeFailed(error);
  }
}

/** What all outboxes of a router may hold together. */
export class OutboxBudget {
  readonly #maxBytes: number;
  readonly #onExceeded: () => void;
  #bytes = 0;

  /**
   * @param onExceeded Called where it is more than that; it makes one of the
   * outboxes forget what it holds.
   */
  constructor(maxBytes: number, onExceeded: () => void) {
    this.#maxBytes = maxBytes;
    this.#onExceeded = onExceeded;
  }

  /** Octets that wait behind a write which is under way, or are in it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes that an outbox holds `count` octets more; less where it is negative. */
  add(count: number): void {
    this.#bytes += count;
    if (count > 0 && this.#bytes > this.#maxBytes) this.#onExceeded();
  }
}
