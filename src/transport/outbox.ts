/**
 * What waits to be written to one connection: a buffer that fills while another
 * is being written, one write at a time; and among it frames that others wait for
 * too, which are not copied.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { Event } from "../wamp/message.ts";
import type { Overload } from "../wamp/overload.ts";
import type { Producer } from "./back_pressure.ts";
import {
  type CongestedOutbox,
  Congestion,
  type CongestionOptions,
  markOf,
  type Slowness,
} from "./congestion.ts";
import type { FlushQueue } from "./flush_queue.ts";
import { MissedEvents } from "./missed_events.ts";
import type { OutboxBudget } from "./outbox_budget.ts";
import { SharedFrame } from "./shared_frame.ts";
import type { WriterPool } from "./writer_pool.ts";

/** Where an outbox writes to, and what it tells its connection. */
export interface OutboxTarget extends Producer {
  /** Writes some of `bytes`; the number of octets written. */
  write(bytes: Uint8Array): Promise<number>;
  /** All that was in the outbox has been written. */
  drained(): void;
  /** Writing failed; nothing more will be written. */
  writeFailed(error: unknown): void;
  /** The peer does not read; it is to be cut off (FR-21). */
  tooSlow(slowness: Slowness): void;
  /** The peer, which missed events meanwhile, reads again. */
  readsAgain(missed: MissedEvents): void;
}

/** What all outboxes of a transport have in common. */
export interface OutboxOptions extends CongestionOptions {
  readonly flushQueue: FlushQueue;
  readonly writerPool: WriterPool;
  readonly outboxBudget: OutboxBudget;
  /** What becomes of peers that do not read, unless their role says otherwise. */
  readonly overload: Overload;
  /** Told of each event that a peer does not get because it does not read. */
  eventDropped(): void;
}

/** What one peer was sent and did not read. */
export interface OutboxLoad {
  /** Bytes that wait. */
  readonly waitingBytes: number;
  /** The most that ever waited. */
  readonly mostWaitingBytes: number;
  /** Events that it did not get. */
  readonly eventsDropped: number;
}

/** What is written in one go; only the first `length` octets count. */
type Segment = ByteWriter | SharedFrame;

/** So many times `max_outbox_bytes` may wait where events do not any more. */
const SPILLING_BOUND = 2;

/** Shorter segments are put together for one write. */
const WRITE_BYTES = 65_536;

/** The bounded outbox of one connection. */
export class Outbox implements CongestedOutbox {
  readonly #target: OutboxTarget;
  readonly #options: OutboxOptions;
  /** What the budget knows of, beside shared frames. */
  #budgeted = 0;
  /** What still waits of a burst, at the most. */
  #burstBytes = 0;
  #isBursting = false;
  #writing: Segment | undefined = undefined;
  #written = 0;
  /** Behind it. Made when first needed: most connections have no shared frames. */
  #queue: Segment[] | undefined = undefined;
  #queuedBytes = 0;
  /** Behind that. */
  #filling: ByteWriter | undefined = undefined;
  /** Octets of shared frames among all that. */
  #sharedBytes = 0;
  #writtenBytes = 0;
  /** From here on those who send to its peer wait. */
  readonly #markBytes: number;
  #closed = false;
  #congestion: Congestion | undefined = undefined;
  #overload: Overload | undefined = undefined;
  /** While its peer does not read, and events do not wait for it. */
  #missed: MissedEvents | undefined = undefined;
  #mostBytes = 0;
  #droppedCount = 0;
  readonly #onWritten = (count: number) => this.#advance(count);
  readonly #onFailed = (error: unknown) => this.#fail(error);

  constructor(target: OutboxTarget, options: OutboxOptions) {
    this.#target = target;
    this.#options = options;
    this.#markBytes = markOf(options.maxOutboxBytes);
  }

