/**
 * Time for the pure parts; the server passes the real clock and timers.
 */
import type { Deadline } from "./timer_wheel.ts";

/** The time of day. */
export interface Clock {
  now(): Date;
}

/** Deadlines on one turning wheel. */
export interface Timers {
  /**
   * The clock of the deadlines, in milliseconds: it never goes back, and leaves out
   * time in which the process did not run.
   */
  readonly nowMs: number;
  /** Calls `fire` once, after `delayMs` or a little later. */
  set(delayMs: number, fire: () => void): Deadline;
  /** Cancels a deadline. */
  clear(deadline: Deadline): void;
}

/** One deadline at a time: setting it again replaces the one before. */
export class Alarm {
  readonly #timers: Timers;
  #deadline: Deadline | undefined = undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether it is set. */
  get isSet(): boolean {
    return this.#deadline !== undefined;
  }

  /** Calls `fire` once, in `delayMs`, unless it is cleared or set again. */
  set(delayMs: number, fire: () => void): void {
    this.clear();
    this.#deadline = this.#timers.set(delayMs, () => {
      this.#deadline = undefined;
      fire();
    });
  }

  clear(): void {
    if (this.#deadline === undefined) return;
    this.#timers.clear(this.#deadline);
    this.#deadline = undefined;
  }
}
