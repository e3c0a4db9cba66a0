import type { StoredEvent } from "../router/event_store.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import { RecencyList, type RecencyNode } from "../base/recent_map.ts";
import { fitting, settled, withNewest } from "./retained_list.ts";
import type { RetentionBounds } from "./store_bounds.ts";
import { storedSize } from "./stored_size.ts";

interface Topic extends RecencyNode<Topic> {
  readonly topic: string;
  /** As `retained_list.ts` says. */
  events: readonly StoredEvent[];
  size: number;
}

/** The retained events of a realm in memory, bounded in topics and octets. */
export class RetainedTopics {
  readonly #bounds: RetentionBounds;
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
      this.#remove(this.#topics.get(event.topic));
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
    return this.#topics.get(topic)?.events ?? [];
  }

  /** The events of each topic that the pattern matches. */
  *matching(
    uri: string,
    match: MatchPolicy,
  ): Iterable<readonly StoredEvent[]> {
    for (const [topic, { events }] of this.#topics) {
      if (uriMatches(uri, match, topic)) yield events;
    }
  }

  #put(topic: string, events: readonly StoredEvent[]): void {
    let entry = this.#topics.get(topic);
    if (entry === undefined) {
      const neighbours = { older: undefined, newer: undefined };
      entry = { topic, events, size: 0, ...neighbours };
      this.#topics.set(topic, entry);
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
    this.#topics.delete(entry.topic);
    this.#bytes -= entry.size;
  }
}
