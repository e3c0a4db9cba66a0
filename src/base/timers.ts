import type { Deadline } from "./timer_wheel.ts";

/** Deadlines as the pure parts see them; the server passes a turning wheel. */
export interface Timers {
  /** Calls `fire` once, after `delayMs` or a little later. */
  set(delayMs: number, fire: () => void): Deadline;
  /** Takes a deadline back. */
  clear(deadline: Deadline): void;
}
