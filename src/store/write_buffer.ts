/**
 * What a store is yet to write: bounded in events and bytes. Of a topic's
 * retained events only those are in it that are still good.
 */
import { RecencyList, type RecencyNode } from "../base/recent_map.ts";
import { textKey } from "../base/text_key.ts";
import type { HistoryKey, StoredEvent } from "../router/event_store.ts";
import { withNewest } from "./retained_list.ts";
import { storedSize } from "./store_bounds.ts";

/** How much may wait. */
export interface BufferBounds {
  readonly maxEvents: number;
  /** As {@linkcode storedSize} counts. */
  readonly maxBytes: number;
}

/** An event on its way into a history. */
export interface PendingEvent {
  readonly history: HistoryKey;
  readonly event: StoredEvent;
}

/** What is to be retained of one topic. */
export class PendingTopic implements RecencyNode<PendingTopic> {
  readonly topic: string;
  /** Newest first, as `retained_list.ts` says. */
  events: readonly StoredEvent[] = [];
  older: PendingTopic | undefined = undefined;
  newer: PendingTopic | undefined = undefined;

  constructor(topic: string) {
    this.topic = topic;
  }
}

/** Events on their way to the disk. */
export class WriteBuffer {
  readonly #bounds: BufferBounds;
  #events: PendingEvent[] = [];
  /** By their keys. */
  readonly #topics = new Map<string, PendingTopic>();
  /** By their newest events. */
  #byRecency = new RecencyList<PendingTopic>();
  #retainedCount = 0;
  #bytes = 0;

  constructor(bounds: BufferBounds) {
    this.#bounds = bounds;
  }

  /** How many events wait. */
  get count(): number {
    return this.#events.length + this.#retainedCount;
  }

  /** Whether it is at its bounds or over. */
  get isFull(): boolean {
    return this.count >= this.#bounds.maxEvents ||
      this.#bytes >= this.#bounds.maxBytes;
  }

  /** Those for histories, in order. */
  get events(): readonly PendingEvent[] {
    return this.#events;
  }

  /** Those to be retained, by the age of each topic's newest, oldest first. */
  *topics(): Iterable<PendingTopic> {
    for (let node = this.#byRecency.oldest; node; node = node.newer) yield node;
  }

  /** Those to be retained of one topic, newest first. */
  retainedOf(topic: string): readonly StoredEvent[] {
    return this.#topics.get(textKey(topic))?.events ?? [];
  }

  append(history: HistoryKey, event: StoredEvent): void {
    this.#events.push({ history, event });
    this.#bytes += storedSize(event);
  }

  retain(event: StoredEvent): void {
    const key = textKey(event.topic);
    let entry = this.#topics.get(key);
    if (entry === undefined) {
      entry = new PendingTopic(event.topic);
      this.#topics.set(key, entry);
    } else this.#byRecency.remove(entry);
    this.#byRecency.add(entry);
    this.#setEvents(entry, withNewest(entry.events, event));
  }

  /**
   * Makes room, since nothing can be written: the older half of what is for
   * histories goes, or of the topics where there is nothing else.
   *
   * @returns How many events went.
   */
  dropOlder(): number {
    const before = this.count;
    if (this.#events.length > 0) {
      const half = Math.ceil(this.#events.length / 2);
      for (const { event } of this.#events.slice(0, half)) {
        this.#bytes -= storedSize(event);
      }
      this.#events = this.#events.slice(half);
    } else {
      const half = Math.ceil(this.#topics.size / 2);
      for (const entry of [...this.topics()].slice(0, half)) {
        this.#forget(entry);
      }
    }
    return before - this.count;
  }

  /** Everything is written. */
  clear(): void {
    this.#events = [];
    this.#topics.clear();
    this.#byRecency = new RecencyList();
    this.#retainedCount = 0;
    this.#bytes = 0;
  }

  #forget(entry: PendingTopic): void {
    this.#setEvents(entry, []);
    this.#topics.delete(textKey(entry.topic));
    this.#byRecency.remove(entry);
  }

  #setEvents(entry: PendingTopic, events: readonly StoredEvent[]): void {
    this.#retainedCount += events.length - entry.events.length;
    this.#bytes += sizeOfAll(events) - sizeOfAll(entry.events);
    entry.events = events;
  }
}

function sizeOfAll(events: readonly StoredEvent[]): number {
  return events.reduce((sum, event) => sum + storedSize(event), 0);
}
