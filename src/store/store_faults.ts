import type { Clock } from "../base/timers.ts";
import type { Logger } from "../base/log.ts";
import type { Counters } from "../router/ports.ts";

/** A fault that lasts, or comes and goes, is logged so often. */
const LOG_INTERVAL_MS = 60_000;

/** What a store can fail to do. */
export type StoreTask = "read events" | "write events";

/** Counts what a store cannot do, and tells of it, though not each time. */
export class StoreFaults {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #told = new Map<StoreTask, { atMs: number; unwritten: number }>();
  /** Whether the log says that events cannot be written. */
  #isOut = false;

  constructor(log: Logger, clock: Clock, counters: Counters) {
    this.#log = log;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** The store could not do `task`, because of `reason`. */
  report(task: StoreTask, reason: string): void {
    this.#counters.increment("store_errors");
    const now = this.#clock.now().getTime();
    const told = this.#told.get(task) ?? { atMs: -Infinity, unwritten: 0 };
    this.#told.set(task, told);
    if (now - told.atMs < LOG_INTERVAL_MS) {
      told.unwritten++;
      return;
    }
    this.#isOut ||= task === "write events";
    this.#log.error(`the store cannot ${task}; routing goes on`, {
      reason,
      ...(told.unwritten > 0 && { not_logged_before: told.unwritten }),
    });
    told.atMs = now;
    told.unwritten = 0;
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
    this.#log.info("the store works again");
  }
}
