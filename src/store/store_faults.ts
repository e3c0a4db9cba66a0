import type { Clock } from "../base/timers.ts";
import type { Logger } from "../base/log.ts";
import type { Counters } from "../router/ports.ts";

/** A fault that lasts is logged so often. */
const LOG_INTERVAL_MS = 60_000;

/** Counts what a store cannot do, and tells of it, though not each time. */
export class StoreFaults {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #counters: Counters;
  #loggedAtMs = -Infinity;
  #isOut = false;

  constructor(log: Logger, clock: Clock, counters: Counters) {
    this.#log = log;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** The store could not do `what`, because of `reason`. */
  report(what: string, reason: string): void {
    this.#counters.increment("store_errors");
    this.#isOut = true;
    const now = this.#clock.now().getTime();
    if (now - this.#loggedAtMs < LOG_INTERVAL_MS) return;
    this.#loggedAtMs = now;
    this.#log.error(`the store cannot ${what}; routing goes on`, { reason });
  }

  /** Nothing kept `count` events. */
  lost(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#counters.increment("events_not_stored");
    }
  }

  /** The store has written what it had to. */
  mended(): void {
    if (!this.#isOut) return;
    this.#isOut = false;
    this.#loggedAtMs = -Infinity;
    this.#log.info("the store works again");
  }
}
