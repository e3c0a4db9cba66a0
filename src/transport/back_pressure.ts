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

  /**
   * Calls `step` until it returns false: at once, but for pauses in which the
   * outboxes that it fills are read.
   */
  pace(step: () => boolean): void {
    new PacedWork(this, step).run();
  }
}

/** Work that nobody waits for, and that is held as connections are. */
class PacedWork implements Producer {
  readonly #backPressure: BackPressure;
  readonly #step: () => boolean;
  #holds = 0;
  #isDone = false;

  constructor(backPressure: BackPressure, step: () => boolean) {
    this.#backPressure = backPressure;
    this.#step = step;
  }

  run(): void {
    if (this.#isDone) return;
    const { producer } = this.#backPressure;
    this.#backPressure.producer = this;
    try {
      let goesOn = true;
      while (goesOn && this.#holds === 0) goesOn = this.#step();
      this.#isDone = !goesOn;
    } finally {
      this.#backPressure.producer = producer;
    }
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    // Not now: an outbox may be in the middle of its write.
    if (this.#holds === 0) queueMicrotask(() => this.run());
  }
}
