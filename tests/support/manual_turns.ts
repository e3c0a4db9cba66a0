import type { TurnBudget } from "../../src/router/ports.ts";

/** Turns of the event loop that a test takes, each with the same budget. */
export class ManualTurns implements TurnBudget {
  readonly #perTurn: number;
  #asked = 0;
  #later: (() => void)[] = [];

  /** @param perTurn So often there is room, when asked. */
  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  isSpent(): boolean {
    return this.#asked++ >= this.#perTurn;
  }

  later(work: () => void): void {
    this.#later.push(work);
  }

  /** Begins the next turn; false where nothing waits for it. */
  next(): boolean {
    this.#asked = 0;
    const due = this.#later;
    this.#later = [];
    for (const work of due) work();
    return due.length > 0;
  }

  /** Takes turns until nothing waits; tells how many. */
  finish(): number {
    let turns = 0;
    while (this.next()) turns++;
    return turns;
  }
}
