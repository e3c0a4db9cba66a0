/**
 * Where retained events and event history live: a port, implemented in `store`.
 */
import type { AudienceOptions, Dict } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

/** A publication as it is kept: nothing of it points into a read buffer. */
export interface StoredEvent {
  readonly publication: number;
  readonly topic: string;
  /** When the router received it, in milliseconds since 1970. */
  readonly timeMs: number;
  /** EVENT.Details without `topic` and `retained`. */
  readonly details: Dict;
  readonly payload: Payload;
  /** The session that must not get it; sessions' IDs are never used again. */
  readonly excluded: number | undefined;
  readonly lists: AudienceOptions | undefined;
  /** It stands for none: those whom it is for get no retained event at all. */
  readonly isClearing?: true;
}

/** A topic or pattern whose events are kept, and how many (EH-02). */
export interface HistoryKey {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/**
 * The store could not do what it was asked for; messages are routed all the same. Its message is
 * for the operator, and no client is told it.
 */
export class EventStoreError extends Error {
  override readonly name = "EventStoreError";
}

/** The events of one realm. */
export interface EventStore {
  /** Topics and patterns with a history, from the config. */
  readonly histories: readonly HistoryKey[];
  /**
   * Makes `event` the retained one of its topic (ER-02). Where only some may
   * get it, the ones before it stay for the others (ER-04). Does not throw.
   *
   * @param event One that is clearing leaves nothing of those before it, or only
   * for the others.
   */
  retain(event: StoredEvent): void;
  /**
   * The retained events of `topic`, newest first; none after the one that is
   * for everybody (ER-03). Some may be clearing, but not the oldest.
   *
   * @throws {EventStoreError} Where the store cannot be read.
   */
  retained(topic: string): readonly StoredEvent[];
  /**
   * As {@linkcode EventStore.retained} for each topic that the pattern matches
   * (ER-06).
   *
   * @throws {EventStoreError} Where the store cannot be read.
   */
  retainedMatching(
    uri: string,
    match: MatchPolicy,
  ): Iterable<readonly StoredEvent[]>;
  /**
   * Adds `event` to a history (EH-02). Does not throw.
   *
   * @param history One of {@linkcode EventStore.histories}.
   */
  append(history: HistoryKey, event: StoredEvent): void;
  /**
   * A history; it may be large, so it is not an array.
   *
   * @param history One of {@linkcode EventStore.histories}.
   * @param newestFirst Else the oldest is first.
   * @throws {EventStoreError} Where the store cannot be read.
   */
  history(history: HistoryKey, newestFirst: boolean): Iterable<StoredEvent>;
}