  /** Octets that wait or are being written; none any more when it is closed. */
  get pendingBytes(): number {
    if (this.#closed) return 0;
    const behind = this.#behindBytes;
    return this.#writing === undefined
      ? behind
      : behind + this.#writing.length - this.#written;
  }

  /** Octets that were written since the connection began. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get #behindBytes(): number {
    return this.#filling === undefined
      ? this.#queuedBytes
      : this.#queuedBytes + this.#filling.length;
  }

  /** Whether more waits behind a write than may (FR-21). One message always may. */
  get isOverfull(): boolean {
    return this.#writing !== undefined && !this.#isBursting &&
      this.#behindBytes > 0 &&
      this.pendingBytes > this.#options.maxOutboxBytes + this.#burstBytes;
  }

  /** What becomes of its peer where it does not read. */
  get overload(): Overload {
    return this.#overload ?? this.#options.overload;
  }

  /** @param overload Undefined: as the transport has it. */
  setOverload(overload: Overload | undefined): void {
    this.#overload = overload;
    this.#missed = undefined;
  }

  /** Whether events do not wait for its peer any more, and calls end. */
  get isSpilling(): boolean {
    return this.#missed !== undefined;
  }

  get load(): OutboxLoad {
    return {
      waitingBytes: this.pendingBytes,
      mostWaitingBytes: this.#mostBytes,
      eventsDropped: this.#droppedCount,
    };
  }

  /** Takes `event`, which does not wait for its peer. */
  miss(event: Event): void {
    const count = this.#missed?.add(event) ?? 0;
    this.#droppedCount += count;
    for (let i = 0; i < count; i++) this.#options.eventDropped();
  }

  /** Whether its peer takes nothing of what waits. */
  get isStalled(): boolean {
    return this.#congestion?.isStalled === true;
  }

  /**
   * Where to append what is to be written at the next flush; call
   * {@linkcode Outbox.appended} after.
   */
  get writer(): ByteWriter {
    if (this.#filling === undefined) {
      this.#touch();
      this.#filling = this.#options.writerPool.take();
    }
    return this.#filling;
  }

  /** Appends `frame` without copying it. */
  share(frame: SharedFrame): void {
    if (this.#closed) return;
    this.#touch();
    this.#endFilling();
    this.#enqueue(frame);
    this.#sharedBytes += frame.length;
    frame.retain();
  }

  /** Something was appended: it may be too much for a peer that does not read. */
  appended(): void {
    // So it is for most messages: nothing else is asked about.
    const isQuiet = this.#writing === undefined && !this.#isBursting;
    if (isQuiet && this.#behindBytes <= this.#markBytes) return;
    const { outboxBudget } = this.#options;
    if (this.#isBursting) this.flush();
    if (this.#writing !== undefined) this.#budget();
    else if (this.#behindBytes <= this.#markBytes) return;
    const { pendingBytes } = this;
    this.#mostBytes = Math.max(this.#mostBytes, pendingBytes);
    const isTight = this.#writing !== undefined && outboxBudget.isTight;
    if (this.#closed || !isTight && pendingBytes <= this.#markBytes) return;
    this.#congestion ??= new Congestion(this, this.#target, this.#options);
    this.#congestion.grew(pendingBytes, isTight);
  }

  /**
   * Does `work`, what of which is appended comes at once and is no sign of a slow
   * peer: it may wait beside what else may. One burst at a time.
   */
  burst(work: () => void): void {
    if (this.#isBursting || this.#burstBytes > 0) return work();
    const before = this.pendingBytes;
    this.#isBursting = true;
    try {
      work();
    } finally {
      this.#isBursting = false;
      this.#burstBytes = Math.max(0, this.pendingBytes - before);
    }
  }

  judge(slowness: Slowness): void {
    const { overload, pendingBytes } = this;
    const spills = overload === "drop_events" || overload === "conflate";
    if (!spills) return this.#target.tooSlow(slowness);
    if (slowness === "late") return;
    const { maxOutboxBytes } = this.#options;
    this.#missed ??= new MissedEvents(overload === "conflate", maxOutboxBytes);
    // What still comes then cannot be left out: answers, for the most part.
    const boundBytes = SPILLING_BOUND * maxOutboxBytes + this.#burstBytes;
    if (pendingBytes > boundBytes) this.#target.tooSlow(slowness);
  }

  /** Begins to write, unless a write is under way, which goes on by itself. */
  flush(): void {
    if (this.#writing !== undefined) return;
    const segment = this.#closed ? undefined : this.#nextSegment();
    if (segment === undefined) return;
    this.#writing = segment;
    this.#written = 0;
    this.#write(segment);
    this.#mostBytes = Math.max(this.#mostBytes, this.pendingBytes);
    this.#budget();
  }

  /** Forgets all that waits; nothing is written any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // No buffer goes back to the pool: it may be written, or copied, at present.
    this.#filling = undefined;
    this.#releaseShared(this.#writing);
    for (const segment of this.#queue ?? []) this.#releaseShared(segment);
    this.#queue = undefined;
    this.#sharedBytes = 0;
    this.#missed = undefined;
    this.#options.outboxBudget.add(-this.#budgeted);
    this.#budgeted = 0;
    this.#congestion?.end();
  }

  #touch(): void {
    if (
      this.#writing === undefined && this.#queuedBytes === 0 &&
      this.#filling === undefined
    ) this.#options.flushQueue.touch(this);
  }

  #endFilling(): void {
    const filling = this.#filling;
    this.#filling = undefined;
    if (filling === undefined) return;
    if (filling.length > 0) this.#enqueue(filling);
    else this.#options.writerPool.give(filling);
  }

  #enqueue(segment: Segment): void {
    (this.#queue ??= []).push(segment);
    this.#queuedBytes += segment.length;
  }

  /** Takes out what is to be written next; undefined: there is nothing. */
  #nextSegment(): Segment | undefined {
    const queue = this.#queue;
    if (queue === undefined || queue.length === 0) return this.#takeFilling();
    this.#endFilling();
    const length = joinedLength(queue);
    if (length === 1) return this.#dequeue();
    const writer = this.#options.writerPool.take();
    for (let i = 0; i < length; i++) {
      const segment = this.#dequeue();
      writer.append(segment.bytes, 0, segment.length);
      if (segment instanceof SharedFrame) this.#sharedBytes -= segment.length;
      this.#releaseShared(segment);
    }
    return writer;
  }

  #takeFilling(): Segment | undefined {
    const filling = this.#filling;
    this.#filling = undefined;
    if (filling === undefined || filling.length > 0) return filling;
    this.#options.writerPool.give(filling);
    return undefined;
  }

  #dequeue(): Segment {
    const segment = this.#queue?.shift() as Segment;
    this.#queuedBytes -= segment.length;
    return segment;
  }

  #releaseShared(segment: Segment | undefined): void {
    if (segment instanceof SharedFrame) segment.release();
  }

  /** Tells the budget how much waits behind a write, which is in it, too. */
  #budget(): void {
    const bytes = this.#writing === undefined
      ? 0
      : this.pendingBytes - this.#sharedBytes;
    const more = bytes - this.#budgeted;
    if (more === 0) return;
    this.#budgeted = bytes;
    this.#options.outboxBudget.add(more);
  }

  #write(segment: Segment): void {
    this.#target.write(segment.bytes.subarray(this.#written, segment.length))
      .then(this.#onWritten, this.#onFailed);
  }

  #advance(count: number): void {
    const segment = this.#writing as Segment;
    if (this.#closed) return;
    this.#written += count;
    this.#writtenBytes += count;
    if (segment instanceof SharedFrame) this.#sharedBytes -= count;
    const { pendingBytes } = this;
    this.#burstBytes = Math.min(this.#burstBytes, pendingBytes);
    this.#congestion?.progressed(pendingBytes);
    if (this.#missed !== undefined) this.#endSpilling(this.#missed);
    if (this.#written < segment.length) return this.#write(segment);
    this.#writing = undefined;
    if (segment instanceof SharedFrame) segment.release();
    else this.#options.writerPool.give(segment);
    this.flush();
    this.#budget();
    if (this.#writing === undefined) this.#target.drained();
  }

  /** Once little waits, so that it does not begin anew at once. */
  #endSpilling(missed: MissedEvents): void {
    if (this.#congestion?.isOn) return;
    this.#missed = undefined;
    this.#target.readsAgain(missed);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.#target.writeFailed(error);
  }
}

/** How many of the first of `segments` are written together. */
function joinedLength(segments: readonly Segment[]): number {
  let bytes = segments[0].length;
  let length = 1;
  while (length < segments.length) {
    bytes += segments[length].length;
    if (bytes > WRITE_BYTES) break;
    length++;
  }
  return length;
}
