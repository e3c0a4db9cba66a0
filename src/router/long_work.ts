/**
 * Work that can be long, done in pieces with turns of the event loop between, in
 * which others are served: a session with 100,000 registrations leaves, an event
 * goes to 50,000 subscribers, all sessions are listed.
 *
 * As much as there is room for is done at once, so short work is over when its
 * request is. Works that are broken off go on in turns, a step of each.
 */
import { RecencyList, type RecencyNode } from "../base/recent_map.ts";
import type { TurnBudget, WorkOwner } from "./ports.ts";

/**
 * Each step is short, and gives how many messages it sent: they are yet to be
 * written, which takes longer than to route them.
 */
export type LongWork<Result = void> = Generator<number, Result, void>;

/** So many messages of long work are sent in a turn. */
const TURN_MESSAGES_MAX = 1024;
/** The budget is asked once in so many steps. */
const STEPS_MAX = 16;
/** Work of no more steps is broken off for nobody's sake but its receivers'. */
const SHORT_STEPS = 64;

/** Is never held. */
const NOBODY: WorkOwner = {
  isHeld: false,
  whenReleased: (goOn) => goOn(),
  act: (work) => work(),
};

/** Work that was broken off. */
interface BrokenOff extends RecencyNode<BrokenOff> {
  readonly work: LongWork;
  readonly owner: WorkOwner;
  readonly finished: () => void;
}

/** The long works of a router. */
export class LongWorks {
  readonly #budget: TurnBudget;
  /** The one whose turn it is first. */
  readonly #queue = new RecencyList<BrokenOff>();
  #count = 0;
  /** Messages of this turn. */
  #sent = 0;
  /** Whether the next turn will be told of. */
  #isAwaited = false;

  constructor(budget: TurnBudget) {
    this.#budget = budget;
  }

  /** How many works are broken off. */
  get count(): number {
    return this.#count;
  }

  /**
   * Does `work`: at once, where it is short or this turn has room for it.
   *
   * @returns Undefined where it is done; else a promise for when it is.
   */
  run(work: LongWork): Promise<void> | undefined {
    const owner = this.#budget.owner?.() ?? NOBODY;
    // What most works are is done as a whole, so that others never see a half.
    let shortSteps = 0;
    while (!owner.isHeld && this.#sent < TURN_MESSAGES_MAX) {
      if (shortSteps >= SHORT_STEPS && !this.#hasRoom()) break;
      if (this.#goOn(work, owner)) return undefined;
      shortSteps += STEPS_MAX;
    }
    const { promise, resolve: finished } = Promise.withResolvers<void>();
    this.#queue.add({
      work,
      owner,
      finished,
      older: undefined,
      newer: undefined,
    });
    this.#count++;
    this.#awaitTurn();
    return promise;
  }

  #hasRoom(): boolean {
    return this.#sent < TURN_MESSAGES_MAX && !this.#budget.isSpent();
  }

  /** Some steps of `work`; true where it is done. */
  #goOn(work: LongWork, owner: WorkOwner): boolean {
    return owner.act(() => this.#steps(work, owner));
  }

  #steps(work: LongWork, owner: WorkOwner): boolean {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const { done, value } = work.next();
      if (done === true) return true;
      if (value === 0) continue;
      this.#sent += value;
      this.#awaitTurn();
      if (this.#sent >= TURN_MESSAGES_MAX || owner.isHeld) return false;
    }
    return false;
  }

  #awaitTurn(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#budget.later(() => {
      this.#isAwaited = false;
      this.#sent = 0;
      this.#takeTurns();
    });
  }

  /** Goes on when those to whom it sends have read. */
  #park(held: BrokenOff): void {
    held.owner.whenReleased(() => {
      this.#queue.add(held);
      this.#awaitTurn();
    });
  }

  #takeTurns(): void {
    let first = this.#queue.oldest;
    while (first !== undefined && this.#hasRoom()) {
      this.#queue.remove(first);
      if (first.owner.isHeld) this.#park(first);
      else if (this.#goOn(first.work, first.owner)) {
        this.#count--;
        first.finished();
      } else this.#queue.add(first);
      first = this.#queue.oldest;
    }
    if (first !== undefined) this.#awaitTurn();
  }
}
