import type { CounterName, Counters } from "../router/ports.ts";

/** Counters in memory, by name. */
export class EventCounters implements Counters {
  readonly #counts = new Map<CounterName, number>();

  increment(name: CounterName): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  /** How often `name` was counted. */
  get(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }
}
