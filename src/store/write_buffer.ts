/**
 * What a store is yet to write: bounded in events and octets. Of a topic's
 * retained events only those are in it that are still good.
 */
import type { HistoryKey, StoredEvent } from "../router/event_store.ts";
import { withNewest } from "./retained_list.ts";
import { storedSize } from "./stored_size.ts";

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

/** Events on their way to the disk. */
export class WriteBuffer {
  readonly #bounds: BufferBounds;
  #events: PendingEvent[] = [];
  /** By topic, newest first, in the order of their newest events. */
  readonly #retained = new Map<string, readonly StoredEvent[]>();
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

  /** Those to be retained, by topic, newest first. */
  get retained(): ReadonlyMap<string, readonly StoredEvent[]> {
    return this.#retained;
  }

  append(history: HistoryKey, event: StoredEvent): void {
    this.#events.push({ history, event });
    this.#bytes += storedSize(event);
  }

  retain(event: StoredEvent): void {
    const known = this.#retained.get(event.topic) ?? [];
    this.#forget(event.topic);
    const events = withNewest(known, event);
    this.#retained.set(event.topic, events);
    this.#retainedCount += events.length;
    this.#bytes += sizeOfAll(events);
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
      const half = Math.ceil(this.#retained.size / 2);
      for (const topic of [...this.#retained.keys()].slice(0, half)) {
        this.#forget(topic);
      }
    }
    return before - this.count;
  }

  /** Everything is written. */
  clear(): void {
    this.#events = [];
    this.#retained.clear();
    this.#retainedCount = 0;
    this.#bytes = 0;
  }

  #forget(topic: string): void {
    const events = this.#retained.get(topic);
    if (events === undefined) return;
    this.#retained.delete(topic);
    this.#retainedCount -= events.length;
    this.#bytes -= sizeOfAll(events);
  }
}

function sizeOfAll(events: readonly StoredEvent[]): number {
  return events.reduce((sum, event) => sum + storedSize(event), 0);
}
