/**
 * The encrypted side of a TLS connection: the stream that `node:tls` reads and
 * writes, over a connection of Deno's.
 *
 * It reads only while it is told to. Node's streams do not pass on by themselves
 * that the reader of the decrypted side pauses.
 */
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { ReadBuffer } from "./read_buffer.ts";
import type { StreamConn } from "./listener.ts";
import type { TlsHandshake } from "./tls_handshakes.ts";

/** Told of the end of a write; with the error where it failed. */
type WriteDone = (error?: Error | null) => void;

/** What goes through `conn`, encrypted. Whoever made `conn` closes it. */
export class CipherStream extends Duplex {
  readonly #conn: StreamConn;
  readonly #handshake: TlsHandshake;
  readonly #readBuffer = new ReadBuffer();
  readonly #onRead = (count: number | null) => this.#received(count);
  readonly #onReadFailed = (error: Error) => this.#failed(error);
  readonly #onWritten = (count: number) => this.#advance(count);
  readonly #onWriteFailed = (error: Error) => this.#writeEnded(error);
  #isWanted = false;
  #isReading = false;
  #unwritten: Uint8Array | undefined = undefined;
  #writeDone: WriteDone | undefined = undefined;
  #onIdle: (() => void) | undefined = undefined;

  /** @param handshake While it goes on, what comes waits for its turns. */
  constructor(conn: StreamConn, handshake: TlsHandshake) {
    super({ autoDestroy: false });
    this.#conn = conn;
    this.#handshake = handshake;
  }

  /** Begins with octets that were read already. */
  begin(first: Uint8Array): void {
    this.push(first);
    this.resumeReading();
  }

  /** Reads until {@linkcode pauseReading}: one chunk at a time. */
  resumeReading(): void {
    this.#isWanted = true;
    this.#readNext();
  }

  /** Begins no further read. */
  pauseReading(): void {
    this.#isWanted = false;
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    if (this.#unwritten === undefined) return;
    await new Promise<void>((resolve) => this.#onIdle = resolve);
  }

  override _read(): void {
    // Chunks are pushed as they come.
  }

  override _write(bytes: Uint8Array, _encoding: string, done: WriteDone): void {
    this.#writeDone = done;
    this.#write(bytes);
  }

  /** A turn later: the alert that tells the peer what was wrong comes now. */
  override destroy(error?: Error): this {
    setImmediate(() => super.destroy(error));
    return this;
  }

  override _destroy(error: Error | null, done: WriteDone): void {
    this.#isWanted = false;
    this.#readBuffer.close();
    done(error);
  }

  #readNext(): void {
    if (this.#isReading || !this.#isWanted) return;
    this.#isReading = true;
    this.#conn.read(this.#readBuffer.bytes)
      .then(this.#onRead, this.#onReadFailed);
  }

  #received(count: number | null): void {
    if (count === null || this.#handshake.isOver) this.#handle(count);
    else this.#handshake.inTurn(() => this.#handle(count));
  }

  #handle(count: number | null): void {
    this.#isReading = false;
    if (this.destroyed) return;
    if (count === null) {
      this.#isWanted = false;
      this.push(null);
      return;
    }
    // It is decrypted before this returns: the buffer is free again.
    this.push(this.#readBuffer.bytes.subarray(0, count));
    this.#readBuffer.fit(count, 0);
    this.#readNext();
  }

  #failed(error: Error): void {
    this.#isReading = false;
    this.destroy(error);
  }

  #write(bytes: Uint8Array): void {
    this.#unwritten = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onWriteFailed);
  }

  #advance(count: number): void {
    const bytes = this.#unwritten as Uint8Array;
    if (count < bytes.length) this.#write(bytes.subarray(count));
    else this.#writeEnded(undefined);
  }

  #writeEnded(error: Error | undefined): void {
    this.#unwritten = undefined;
    // What waits behind it is written from in here.
    this.#writeDone?.(error);
    if (this.#unwritten === undefined) this.#onIdle?.();
  }
}
