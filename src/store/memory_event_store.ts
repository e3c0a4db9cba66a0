/**
 * Retained events and histories in memory: gone when the router stops.
 */
import { RecencyList, type RecencyNode } from "../base/recent_map.ts";
import { textKey } from "../base/text_key.ts";
import type {
  EventStore,
  HistoryKey,
  StoredEvent,
} from "../router/event_store.ts";
import type { Counters } from "../router/ports.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import { fitting, settled, withNewest } from "./retained_list.ts";
import {
  type BoundedHistory,
  type RetentionBounds,
  type StoreBounds,
  storedSize,
} from "./store_bounds.ts";

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
  return new RangeError(`There is no history of ${match} "${uri}"`);
}

interface Entry {
  readonly event: StoredEvent;
  readonly size: number;
}

/** So many empty places at the front are worth moving the rest. */
const EMPTY_PLACES_MAX = 1024;

/** One history in memory: first in, first out, bounded in events and bytes. */
export class HistoryQueue {
  readonly #bounds: BoundedHistory;
  #entries: (Entry | undefined)[] = [];
  /** Where the oldest stands. */
  #first = 0;
  /** How many have gone. */
  #gone = 0;
  #bytes = 0;

  constructor(bounds: BoundedHistory) {
    this.#bounds = bounds;
  }

  /** How many events there are. */
  get count(): number {
    return this.#entries.length - this.#first;
  }

  /**
   * Adds `event`, and lets the oldest go that have no room beside it.
   *
   * @returns How many went; undefined where `event` alone has no room.
   */
  add(event: StoredEvent): number | undefined {
    const size = storedSize(event);
    if (size > this.#bounds.maxBytes) return undefined;
    this.#entries.push({ event, size });
    this.#bytes += size;
    let gone = 0;
    while (
      this.count > this.#bounds.maxEvents || this.#bytes > this.#bounds.maxBytes
    ) {
      this.#removeOldest();
      gone++;
    }
    return gone;
  }

  /**
   * All events in one order or the other. Events may come and go meanwhile: those
   * that come are not among them.
   */
  *events(newestFirst: boolean): Iterable<StoredEvent> {
    // By their numbers since the queue began: places change.
    const end = this.#gone + this.count;
    if (newestFirst) {
      for (let number = end - 1; number >= this.#gone; number--) {
        yield this.#at(number);
      }
      return;
    }
    for (let number = this.#gone; number < end; number++) {
      number = Math.max(number, this.#gone);
      if (number < end) yield this.#at(number);
    }
  }

  #at(number: number): StoredEvent {
    return (this.#entries[this.#first + number - this.#gone] as Entry).event;
  }

  #removeOldest(): void {
    this.#bytes -= this.#entries[this.#first]?.size ?? 0;
    this.#entries[this.#first++] = undefined;
    this.#gone++;
    if (
      this.#first > EMPTY_PLACES_MAX &&
      this.#first * 2 > this.#entries.length
    ) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}

interface Topic extends RecencyNode<Topic> {
  readonly topic: string;
  /** As `retained_list.ts` says. */
  events: readonly StoredEvent[];
  size: number;
}

/** The retained events of a realm in memory, bounded in topics and bytes. */
export class RetainedTopics {
  readonly #bounds: RetentionBounds;
  /** By their keys. */
  readonly #topics = new Map<string, Topic>();
  /** By their newest events. */
  readonly #byRecency = new RecencyList<Topic>();
  #bytes = 0;

  constructor(bounds: RetentionBounds) {
    this.#bounds = bounds;
  }

  /**
   * Makes `event` its topic's newest, and lets the topics go that have been
   * quiet for longest where there is no room.
   *
   * @returns How many topics went; undefined where `event` alone has no room.
   */
  retain(event: StoredEvent): number | undefined {
    const { maxTopics, maxBytes } = this.#bounds;
    const events = fitting(withNewest(this.get(event.topic), event), maxBytes);
    if (events.length === 0) return undefined;
    if (settled(events).length === 0) {
      this.#remove(this.#topics.get(textKey(event.topic)));
      return 0;
    }
    this.#put(event.topic, settled(events));
    let gone = 0;
    while (this.#topics.size > maxTopics || this.#bytes > maxBytes) {
      this.#removeOldest();
      gone++;
    }
    return gone;
  }

  /** The events of `topic`, newest first. */
  get(topic: string): readonly StoredEvent[] {
    return this.#topics.get(textKey(topic))?.events ?? [];
  }

  /** The events of each topic that the pattern matches. */
  *matching(
    uri: string,
    match: MatchPolicy,
  ): Iterable<readonly StoredEvent[]> {
    for (const { topic, events } of this.#topics.values()) {
      if (uriMatches(uri, match, topic)) yield events;
    }
  }

  #put(topic: string, events: readonly StoredEvent[]): void {
    const key = textKey(topic);
    let entry = this.#topics.get(key);
    if (entry === undefined) {
      const neighbours = { older: undefined, newer: undefined };
      entry = { topic, events, size: 0, ...neighbours };
      this.#topics.set(key, entry);
    } else this.#byRecency.remove(entry);
    this.#byRecency.add(entry);
    this.#bytes -= entry.size;
    entry.events = events;
    entry.size = events.reduce((sum, event) => sum + storedSize(event), 0);
    this.#bytes += entry.size;
  }

  #removeOldest(): void {
    const entry = this.#byRecency.oldest;
    if (entry === undefined) {
      throw new RangeError("There is no topic to remove");
    }
    this.#remove(entry);
  }

  #remove(entry: Topic | undefined): void {
    if (entry === undefined) return;
    this.#byRecency.remove(entry);
    this.#topics.delete(textKey(entry.topic));
    this.#bytes -= entry.size;
  }
}
