/**
 * Reads a connection chunk by chunk, each when it is asked for: that is the
 * back-pressure on what comes in.
 */
import { Alarm, type Timers } from "../base/timers.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { StreamConn } from "./listener.ts";

/** Who is told of what was read. */
export interface ChunkTarget {
  /**
   * `length` octets came; they are good until the next chunk is asked for.
   *
   * @param receivedMs When they came, by the timers' clock; 0: just now.
   */
  chunk(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    receivedMs: number,
  ): void;
  /** What of the octets read ahead is dealt with already: how many octets. */
  readAhead(bytes: Uint8Array<ArrayBuffer>): number;
  /** The peer says no more. */
  ended(): void;
  /** Reading failed. */
  readFailed(error: unknown): void;
  /** Does `work` when others have had their turn. */
  later(work: () => void): void;
}

/** How much is read ahead. */
const AHEAD_BYTES = 256;

/** The chunks of one connection. */
export class ChunkReader {
  readonly #conn: Pick<StreamConn, "read">;
  readonly #target: ChunkTarget;
  readonly #buffer = new ReadBuffer();
  readonly #onRead = (count: number | null) => this.#received(count);
  readonly #onFailed = (error: unknown) => {
    this.#reading = undefined;
    if (!this.#isClosed) this.#target.readFailed(error);
  };
  /** Where the octets of the read that is under way go. */
  #reading: Uint8Array<ArrayBuffer> | undefined = undefined;
  /** What was read ahead. */
  #ahead: Uint8Array<ArrayBuffer> | undefined;
  #aheadMs = 0;
  #isAhead = false;
  #isClosed = false;
  readonly #timers: Timers;
  /** Made at the first pause: most connections never have one. */
  #pauseEnd: Alarm | undefined = undefined;

  /** @param ahead What was read before: the first chunk. */
  constructor(
    conn: Pick<StreamConn, "read">,
    timers: Timers,
    target: ChunkTarget,
    ahead?: Uint8Array<ArrayBuffer>,
  ) {
    this.#ahead = ahead;
    this.#conn = conn;
    this.#timers = timers;
    this.#target = target;
  }

  /** Whether all that has come was handed on, and more is waited for. */
  get isAwaiting(): boolean {
    return this.#reading !== undefined;
  }

  /** Bytes of the buffer for the next read. */
  get bufferBytes(): number {
    return this.#buffer.bytes.length;
  }

  /**
   * Asks for the next chunk.
   *
   * @param last Octets of the chunk before, which has been handled.
   * @param missing Octets of a cut frame that are known to follow.
   */
  next(last: number, missing: number): void {
    this.#pauseEnd?.clear();
    if (!this.#isClosed) this.#buffer.fit(last, missing);
    this.#isAhead = false;
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead === undefined) this.#read(this.#buffer.bytes);
    else this.#target.chunk(ahead, ahead.length, this.#aheadMs);
  }

  /**
   * Reads a little, and keeps it for the next chunk: so the peer's end is noticed
   * while the chunk at hand is not handled yet.
   */
  readAhead(): void {
    this.#isAhead = true;
    if (this.#ahead === undefined) this.#read(new Uint8Array(AHEAD_BYTES));
  }

  /**
   * Takes nothing for `waitMs`, and as long after as `stillMs` says; then calls
   * `goOn`. Asking for the next chunk ends it. The end of a peer that sent no
   * more before is noticed.
   */
  pause(waitMs: number, stillMs: () => number, goOn: () => void): void {
    this.readAhead();
    this.#pauseEnd ??= new Alarm(this.#timers);
    this.#pauseEnd.set(waitMs, () => {
      const moreMs = stillMs();
      if (moreMs > 0) this.pause(moreMs, stillMs, goOn);
      else goOn();
    });
  }

  /** Tells nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#buffer.close();
    this.#pauseEnd?.clear();
  }

  #read(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isClosed || this.#reading !== undefined) return;
    this.#reading = bytes;
    this.#conn.read(bytes).then(this.#onRead, this.#onFailed);
  }

  #received(count: number | null): void {
    const bytes = this.#reading as Uint8Array<ArrayBuffer>;
    this.#reading = undefined;
    if (this.#isClosed) return;
    if (count === null) {
      this.#isClosed = true;
      this.#target.ended();
    } else if (this.#isAhead) this.#keep(bytes.subarray(0, count));
    else this.#target.chunk(bytes, count, 0);
  }

  #keep(ahead: Uint8Array<ArrayBuffer>): void {
    const done = this.#target.readAhead(ahead);
    if (done === ahead.length) {
      return this.#target.later(() => {
        if (this.#isAhead) this.readAhead();
      });
    }
    this.#ahead = ahead.subarray(done);
    this.#aheadMs = this.#timers.nowMs;
  }
}
