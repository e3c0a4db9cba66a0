/**
 * Retained events and histories in memory: gone when the router stops.
 */
import type {
  EventStore,
  HistoryKey,
  StoredEvent,
} from "../router/event_store.ts";
import type { Counters } from "../router/ports.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { HistoryQueue } from "./history_queue.ts";
import { RetainedTopics } from "./retained_topics.ts";
import type { StoreBounds } from "./store_bounds.ts";

/** {@linkcode EventStore} in memory. */
export class MemoryEventStore implements EventStore {
  readonly histories: readonly HistoryKey[];
  readonly #counters: Counters;
  readonly #queues: ReadonlyMap<HistoryKey, HistoryQueue>;
  readonly #retained: RetainedTopics;

  constructor(bounds: StoreBounds, counters: Counters) {
    this.histories = bounds.histories;
    this.#counters = counters;
    this.#queues = new Map(
      bounds.histories.map((history) => [history, new HistoryQueue(history)]),
    );
    this.#retained = new RetainedTopics(bounds.retention);
  }

  retain(event: StoredEvent): void {
    const gone = this.#retained.retain(event);
    this.#count(gone, "retained_events_evicted");
  }

  retained(topic: string): readonly StoredEvent[] {
    return this.#retained.get(topic);
  }

  retainedMatching(
    uri: string,
    match: MatchPolicy,
  ): Iterable<readonly StoredEvent[]> {
    return this.#retained.matching(uri, match);
  }

  append(history: HistoryKey, event: StoredEvent): void {
    const queue = this.#queues.get(history);
    if (queue === undefined) throw unknownHistory(history);
    this.#count(queue.add(event), "history_events_evicted");
  }

  history(history: HistoryKey, newestFirst: boolean): Iterable<StoredEvent> {
    const queue = this.#queues.get(history);
    if (queue === undefined) throw unknownHistory(history);
    return queue.events(newestFirst);
  }

  #count(
    gone: number | undefined,
    name: "history_events_evicted" | "retained_events_evicted",
  ): void {
    if (gone === undefined) this.#counters.increment("events_not_stored");
    else for (let i = 0; i < gone; i++) this.#counters.increment(name);
  }
}

/** A defect: histories come from the store itself. */
export function unknownHistory({ uri, match }: HistoryKey): RangeError {
  return new RangeError(`Cannot find history: ${match} "${uri}" is not there`);
}
