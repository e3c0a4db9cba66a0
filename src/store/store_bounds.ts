/**
 * How much a store keeps, and how that is measured.
 */
import type { HistoryKey, StoredEvent } from "../router/event_store.ts";
import { sizeOfPayload, sizeOfValue, VALUE_BYTES } from "../wamp/value_size.ts";

/** A topic or pattern with a history, and how much of it is kept. */
export interface BoundedHistory extends HistoryKey {
  readonly maxEvents: number;
  /** As {@linkcode storedSize} counts. */
  readonly maxBytes: number;
}

/** How many retained events are kept. */
export interface RetentionBounds {
  readonly maxTopics: number;
  /** Of all topics together, as {@linkcode storedSize} counts. */
  readonly maxBytes: number;
}

/** How much a store keeps. */
export interface StoreBounds {
  readonly histories: readonly BoundedHistory[];
  readonly retention: RetentionBounds;
}

/** What an event takes beside its parts of any length, about. */
const EVENT_BYTES = 256;

/** The size of `event`, in bytes, about. */
export function storedSize(event: StoredEvent): number {
  const { topic, payload, details, lists = {} } = event;
  let size = EVENT_BYTES + topic.length + sizeOfPayload(payload);
  for (const value of Object.values(details)) {
    size += VALUE_BYTES + sizeOfValue(value);
  }
  // A publisher chooses how long its lists are.
  for (const list of Object.values(lists)) size += sizeOfValue(list);
  return size;
}
