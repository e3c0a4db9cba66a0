/**
 * Turns for TLS handshakes: what a client says in one is handled when it is its
 * turn.
 *
 * A handshake takes about a millisecond of the processor, and costs a client
 * nothing. Without turns, those that begin together are done in one go, and all
 * sessions wait that long.
 */

import { nextTick } from "node:process";

/** From this time on, everybody else has a turn of the event loop first. */
const TURN_MS = 1;

/** A part of a handshake that waits for its turn. */
interface Step {
  readonly source: string;
  readonly run: () => void;
}

/**
 * The handshakes of one transport. In a turn of the event loop one is worked on, or
 * several that take a millisecond together; sources take turns. Some are under
 * way, of one source half as many at the most. The others wait, unread.
 */
export class TlsHandshakes {
  readonly #maxUnderWay: number;
  readonly #maxOfSource: number;
  readonly #first = new FairQueue();
  readonly #later = new FairQueue();
  readonly #underWay = new Map<string, number>();
  #underWayCount = 0;
  #isFirstDue = false;
  #isTurnOver = false;
  #turn: ReturnType<typeof setTimeout> | undefined = undefined;

  /** @param maxUnderWay How many may have begun that are not finished. */
  constructor(maxUnderWay: number) {
    this.#maxUnderWay = maxUnderWay;
    this.#maxOfSource = Math.ceil(maxUnderWay / 2);
  }

  /** How many have begun and are not finished. */
  get underWay(): number {
    return this.#underWayCount;
  }

  /** A handshake with a client of `source`; it begins with its first step. */
  add(source: string): TlsHandshake {
    return new TlsHandshake(this, source);
  }

  /** Runs `step` in its turn: now, where nothing else was done in this one. */
  enqueue(step: Step, hasBegun: boolean): void {
    (hasBegun ? this.#later : this.#first).add(step);
    this.#go();
  }

  /** One is finished or given up; `step` of it still waited. */
  end(source: string, step: Step | undefined, hasBegun: boolean): void {
    if (step !== undefined) (hasBegun ? this.#later : this.#first).remove(step);
    if (!hasBegun) return;
    this.#underWayCount--;
    const left = this.#underWayOf(source) - 1;
    if (left > 0) this.#underWay.set(source, left);
    else this.#underWay.delete(source);
    this.#go();
  }

  /** Nobody comes any more: a turn for which nothing waits is not waited for. */
  listenerClosed(): void {
    if (!this.#first.isEmpty || !this.#later.isEmpty) return;
    if (this.#turn === undefined) return;
    clearTimeout(this.#turn);
    this.#isTurnOver = false;
  }

  #go(): void {
    if (this.#isTurnOver) return;
    const step = this.#next();
    if (step === undefined) return;
    this.#isTurnOver = true;
    this.#run(step, performance.now() + TURN_MS);
  }

  #run(step: Step, endMs: number): void {
    step.run();
    // The work is done in the tick after that in which the octets are handed over.
    nextTick(() => nextTick(() => this.#ran(endMs)));
  }

  #ran(endMs: number): void {
    const next = performance.now() < endMs ? this.#next() : undefined;
    if (next === undefined) this.#endTurn();
    else this.#run(next, endMs);
  }

  #endTurn(): void {
    // Not setImmediate: Deno does not look for what came on sockets before it.
    this.#turn = setTimeout(() => {
      this.#isTurnOver = false;
      this.#go();
    }, 0);
  }

  /** Neither those that begin nor those that go on can keep the others away. */
  #next(): Step | undefined {
    this.#isFirstDue = !this.#isFirstDue;
    return this.#isFirstDue
      ? this.#takeFirst() ?? this.#later.take()
      : this.#later.take() ?? this.#takeFirst();
  }

  #takeFirst(): Step | undefined {
    if (this.#underWayCount >= this.#maxUnderWay) return undefined;
    const step = this.#first.take((source) =>
      this.#underWayOf(source) < this.#maxOfSource
    );
    if (step === undefined) return undefined;
    this.#underWayCount++;
    this.#underWay.set(step.source, this.#underWayOf(step.source) + 1);
    return step;
  }

  #underWayOf(source: string): number {
    return this.#underWay.get(source) ?? 0;
  }
}

/** One client's handshake. */
export class TlsHandshake {
  readonly #all: TlsHandshakes;
  readonly #source: string;
  #waiting: Step | undefined = undefined;
  #hasBegun = false;
  #isHeldUp = false;
  #isOver = false;

  constructor(all: TlsHandshakes, source: string) {
    this.#all = all;
    this.#source = source;
  }

  /** Whether it is finished or given up: nothing waits for a turn any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it had to wait for its beginning since this was asked last. */
  wasHeldUp(): boolean {
    const isHeldUp = this.#isHeldUp;
    this.#isHeldUp = !this.#hasBegun && this.#waiting !== undefined;
    return isHeldUp;
  }

  /** Runs `work` in its turn; never where it is over before. One at a time. */
  inTurn(work: () => void): void {
    if (this.#isOver) return;
    const run = (): void => {
      this.#waiting = undefined;
      this.#hasBegun = true;
      work();
    };
    this.#waiting = { source: this.#source, run };
    this.#all.enqueue(this.#waiting, this.#hasBegun);
    this.#isHeldUp ||= !this.#hasBegun;
  }

  /** It is finished, has failed, or the connection is closed. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#all.end(this.#source, this.#waiting, this.#hasBegun);
    this.#waiting = undefined;
  }
}

/** Steps of each source in their order; sources take turns. */
class FairQueue {
  readonly #bySource = new Map<string, Set<Step>>();

  get isEmpty(): boolean {
    return this.#bySource.size === 0;
  }

  add(step: Step): void {
    const steps = this.#bySource.get(step.source);
    if (steps !== undefined) steps.add(step);
    else this.#bySource.set(step.source, new Set([step]));
  }

  remove(step: Step): void {
    const steps = this.#bySource.get(step.source);
    steps?.delete(step);
    if (steps?.size === 0) this.#bySource.delete(step.source);
  }

  /** The next step of a source that may; undefined where there is none. */
  take(may: (source: string) => boolean = () => true): Step | undefined {
    for (const [source, steps] of this.#bySource) {
      if (!may(source)) continue;
      const [first] = steps;
      // Its source is the last one now.
      this.#bySource.delete(source);
      steps.delete(first);
      if (steps.size > 0) this.#bySource.set(source, steps);
      return first;
    }
    return undefined;
  }
}
