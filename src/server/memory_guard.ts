/**
 * What goes where memory runs short, in this order: new connections (refused from
 * nine tenths of `max_memory_bytes` on), then connections, those that hold most
 * first, until it is below that again. Never the process.
 */
import type { Logger } from "../base/log.ts";
import { Ledger, type LedgerLimits } from "../base/ledger.ts";
import type { OpenConnection } from "../transport/open_connection.ts";
import type { Transport } from "../transport/transport.ts";

/** The ledger of one router, and what is done where it is full. */
export class MemoryGuard {
  readonly ledger: Ledger;
  readonly #transports: readonly Transport[];
  readonly #log: Logger;
  /** Ended, and not given back yet: that takes some turns. */
  readonly #ending = new Set<OpenConnection>();
  #isDue = false;

  constructor(
    limits: LedgerLimits,
    transports: readonly Transport[],
    log: Logger,
  ) {
    this.#transports = transports;
    this.#log = log;
    this.ledger = new Ledger(limits, {
      full: () => this.#relieveSoon(),
      framesFull: () => this.#endLargestFrame(),
    });
  }

  /** Not at once: the router may be in the middle of a message. */
  #relieveSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#relieve();
    });
  }

  #relieve(): void {
    const { ledger } = this;
    for (const connection of this.#ending) {
      if (connection.heldBytes <= 0) this.#ending.delete(connection);
    }
    while (ledger.excessBytes > this.#endingBytes) {
      const largest = this.#largest((one) => one.heldBytes);
      if (largest === undefined) return;
      const { heldBytes } = largest;
      this.#ending.add(largest);
      largest.runShort("memory runs short, and this client holds the most", {
        held_bytes: heldBytes,
        max_memory_bytes: ledger.limits.maxBytes,
      });
    }
  }

  get #endingBytes(): number {
    let bytes = 0;
    for (const connection of this.#ending) bytes += connection.heldBytes;
    return bytes;
  }

  #endLargestFrame(): void {
    queueMicrotask(() => {
      if (!this.ledger.frames.isExceeded) return;
      const largest = this.#largest((one) => one.frameBytes);
      largest?.runShort(
        "messages that are not whole take too much memory, and this is the largest",
        {
          frame_bytes: largest.frameBytes,
          max_total_frame_bytes: this.ledger.limits.maxFrameBytes,
        },
      );
    });
  }

  #largest(
    bytesOf: (one: OpenConnection) => number,
  ): OpenConnection | undefined {
    let largest: OpenConnection | undefined;
    let most = 0;
    for (const { connections } of this.#transports) {
      for (const connection of connections) {
        const bytes = bytesOf(connection);
        if (bytes <= most || this.#ending.has(connection)) continue;
        largest = connection;
        most = bytes;
      }
    }
    if (largest === undefined) {
      this.#log.error("memory runs short, and no client holds any of it");
    }
    return largest;
  }
}
