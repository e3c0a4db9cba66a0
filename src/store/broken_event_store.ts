import {
  type EventStore,
  EventStoreError,
  type HistoryKey,
} from "../router/event_store.ts";
import type { Counters } from "../router/ports.ts";

/**
 * The place of a store whose file was damaged when the router started: it keeps
 * nothing, and tells so whoever asks for events.
 */
export class BrokenEventStore implements EventStore {
  readonly histories: readonly HistoryKey[];
  readonly #reason: string;
  readonly #counters: Counters;

  constructor(
    histories: readonly HistoryKey[],
    reason: string,
    counters: Counters,
  ) {
    this.histories = histories;
    this.#reason = reason;
    this.#counters = counters;
  }

  retain(): void {
    this.#counters.increment("events_not_stored");
  }

  retained(): never {
    throw this.#error();
  }

  retainedMatching(): never {
    throw this.#error();
  }

  append(): void {
    this.#counters.increment("events_not_stored");
  }

  history(): never {
    throw this.#error();
  }

  #error(): EventStoreError {
    this.#counters.increment("store_errors");
    return new EventStoreError(this.#reason);
  }
}
