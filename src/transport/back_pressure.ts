/**
 * The way back from those who are sent to, to those who send: who fills outboxes
 * faster than they are read is held until they are.
 */

/** Who has messages sent to others. */
export interface Producer {
  /** Who caused it, where it is work that is done in parts. */
  readonly cause?: Producer | undefined;
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

  /** For whom what is being done now sends, also in its later parts. */
  owner(): WorkOwner {
    return new WorkOwner(this, this.producer);
  }
}

/**
 * Work that is done in parts. It is held where the outboxes that it fills are not
 * read, as well as the connection whose message caused it.
 */
class WorkOwner implements Producer {
  readonly #backPressure: BackPressure;
  readonly cause: Producer | undefined;
  #holds = 0;
  #goOn: (() => void) | undefined = undefined;

  constructor(backPressure: BackPressure, cause: Producer | undefined) {
    this.#backPressure = backPressure;
    this.cause = cause;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  whenReleased(goOn: () => void): void {
    if (this.#holds === 0) goOn();
    else this.#goOn = goOn;
  }

  act<Result>(work: () => Result): Result {
    const { producer } = this.#backPressure;
    this.#backPressure.producer = this;
    try {
      return work();
    } finally {
      this.#backPressure.producer = producer;
    }
  }

  hold(): void {
    this.#holds++;
    this.cause?.hold();
  }

  release(): void {
    this.#holds--;
    this.cause?.release();
    const goOn = this.#goOn;
    if (this.#holds > 0 || goOn === undefined) return;
    this.#goOn = undefined;
    goOn();
  }
}
