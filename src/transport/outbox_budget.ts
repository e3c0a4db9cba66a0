/** What all outboxes of a router may hold together. */
export class OutboxBudget {
  readonly #maxBytes: number;
  readonly #onExceeded: () => void;
  #bytes = 0;

  /**
   * @param onExceeded Called where it is more than that; it makes one of the
   * outboxes forget what it holds.
   */
  constructor(maxBytes: number, onExceeded: () => void) {
    this.#maxBytes = maxBytes;
    this.#onExceeded = onExceeded;
  }

  /** Octets that wait behind a write which is under way, or are in it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes that an outbox holds `count` octets more; less where it is negative. */
  add(count: number): void {
    this.#bytes += count;
    if (count > 0 && this.#bytes > this.#maxBytes) this.#onExceeded();
  }
}
