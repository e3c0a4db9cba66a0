import { Account } from "../base/ledger.ts";

/** What all outboxes of a router may hold together. */
export class OutboxBudget {
  readonly #maxBytes: number;
  readonly #onExceeded: () => void;
  readonly #account: Account;
  #bytes = 0;

  /**
   * @param onExceeded Called where it is more than that; it makes one of the
   * outboxes forget what it holds.
   * @param account Holds what all of them hold.
   */
  constructor(
    maxBytes: number,
    onExceeded: () => void,
    account: Account = new Account(),
  ) {
    this.#maxBytes = maxBytes;
    this.#onExceeded = onExceeded;
    this.#account = account;
  }

  /**
   * Octets that wait behind a write which is under way, or are in it; a frame that
   * many wait for counts once.
   */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether more than half is used: then it is time to slow down who sends. */
  get isTight(): boolean {
    return this.#bytes > this.#maxBytes / 2;
  }

  /** Notes that `count` octets more wait; less where it is negative. */
  add(count: number): void {
    this.#bytes += count;
    this.#account.take(count);
    if (count > 0 && this.#bytes > this.#maxBytes) this.#onExceeded();
  }
}
