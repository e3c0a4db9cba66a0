import { SteadyClock } from "../base/steady_clock.ts";
import { type Deadline, TimerWheel } from "../base/timer_wheel.ts";
import type { TurnBudget } from "../router/ports.ts";
import type { Timers } from "../base/timers.ts";

/** How coarse deadlines are. */
const TICK_MS = 50;

/** {@linkcode Timers} of one host timer, which runs only while something waits. */
export class WheelTimers implements Timers {
  readonly #clock = new SteadyClock();
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

  get nowMs(): number {
    return this.#clock.at(performance.now());
  }

  set(delayMs: number, fire: () => void): Deadline {
    return this.#wheel.set(this.nowMs, delayMs, fire);
  }

  clear(deadline: Deadline): void {
    this.#wheel.clear(deadline);
  }

  /** Stops the host timer; what is still set does not fire. */
  stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
    this.#clock.stop();
  }

  #start(): void {
    this.#clock.start(performance.now());
    this.#interval = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const mayFire = this.#clock.tick(performance.now());
    if (mayFire && !this.#isLate) this.#advance();
  }

  /** What is due and has no room in this turn fires in the next. */
  #advance(): void {
    const isSpent = () => this.#turns.isSpent();
    this.#isLate = !this.#wheel.advance(this.nowMs, isSpent);
    if (this.#isLate) this.#turns.later(() => this.#advanceIfRunning());
  }

  #advanceIfRunning(): void {
    if (this.#interval === undefined) this.#isLate = false;
    else this.#advance();
  }
}
