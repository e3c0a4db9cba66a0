import { type Deadline, TimerWheel } from "../base/timer_wheel.ts";
import type { TurnBudget } from "../router/ports.ts";
import type { Timers } from "../base/timers.ts";

/** How coarse deadlines are. */
const TICK_MS = 50;

/** {@linkcode Timers} of one host timer, which runs only while something waits. */
export class WheelTimers implements Timers {
  #interval: ReturnType<typeof setInterval> | undefined = undefined;
  readonly #turns: TurnBudget;
  readonly #wheel = new TimerWheel(TICK_MS, (busy) => {
    if (busy) this.#start();
    else this.stop();
  });
  #isLate = false;

  constructor(turns: TurnBudget) {
    this.#turns = turns;
  }

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
    this.#interval = setInterval(() => {
      if (!this.#isLate) this.#advance();
    }, TICK_MS);
  }

  /** What is due and has no room in this turn fires in the next. */
  #advance(): void {
    const isSpent = () => this.#turns.isSpent();
    this.#isLate = !this.#wheel.advance(performance.now(), isSpent);
    if (this.#isLate) this.#turns.later(() => this.#advanceIfRunning());
  }

  #advanceIfRunning(): void {
    if (this.#interval === undefined) this.#isLate = false;
    else this.#advance();
  }
}
