import { Account, type Ledger, type Source } from "../base/ledger.ts";
import { sourceOf } from "../base/source_address.ts";

/** A connection and its session as objects, idle, beside its read buffer. */
const CONNECTION_BYTES = 4000;

/** What one connection has in memory, with its session, and for whom that counts. */
export class ConnectionMemory extends Account {
  readonly #ledger: Ledger;
  /** Until it has logged in. */
  #source: Source | undefined;
  /** Of itself: what its session has is noted by that. */
  #ownBytes = CONNECTION_BYTES;
  #frameBytes = 0;

  /** @param host Undefined: on Unix sockets, which are one source. */
  constructor(host: string | undefined, ledger: Ledger) {
    const source = sourceAt(host, ledger);
    super(source.account);
    this.#ledger = ledger;
    this.#source = source;
    this.take(CONNECTION_BYTES);
  }

  /**
   * Notes what its buffers take, in bytes.
   *
   * @returns Whether that is too much for its source.
   */
  note(bufferBytes: number, frameBytes: number): boolean {
    const more = CONNECTION_BYTES + bufferBytes + frameBytes - this.#ownBytes;
    if (more === 0) return false;
    this.#noteOwn(more, frameBytes);
    return more > 0 && this.#source?.account.isExceeded === true;
  }

  #noteOwn(more: number, frameBytes: number): void {
    this.#ownBytes += more;
    this.take(more);
    const moreOfFrames = frameBytes - this.#frameBytes;
    this.#frameBytes = frameBytes;
    if (moreOfFrames !== 0) this.#ledger.frames.take(moreOfFrames);
  }

  /** Its client, who has not logged in, is at `host`. */
  moveToSource(host: string): void {
    const source = sourceAt(host, this.#ledger);
    this.moveTo(source.account);
    this.#source?.leave();
    this.#source = source;
  }

  /** Its client has logged in. */
  joined(): void {
    if (this.#source === undefined) return;
    this.moveTo(this.#ledger.router);
    this.#source.leave();
    this.#source = undefined;
  }

  /** The connection is gone; its session gives back what it has by itself. */
  close(): void {
    this.#noteOwn(-this.#ownBytes, 0);
    // What is left of a login counts for the router.
    this.joined();
  }
}

function sourceAt(host: string | undefined, ledger: Ledger): Source {
  return ledger.source(host === undefined ? "" : sourceOf(host));
}
