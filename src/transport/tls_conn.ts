/**
 * TLS on a connection of Deno's, by `node:tls`.
 *
 * The TLS connections of Deno itself cannot be ended while their peer does not
 * shake hands or does not read, and answers on them wait for the peer's delayed
 * acknowledgement: see docs/decisions.md.
 */
import { nextTick } from "node:process";
import { type SecureContext, TLSSocket } from "node:tls";
import { setImmediate } from "node:timers/promises";
import { CipherStream } from "./cipher_stream.ts";
import { ClearTextProbe } from "./clear_text_probe.ts";
import type { StreamConn } from "./listener.ts";
import { noTls, TlsFault, tlsFaultOf } from "./tls_fault.ts";
import type { TlsHandshake } from "./tls_handshakes.ts";

/** So much is encrypted ahead of the peer's reading: three records. */
const WRITE_BYTES_MAX = 48 * 1024;

/** A ClientHello has 200 to 600 bytes, and with post-quantum keys 1,800. */
const FIRST_READ_BYTES = 2048;

/** TLS on the connection. */
interface TlsStream {
  readonly cipher: CipherStream;
  readonly socket: TLSSocket;
}

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
  readonly #secureContext: SecureContext;
  readonly #handshake: TlsHandshake;
  /** Made when the client begins. */
  #tls: TlsStream | undefined = undefined;
  #reader: Reader | undefined = undefined;
  /** What came and did not fit into the reader's buffer. */
  #rest: Uint8Array | undefined = undefined;
  #error: unknown = undefined;
  #isAwaited = false;
  #isEnded = false;
  #isInTheClear = false;

  /** @param handshake Says when the client's part of the handshake is handled. */
  constructor(
    conn: StreamConn,
    secureContext: SecureContext,
    handshake: TlsHandshake,
  ) {
    this.#conn = new ClearTextProbe(conn);
    this.#secureContext = secureContext;
    this.#handshake = handshake;
  }

  get remoteAddr(): Deno.Addr {
    return this.#conn.remoteAddr;
  }

  /** Whether the client has begun with TLS, in a version that is known here. */
  get hasBegun(): boolean {
    return this.#tls !== undefined && this.#tls.socket.getProtocol() !== null;
  }

  /** Whether the client's handshake had to wait since this was asked last. */
  wasHeldUp(): boolean {
    return this.#handshake.wasHeldUp();
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
      if (this.#tls !== undefined) this.#tls.cipher.resumeReading();
      else if (!this.#isAwaited) this.#awaitClient();
    });
  }

  /** Resolves when the system has taken the octets, encrypted. */
  write(bytes: Uint8Array): Promise<number> {
    if (this.#isInTheClear) return this.#conn.write(bytes);
    const some = bytes.subarray(0, WRITE_BYTES_MAX);
    return new Promise((resolve, reject) => {
      if (this.#tls === undefined) {
        return reject(new Error("TLS has not begun"));
      }
      this.#tls.socket.write(some, (error) => {
        if (error) reject(error);
        else resolve(some.length);
      });
    });
  }

  async closeWrite(): Promise<void> {
    if (this.#isInTheClear || this.#tls === undefined) {
      return await this.#conn.closeWrite();
    }
    const { socket, cipher } = this.#tls;
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    // The word that this is the end is still on its way.
    await cipher.idle();
    await this.#conn.closeWrite();
  }

  /** Ends the connection, with a word to the peer if it takes it at once. */
  close(): void {
    this.#handshake.end();
    const socket = this.#tls?.socket;
    if (!this.#isInTheClear) socket?.end();
    setImmediate().then(() => {
      socket?.destroy();
      this.#conn.close();
    });
  }

  /** Waits for the first octets, and for the turn of this handshake. */
  async #awaitClient(): Promise<void> {
    this.#isAwaited = true;
    const first = new Uint8Array(FIRST_READ_BYTES);
    try {
      const count = await this.#conn.read(first);
      if (count === null) return this.#ended(undefined);
      this.#handshake.inTurn(() => this.#begin(first.subarray(0, count)));
    } catch (error) {
      this.#ended(error);
    }
  }

  #begin(first: Uint8Array): void {
    const cipher = new CipherStream(this.#conn, this.#handshake);
    // Before the TLS socket listens, which would take a lost connection for its own fault.
    cipher.on("error", (error) => this.#ended(error));
    const socket = new TLSSocket(cipher, {
      isServer: true,
      secureContext: this.#secureContext,
    });
    this.#tls = { cipher, socket };
    const onTlsError = (error: Error) => this.#ended(this.#faultOf(error));
    socket.on("secure", () => this.#handshake.end());
    socket.on("data", (bytes) => this.#received(bytes));
    socket.on("end", () => this.#ended(undefined));
    socket.on("close", () => this.#ended(undefined));
    socket.on("error", onTlsError);
    // After the handshake, errors of a socket that no server made come so.
    socket.on("_tlsError", onTlsError);
    // The socket itself begins in a tick; what fails before is not caught.
    nextTick(() => cipher.begin(first));
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
    this.#handshake.end();
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
    this.#tls?.cipher.pauseReading();
    return reader;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
