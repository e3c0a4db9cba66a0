import { Account, type Ledger, type Source } from "../base/ledger.ts";
import { sourceOf } from "../base/source_address.ts";

/** A connection and its session as objects, idle, beside its read buffer. */
const CONNECTION_BYTES = 4000;

/** What one connection has in memory, and for whom that counts. */
export class ConnectionMemory {
  readonly account: Account;
  readonly #ledger: Ledger;
  /** Until it has logged in. */
  #source: Source | undefined;
  #bytes = CONNECTION_BYTES;
  #frameBytes = 0;
  #isClosed = false;

  /** @param host Undefined: on Unix sockets, which are one source. */
  constructor(host: string | undefined, ledger: Ledger) {
    this.#ledger = ledger;
    this.#source = ledger.source(host === undefined ? "" : sourceOf(host));
    this.account = new Account(this.#source.account);
    this.account.take(CONNECTION_BYTES);
  }

  /**
   * Notes what its buffers take, in bytes.
   *
   * @returns Whether that is too much for its source.
   */
  note(bufferBytes: number, frameBytes: number): boolean {
    const bytes = CONNECTION_BYTES + bufferBytes + frameBytes;
    const more = bytes - this.#bytes;
    if (more === 0 || this.#isClosed) return false;
    this.#bytes = bytes;
    const moreOfFrames = frameBytes - this.#frameBytes;
    this.#frameBytes = frameBytes;
    this.account.take(more);
    if (moreOfFrames !== 0) this.#ledger.frames.take(moreOfFrames);
    return more > 0 && this.#source?.account.isExceeded === true;
  }

  /** Its client has logged in. */
  joined(): void {
    if (this.#source === undefined) return;
    this.account.moveTo(this.#ledger.router);
    this.#source.leave();
    this.#source = undefined;
  }

  /** The connection is gone; its session gives back what it has by itself. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.account.take(-this.#bytes);
    this.#ledger.frames.take(-this.#frameBytes);
    // What is left of a login counts for the router.
    this.joined();
  }
}
