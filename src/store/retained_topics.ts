import type { StoredEvent } from "../router/event_store.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import { fitting, withNewest } from "./retained_list.ts";
import type { RetentionBounds } from "./store_bounds.ts";
import { storedSize } from "./stored_size.ts";

interface Topic {
  /** As `retained_list.ts` says. */
  readonly events: readonly StoredEvent[];
  readonly size: number;
}

/** The retained events of a realm in memory, bounded in topics and octets. */
export class RetainedTopics {
  readonly #bounds: RetentionBounds;
  /** In the order of their newest events. */
  readonly #topics = new Map<string, Topic>();
  #bytes = 0;

  constructor(bounds: RetentionBounds) {
    this.#bounds = bounds;
  }

  /** How many topics have a retained event. */
  get count(): number {
    return this.#topics.size;
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
    this.#remove(event.topic);
    this.#add(event.topic, events);
    let gone = 0;
    while (this.#topics.size > maxTopics || this.#bytes > maxBytes) {
      const [oldest] = this.#topics.keys();
      this.#remove(oldest);
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

  #add(topic: string, events: readonly StoredEvent[]): void {
    const size = events.reduce((sum, event) => sum + storedSize(event), 0);
    this.#topics.set(topic, { events, size });
    this.#bytes += size;
  }

  #remove(topic: string): void {
    this.#bytes -= this.#topics.get(topic)?.size ?? 0;
    this.#topics.delete(topic);
  }
}
