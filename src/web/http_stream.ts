/**
 * One connection as the stream that `node:http` speaks over.
 *
 * `Deno.serve` takes listeners, and `Deno.serveHttp` a connection of the system:
 * neither takes one of which octets were read, or TLS of ours. `node:http` takes
 * any stream.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { Alarm, type Timers } from "../base/timers.ts";
import type { StreamConn } from "../transport/listener.ts";

/** Who owns the stream. */
export interface StreamOwner {
  /** Whether octets that have come may be parsed now. */
  readonly takesMore: boolean;
  /** Whether much is to come: the body of a request. */
  readonly isInBody: boolean;
  /** Octets are about to be parsed. */
  parsing(): void;
  /** What it has in memory is another amount. */
  bufferChanged(): void;
  /** The peer says no more. */
  peerEnded(): void;
  /** Something failed that must not. */
  failed(error: unknown): void;
  /** The stream is no more, and neither is its connection. */
  streamClosed(): void;
}

/** How much is read at once of a body. */
const BODY_READ_BYTES = 16_384;

/**
 * How much is read otherwise, and how much is parsed before it is asked whether more
 * may be: all requests in it are waiting then, at most 40.
 */
const SLICE_BYTES = 1024;

/** How much is written at once, within the time for a write. */
const WRITE_BYTES = 65_536;

/** A peer that takes nothing for so long is stalled. */
const STALLED_AFTER_MS = 1000;

/** For how long what a peer still sends is thrown away, after our last octet. */
const LINGER_MS = 2000;

const NOTHING = new Uint8Array(0);

/** Reads from and writes to one connection. */
export class HttpStream extends Duplex {
  readonly #conn: StreamConn;
  readonly #owner: StreamOwner;
  readonly #timers: Timers;
  readonly #writeTimeoutMs: number;
  readonly #deadline: Alarm;
  /** What was read and not parsed yet. */
  #held: Uint8Array;
  /** The length of the buffer that is read into. */
  #readBytes = 0;
  #isWanted = false;
  #reading: Promise<void> | undefined = undefined;
  #hasEnded = false;
  #isReleased = false;
  /** Since when the write at hand makes no progress; undefined: there is none. */
  #writingSinceMs: number | undefined = undefined;

  /** @param ahead Octets that were read already. */
  constructor(
    conn: StreamConn,
    ahead: Uint8Array,
    owner: StreamOwner,
    options: { readonly timers: Timers; readonly writeTimeoutMs: number },
  ) {
    super({ allowHalfOpen: true });
    this.#conn = conn;
    this.#held = ahead;
    this.#owner = owner;
    this.#timers = options.timers;
    this.#writeTimeoutMs = options.writeTimeoutMs;
    this.#deadline = new Alarm(options.timers);
  }

  /** Bytes of its buffers, both ways. */
  get bufferBytes(): number {
    return this.#held.length + this.#readBytes + this.writableLength;
  }

  /** Whether the peer takes nothing of what is written to it. */
  get isStalled(): boolean {
    return this.#writingSinceMs !== undefined &&
      this.#timers.nowMs - this.#writingSinceMs > STALLED_AFTER_MS;
  }

  /** Parses on, where that was not allowed before. */
  goOn(): void {
    this.#pump();
  }

  /**
   * Leaves the connection to somebody else: it stays open when this is destroyed.
   *
   * @returns What was read and not parsed.
   */
  release(): Uint8Array {
    this.#isReleased = true;
    const rest = this.#held;
    this.#held = NOTHING;
    return rest;
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pump();
  }

  override _write(
    chunk: Buffer,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#owner.bufferChanged();
    this.#writeAll(chunk).then(() => done(), done)
      .catch((error) => this.#owner.failed(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finish().then(() => {
      done();
      this.destroy();
    }, done).catch((error) => this.#owner.failed(error));
  }

  override _destroy(
    error: Error | null,
    done: (error?: Error | null) => void,
  ): void {
    this.#deadline.clear();
    this.#held = NOTHING;
    if (!this.#isReleased) this.#conn.close();
    this.#owner.streamClosed();
    done(error);
  }

  /** Hands on slices while they may be parsed, and reads where none is left. */
  #pump(): void {
    while (this.#isWanted && this.#held.length > 0 && this.#owner.takesMore) {
      const slice = this.#held.subarray(0, SLICE_BYTES);
      this.#held = this.#held.subarray(slice.length);
      this.#isWanted = false;
      this.#owner.parsing();
      // Parses at once, and may want more, or be destroyed.
      if (this.push(slice)) this.#isWanted = true;
      if (this.destroyed) return;
    }
    if (this.#held.length > 0 || this.writableEnded) return;
    if (!this.#hasEnded) this.#read();
    else if (this.#isWanted && this.#owner.takesMore) this.push(null);
  }

  #read(): void {
    this.#reading ??= this.#readChunk()
      .catch((error) => this.#owner.failed(error));
  }

  async #readChunk(): Promise<void> {
    const { isInBody } = this.#owner;
    const bytes = new Uint8Array(isInBody ? BODY_READ_BYTES : SLICE_BYTES);
    this.#readBytes = bytes.length;
    this.#owner.bufferChanged();
    try {
      const count = await this.#conn.read(bytes);
      if (count === null) this.#hasEnded = true;
      else this.#held = bytes.subarray(0, count);
    } catch (error) {
      // A read that was cut off by our own closing tells nothing.
      if (!this.destroyed) this.destroy(asError(error));
    }
    this.#readBytes = 0;
    this.#reading = undefined;
    if (this.destroyed || this.writableEnded) return;
    if (this.#hasEnded) this.#owner.peerEnded();
    this.#pump();
    this.#owner.bufferChanged();
  }

  async #writeAll(chunk: Uint8Array): Promise<void> {
    for (let start = 0; start < chunk.length; start += WRITE_BYTES) {
      this.#deadline.set(this.#writeTimeoutMs, () => this.#writeLate());
      let piece = chunk.subarray(start, start + WRITE_BYTES);
      while (piece.length > 0) {
        this.#writingSinceMs = this.#timers.nowMs;
        piece = piece.subarray(await this.#conn.write(piece));
      }
    }
    this.#writingSinceMs = undefined;
    this.#deadline.clear();
  }

  #writeLate(): void {
    this.destroy(new Error("the peer does not read what it is sent"));
  }

  /**
   * Shuts our side, and throws away for a moment what still comes: closing a
   * socket with unread octets may destroy the end of an answer on its way.
   */
  async #finish(): Promise<void> {
    await this.#conn.closeWrite();
    this.#deadline.set(LINGER_MS, () => this.destroy());
    while (!this.#hasEnded && !this.destroyed) {
      this.#held = NOTHING;
      this.#read();
      await this.#reading;
    }
    this.#deadline.clear();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
