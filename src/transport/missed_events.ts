/**
 * Events that a subscriber does not get because it does not read, and what is kept
 * of them until it does.
 */
import type { Event } from "../wamp/message.ts";

/** What one subscriber misses. */
export class MissedEvents {
  readonly #keepsNewest: boolean;
  readonly #maxBytes: number;
  /** By subscription. */
  readonly #newest = new Map<number, Event>();
  #bytes = 0;
  #count = 0;

  /**
   * @param keepsNewest Whether the newest event of each subscription is kept.
   * @param maxBytes What these may take together; beyond it none is kept.
   */
  constructor(keepsNewest: boolean, maxBytes: number) {
    this.#keepsNewest = keepsNewest;
    this.#maxBytes = maxBytes;
  }

  /** How many events are gone for good. */
  get count(): number {
    return this.#count;
  }

  /** What the kept ones take in memory, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The newest events, in order. */
  get newest(): Iterable<Event> {
    return this.#newest.values();
  }

  /**
   * Takes `event` in place of the subscriber.
   *
   * @returns How many events are gone for good by that: 1, or 0.
   */
  add(event: Event): number {
    const before = this.#count;
    const old = this.#newest.get(event.subscription);
    if (old !== undefined) {
      this.#newest.delete(event.subscription);
      this.#bytes -= bytesOf(old);
      this.#count++;
    }
    const bytes = bytesOf(event);
    if (!this.#keepsNewest || this.#bytes + bytes > this.#maxBytes) {
      this.#count++;
    } else {
      this.#bytes += bytes;
      const payload = event.payload.kept();
      this.#newest.set(event.subscription, { ...event, payload });
    }
    return this.#count - before;
  }
}

/** An event without payload takes about this. */
const EVENT_BYTES = 200;

function bytesOf({ payload }: Event): number {
  return EVENT_BYTES + payload.end - payload.start;
}
