/**
 * One write for each peer for each batch: what is sent while messages are
 * handled is written once they all are, in the microtask after.
 */

/** Something with bytes to write. */
export interface Flushable {
  flush(): void;
}

/** The outboxes that have been sent to since the last flush. */
export class FlushQueue {
  #touched: Flushable[] = [];
  #spare: Flushable[] = [];
  readonly #flushAll = () => this.#flush();
  #generation = 0;

  /** Changes with every flush: what was touched before has been written since. */
  get generation(): number {
    return this.#generation;
  }

  /** Has `flushable` flushed; call it once for each flush. */
  touch(flushable: Flushable): void {
    if (this.#touched.push(flushable) === 1) queueMicrotask(this.#flushAll);
  }

  #flush(): void {
    const touched = this.#touched;
    this.#touched = this.#spare;
    this.#generation++;
    for (let i = 0; i < touched.length; i++) touched[i].flush();
    touched.length = 0;
    this.#spare = touched;
  }
}
