/**
 * Retained events and histories in memory: gone when the router stops.
 */
import type {
  EventStore,
  HistoryKey,
  StoredEvent,
} from "../router/event_store.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";

/** How much a store keeps. */
export interface MemoryEventStoreOptions {
  /** Topics and patterns with a history, and how many events of each. */
  readonly histories: readonly (HistoryKey & { readonly limit: number })[];
}

/** {@linkcode EventStore} in memory. */
export class MemoryEventStore implements EventStore {
  readonly histories: readonly HistoryKey[];
  readonly #retained = new Map<string, StoredEvent>();

  constructor(options: MemoryEventStoreOptions) {
    this.histories = options.histories;
  }

  retain(event: StoredEvent): void {
    this.#retained.set(event.topic, event);
  }

  retained(topic: string): StoredEvent | undefined {
    return this.#retained.get(topic);
  }

  *retainedMatching(uri: string, match: MatchPolicy): Iterable<StoredEvent> {
    for (const event of this.#retained.values()) {
      if (uriMatches(uri, match, event.topic)) yield event;
    }
  }

  append(_history: HistoryKey, _event: StoredEvent): void {}

  history(_history: HistoryKey): Iterable<StoredEvent> {
    return [];
  }
}
