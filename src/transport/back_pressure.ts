/**
 * The way back from those who are sent to, to those who send: who fills outboxes
 * faster than they are read is held until they are.
 */

/** Who has messages sent to others. */
export interface Producer {
  /** An outbox that it sends to is too full: nothing more of it is handled. */
  hold(): void;
  /** That outbox holds it no more; others may. */
  release(): void;
}

/** Knows for whom messages are being sent. */
export class BackPressure {
  /**
   * Whose messages are being handled; undefined: nobody's who could be held. Set
   * and unset around what is handled, which is synchronous.
   */
  producer: Producer | undefined = undefined;
}
