/**
 * TLS on a connection of Deno's, by `node:tls`.
 *
 * The TLS connections of Deno itself cannot be ended while their peer does not
 * shake hands or does not read, and answers on them wait for the peer's delayed
 * acknowledgement: see docs/decisions.md.
 */
import { type SecureContext, TLSSocket } from "node:tls";
import { setImmediate } from "node:timers/promises";
import { CipherStream } from "./cipher_stream.ts";
import { ClearTextProbe } from "./clear_text_probe.ts";
import type { StreamConn } from "./listener.ts";
import { noTls, TlsFault, tlsFaultOf } from "./tls_fault.ts";

/** So much is encrypted ahead of the peer's reading: three records. */
const WRITE_BYTES_MAX = 48 * 1024;

/** A read that waits. */
interface Reader {
  readonly buffer: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The server's end of a TLS connection. The handshake is done in the first read.
 *
 * Reads and writes reject with `TlsFault` where the peer breaks the TLS protocol.
 * Where that fault has a reply, the connection is in the clear from then on, so
 * that the peer understands it. The end of the octets is an end, also without a word of TLS that it
 * is one: WAMP's frames say themselves whether they are whole.
 */
export class TlsConn implements StreamConn {
  readonly #conn: ClearTextProbe;
  readonly #cipher: CipherStream;
  readonly #socket: TLSSocket;
  #reader: Reader | undefined = undefined;
  /** What came and did not fit into the reader's buffer. */
  #rest: Uint8Array | undefined = undefined;
  #error: unknown = undefined;
  #isEnded = false;
  #isInTheClear = false;

  constructor(conn: StreamConn, secureContext: SecureContext) {
    this.#conn = new ClearTextProbe(conn);
    this.#cipher = new CipherStream(this.#conn);
    // Before the TLS socket listens, which would take a lost connection for its own fault.
    this.#cipher.on("error", (error) => this.#ended(error));
    this.#socket = new TLSSocket(this.#cipher, {
      isServer: true,
      secureContext,
    });
    const onTlsError = (error: Error) => this.#ended(this.#faultOf(error));
    this.#socket.on("data", (bytes) => this.#received(bytes));
    this.#socket.on("end", () => this.#ended(undefined));
    this.#socket.on("close", () => this.#ended(undefined));
    this.#socket.on("error", onTlsError);
    // After the handshake, errors of a socket that no server made come so.
    this.#socket.on("_tlsError", onTlsError);
  }

  get remoteAddr(): Deno.Addr {
    return this.#conn.remoteAddr;
  }

  /** Whether the client has begun with TLS, in a version that is known here. */
  get hasBegun(): boolean {
    return this.#socket.getProtocol() !== null;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#isInTheClear) return this.#conn.read(buffer);
    if (this.#rest !== undefined) {
      return Promise.resolve(this.#hand(this.#rest, buffer));
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#isEnded) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#reader = { buffer, resolve, reject };
      this.#cipher.resumeReading();
    });
  }

  /** Resolves when the system has taken the octets, encrypted. */
  write(bytes: Uint8Array): Promise<number> {
    if (this.#isInTheClear) return this.#conn.write(bytes);
    const some = bytes.subarray(0, WRITE_BYTES_MAX);
    return new Promise((resolve, reject) => {
      this.#socket.write(some, (error) => {
        if (error) reject(error);
        else resolve(some.length);
      });
    });
  }

  async closeWrite(): Promise<void> {
    if (this.#isInTheClear) return await this.#conn.closeWrite();
    await new Promise<void>((resolve) => this.#socket.end(() => resolve()));
    // The word that this is the end is still on its way.
    await this.#cipher.idle();
    await this.#conn.closeWrite();
  }

  /** Ends the connection, with a word to the peer if it takes it at once. */
  close(): void {
    if (!this.#isInTheClear) this.#socket.end();
    setImmediate().then(() => {
      this.#socket.destroy();
      this.#conn.close();
    });
  }

  #received(bytes: Uint8Array): void {
    const reader = this.#takeReader();
    if (reader !== undefined) {
      reader.resolve(this.#hand(bytes, reader.buffer));
    } else {
      this.#rest = this.#rest === undefined ? bytes : joined(this.#rest, bytes);
    }
  }

  #hand(bytes: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(bytes.length, buffer.length);
    buffer.set(bytes.subarray(0, count));
    this.#rest = count < bytes.length ? bytes.subarray(count) : undefined;
    return count;
  }

  #ended(error: unknown): void {
    this.#isEnded = true;
    this.#error ??= error;
    this.#isInTheClear ||= error instanceof TlsFault &&
      error.reply !== undefined;
    const reader = this.#takeReader();
    if (reader === undefined) return;
    if (this.#error === undefined) reader.resolve(null);
    else reader.reject(this.#error);
  }

  #faultOf(error: Error): TlsFault {
    const { fault } = this.#conn;
    return fault === undefined ? tlsFaultOf(error) : noTls(fault);
  }

  #takeReader(): Reader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#cipher.pauseReading();
    return reader;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
