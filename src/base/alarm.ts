import type { Deadline } from "./timer_wheel.ts";
import type { Timers } from "./timers.ts";

/** One deadline at a time: setting it again takes the place of the one before. */
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
