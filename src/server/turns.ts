import type { TurnBudget } from "../router/ports.ts";

/** So long one turn of the event loop does long work. */
const TURN_MS = 5;

/** {@linkcode TurnBudget} of the host's event loop. */
export class Turns implements TurnBudget {
  /** When this turn's budget is used up; 0: nobody has asked yet. */
  #endMs = 0;
  readonly #waiting = new Set<ReturnType<typeof setTimeout>>();

  isSpent(): boolean {
    const nowMs = performance.now();
    if (this.#endMs === 0) {
      this.#endMs = nowMs + TURN_MS;
      this.later(() => this.#endMs = 0);
    }
    return nowMs >= this.#endMs;
  }

  later(work: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      work();
    }, 0);
    this.#waiting.add(timer);
  }

  /** There are no further turns. */
  stop(): void {
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
  }
}
