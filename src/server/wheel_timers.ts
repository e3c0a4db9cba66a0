import { type Deadline, TimerWheel } from "../base/timer_wheel.ts";
import type { Timers } from "../base/timers.ts";

/** How coarse deadlines are. */
const TICK_MS = 50;

/** {@linkcode Timers} of one host timer, which runs only while something waits. */
export class WheelTimers implements Timers {
  #interval: ReturnType<typeof setInterval> | undefined = undefined;
  readonly #wheel = new TimerWheel(TICK_MS, (busy) => {
    if (busy) this.#start();
    else this.stop();
  });

  /** How many deadlines are set. */
  get count(): number {
    return this.#wheel.count;
  }

  set(delayMs: number, fire: () => void): Deadline {
    return this.#wheel.set(performance.now(), delayMs, fire);
  }

  clear(deadline: Deadline): void {
    this.#wheel.clear(deadline);
  }

  /** Stops the host timer; what is still set does not fire. */
  stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #start(): void {
    this.#interval = setInterval(
      () => this.#wheel.advance(performance.now()),
      TICK_MS,
    );
  }
}
