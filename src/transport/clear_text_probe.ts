/**
 * Looks at the first bytes of a connection on which TLS is expected. So a client
 * that speaks another protocol gets a better answer than the TLS library gives,
 * which only says that these bytes are not TLS.
 */
import type { FrameFault } from "../framing/frame.ts";
import { type ForeignPlace, ForeignStart } from "../framing/foreign_start.ts";
import type { StreamConn } from "./listener.ts";
import { noTls } from "./tls_fault.ts";

/** The type of the record that a ClientHello comes in. */
const HANDSHAKE_RECORD = 0x16;

const PLACE: ForeignPlace = {
  awaited: "TLS handshake",
  cure: "this port speaks RawSocket over TLS only",
  httpSentence:
    "This port speaks WAMP-over-RawSocket over TLS only, neither HTTP nor WebSocket: use a WAMP client with a RawSocket transport.",
};

/** A connection whose first read is looked at. */
export class ClearTextProbe implements StreamConn {
  readonly #conn: StreamConn;
  #isDone = false;
  #fault: FrameFault | undefined = undefined;

  constructor(conn: StreamConn) {
    this.#conn = conn;
  }

  /** What came in place of TLS; undefined as long as it may be TLS. */
  get fault(): FrameFault | undefined {
    return this.#fault;
  }

  get remoteAddr(): Deno.Addr {
    return this.#conn.remoteAddr;
  }

  /** @throws {TlsFault} Where there is something to say in the clear. */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#isDone ? this.#conn.read(buffer) : this.#readFirst(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    this.#conn.close();
  }

  async #readFirst(buffer: Uint8Array): Promise<number | null> {
    const start = new ForeignStart(PLACE);
    let length = 0;
    while (!this.#isDone) {
      const count = await this.#conn.read(buffer.subarray(length));
      if (count === null) return length === 0 ? null : length;
      length += count;
      this.#isDone = buffer[0] === HANDSHAKE_RECORD;
      if (this.#isDone) break;
      this.#fault = start.push(buffer, length - count, length);
      this.#isDone = this.#fault !== undefined;
    }
    if (this.#fault?.reply !== undefined) throw noTls(this.#fault);
    return length;
  }
}
