import type { AuthCounterName, AuthCounters } from "../auth/login.ts";
import type { CounterName, Counters } from "../router/ports.ts";

/** Each thing that is counted. */
export type EventName = CounterName | AuthCounterName;

/** Counters in memory, by name. */
export class EventCounters implements Counters, AuthCounters {
  readonly #counts = new Map<EventName, number>();

  increment(name: EventName): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  /** How often `name` was counted. */
  get(name: EventName): number {
    return this.#counts.get(name) ?? 0;
  }
}
