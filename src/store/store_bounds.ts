import type { HistoryKey } from "../router/event_store.ts";

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
