/**
 * The way of the log to standard error, on which the router never waits.
 *
 * A pipe that nobody reads takes 64 KiB; the next write waits until somebody
 * does. So lines wait in a buffer of ours, and are written by a thread of Deno's.
 *
 * @module
 */

import { ByteWriter } from "../base/byte_writer.ts";

/** So much waits at the most, beside as much that is being written. */
const WAITING_BYTES_MAX = 2 ** 20;

/** What the buffer has while little is logged. */
const BUFFER_BYTES = 4096;

/** A stream that does not wait for its reader is tried again so soon. */
const RETRY_MS = 50;

/** An end of the process waits so long for what is not written yet. */
const END_MS = 1_000;

const LINE_FEED = 0x0a;

const utf8 = new TextEncoder();

/** A stream, as far as it is used here. */
export interface ByteStream {
  write(bytes: Uint8Array): Promise<number>;
}

/** What is written at a time. */
interface Batch {
  readonly bytes: Uint8Array;
  /** How many lines are lost where it cannot be written. */
  readonly lines: number;
}

/** Options for {@linkcode LogWriter}. */
export interface LogWriterOptions {
  /** Takes the lines. */
  readonly stream: ByteStream;
  /** Logs that so many lines were lost; its line comes in their place. */
  tellLost(lines: number): void;
  /** Bytes that may wait beside those that are being written; 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * Writes lines in their order, and holds nobody up. Where too many wait, or they
 * cannot be written, they are lost; how many is told once that can be written.
 */
export class LogWriter {
  readonly #stream: ByteStream;
  readonly #tellLost: (lines: number) => void;
  readonly #maxBytes: number;
  #waiting = new ByteWriter(new Uint8Array(BUFFER_BYTES));
  #waitingLines = 0;
  #lostLines = 0;
  #written: Promise<void> | undefined = undefined;
  #endsInMidLine = false;

  constructor({ stream, tellLost, maxBytes }: LogWriterOptions) {
    this.#stream = stream;
    this.#tellLost = tellLost;
    this.#maxBytes = maxBytes ?? WAITING_BYTES_MAX;
  }

  /** Takes one line, or several, with their line ends. */
  write(text: string): void {
    if (this.#waiting.length === 0) this.#makeUpForLost();
    const bytes = utf8.encode(text);
    // Behind a line that was lost, all are until it is told: the order is kept.
    if (this.#lostLines > 0 || !this.#hasRoomFor(bytes.length)) {
      this.#lostLines++;
      return;
    }
    this.#waiting.append(bytes, 0, bytes.length);
    this.#waitingLines++;
    this.#written ??= this.#writeWaiting();
  }

  /** Resolves when all is written or lost, or after `timeoutMs`. */
  async written(timeoutMs = END_MS): Promise<void> {
    if (this.#written === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#written, timeout]);
    clearTimeout(timer);
  }

  #hasRoomFor(count: number): boolean {
    // A single line always fits.
    return this.#waiting.length === 0 ||
      this.#waiting.length + count <= this.#maxBytes;
  }

  async #writeWaiting(): Promise<void> {
    // What is logged in one turn is written together.
    await undefined;
    do {
      const isDone = await this.#writeBatch(this.#takeWaiting());
      // After a failure the next line tries again.
      if (isDone && this.#waiting.length === 0) this.#makeUpForLost();
    } while (this.#waiting.length > 0);
    this.#written = undefined;
  }

  #takeWaiting(): Batch {
    const batch = { bytes: this.#waiting.toBytes(), lines: this.#waitingLines };
    this.#waiting = new ByteWriter(new Uint8Array(BUFFER_BYTES));
    this.#waitingLines = 0;
    return batch;
  }

  /** Only while nothing waits: its line is the first then. */
  #makeUpForLost(): void {
    const lines = this.#lostLines;
    if (lines === 0) return;
    this.#lostLines = 0;
    this.#tellLost(lines);
    // Should that be lost too, it stands for what it told.
    this.#waitingLines = lines;
  }

  /** @returns Whether all of it was written. */
  async #writeBatch({ bytes, lines }: Batch): Promise<boolean> {
    let rest = bytes;
    try {
      if (this.#endsInMidLine) await this.#writeLineFeed();
      while (rest.length > 0) rest = rest.subarray(await this.#writeSome(rest));
      return true;
    } catch {
      // There is no other place to report it than here, later.
      const isBegun = rest.length < bytes.length;
      this.#endsInMidLine ||= isBegun &&
        bytes[bytes.length - rest.length - 1] !== LINE_FEED;
      this.#lostLines += isBegun ? countLines(rest) : lines;
      return false;
    }
  }

  /** Ends a line of which the rest was lost. */
  async #writeLineFeed(): Promise<void> {
    while (await this.#writeSome(Uint8Array.of(LINE_FEED)) === 0);
    this.#endsInMidLine = false;
  }

  /** @returns How much; 0 where a stream without waiting takes nothing now. */
  async #writeSome(bytes: Uint8Array): Promise<number> {
    try {
      return await this.#stream.write(bytes);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return 0;
    }
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === LINE_FEED) count++;
  return count;
}
