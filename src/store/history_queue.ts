import type { StoredEvent } from "../router/event_store.ts";
import type { BoundedHistory } from "./store_bounds.ts";
import { storedSize } from "./stored_size.ts";

interface Entry {
  readonly event: StoredEvent;
  readonly size: number;
}

/** So many empty places at the front are worth moving the rest. */
const EMPTY_PLACES_MAX = 1024;

/** One history in memory: first in, first out, bounded in events and octets. */
export class HistoryQueue {
  readonly #bounds: BoundedHistory;
  #entries: (Entry | undefined)[] = [];
  /** Where the oldest stands. */
  #first = 0;
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

  /** All events in one order or the other. */
  *events(newestFirst: boolean): Iterable<StoredEvent> {
    const { count } = this;
    for (let i = 0; i < count; i++) {
      const index = newestFirst ? count - 1 - i : i;
      const entry = this.#entries[this.#first + index];
      if (entry !== undefined) yield entry.event;
    }
  }

  #removeOldest(): void {
    this.#bytes -= this.#entries[this.#first]?.size ?? 0;
    this.#entries[this.#first++] = undefined;
    if (
      this.#first > EMPTY_PLACES_MAX &&
      this.#first * 2 > this.#entries.length
    ) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}
