/** Time that stands still until a test moves it. */
import type { Clock, Timers } from "../../src/base/timers.ts";
import { type Deadline, TimerWheel } from "../../src/base/timer_wheel.ts";

/** Time of day and deadlines of one test. */
export class ManualTime implements Clock, Timers {
  #nowMs: number;
  readonly #wheel = new TimerWheel(1, () => {});

  constructor(start = "2030-01-01T00:00:00.000Z") {
    this.#nowMs = Date.parse(start);
  }

  /** How many deadlines are set. */
  get deadlines(): number {
    return this.#wheel.count;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  set(delayMs: number, fire: () => void): Deadline {
    return this.#wheel.set(this.#nowMs, delayMs, fire);
  }

  clear(deadline: Deadline): void {
    this.#wheel.clear(deadline);
  }

  /** Moves on before any timer can fire, as on a busy machine. */
  lag(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves on; what is due then fires. */
  pass(ms: number): void {
    this.#nowMs += ms;
    this.#wheel.advance(this.#nowMs);
  }
}
