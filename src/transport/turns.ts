/**
 * Divides the time of the event loop among all that connections have to do.
 *
 * A read that finds bytes ends without a turn of the event loop, and so would the
 * next: as long as somebody floods the router, no timer would fire and no other
 * socket be looked at. So what is done is measured, and after each
 * {@linkcode TURN_MS} of work the event loop has a turn, whoever asks for more.
 *
 * Who has used little comes first, and who has used much waits behind the others,
 * but for one piece of work in each turn: it would never be done otherwise.
 */

import { setImmediate } from "node:timers";

/** So much work is done between two turns of the event loop. */
export const TURN_MS = 3;

/** After so long without work the event loop has had a turn by itself: reads and writes take less. */
const IDLE_MS = 0.3;

/** Up to so much is little, and up to so much not yet much. */
const LITTLE_MS = 0.3;
const MUCH_MS = 3;
/** Of what a connection has used, so much is forgotten in each millisecond. */
const FORGOTTEN = 0.25;
/** More is not held against it: when it stops, it waits behind nobody in two seconds. */
const USED_MS_MAX = 500;

/** How much has been used lately: the less, the sooner the next is done. */
export const Level = { LITTLE: 0, SOME: 1, MUCH: 2 } as const;

/** One of the levels above. */
export type Level = typeof Level[keyof typeof Level];

/** How much of the time one connection has had. */
export class Usage {
  #usedMs = 0;
  #atMs = 0;

  /** Where it stands. */
  get level(): Level {
    if (this.#usedMs <= LITTLE_MS) return Level.LITTLE;
    return this.#usedMs <= MUCH_MS ? Level.SOME : Level.MUCH;
  }

  /** Notes that it had `ms` just now. */
  add(ms: number, nowMs: number): void {
    const rest = this.#usedMs - (nowMs - this.#atMs) * FORGOTTEN;
    this.#usedMs = Math.min(Math.max(0, rest) + ms, USED_MS_MAX);
    this.#atMs = nowMs;
  }
}

/**
 * Calls `taken` when the event loop has had a turn.
 *
 * @param hasLooked Whether it is known to have looked at its sockets.
 */
export type TakeTurn = (taken: () => void, hasLooked: () => boolean) => void;

/** Something to do. It says {@linkcode Turns.done} at its end, now or later. */
export type Work = () => void;

/** The turns of a router. */
export class Turns {
  readonly nowMs: () => number;
  readonly #takeTurn: TakeTurn;
  /** By level: the work that waits, from `#heads` on. */
  readonly #queues: readonly [Work[], Work[], Work[]] = [[], [], []];
  readonly #heads: [number, number, number] = [0, 0, 0];
  #waiting = 0;
  #spentMs = 0;
  /** When the work before ended. */
  #lastMs = 0;
  #beganMs = 0;
  /** Since when something is done that was not added here. */
  #asideMs: number | undefined = undefined;
  /** A piece of work of the last level is due before all others. */
  #isLastDue = false;
  #state: "idle" | "due" | "working" | "turning" = "idle";
  #count = 0;
  /** Whether work is begun by the loop, which goes on by itself. */
  #isInside = false;
  #isArmed = false;
  /** Whether a read has brought something since this turn began. */
  #hasRead = false;
  /** Told that the last turn is over. */
  #taken: (() => void) | undefined = undefined;
  readonly #step = () => this.#next();

  /**
   * @param nowMs A clock that never goes back.
   * @param takeTurn Takes a turn of the event loop.
   */
  constructor(
    nowMs: () => number,
    takeTurn: TakeTurn = takeRealTurn,
  ) {
    this.nowMs = nowMs;
    this.#takeTurn = takeTurn;
  }

  /** How many turns were taken because the time was up. */
  get count(): number {
    return this.#count;
  }

  /** Has `work` done, in this turn or in one soon. */
  add(work: Work, level: Level): void {
    this.#queues[level].push(work);
    this.#waiting++;
    if (this.#state !== "idle") return;
    this.#state = "due";
    // What came in the same moment is done together.
    queueMicrotask(this.#step);
  }

  /** Has `work` done behind all other, and measures it. */
  addLast(work: () => void): void {
    this.add(() => {
      work();
      this.done(this.nowMs());
    }, Level.MUCH);
  }

  /** Whether nothing more is to be done before the event loop has had a turn. */
  isSpent(): boolean {
    const nowMs = this.nowMs();
    if (this.#state === "working") {
      return this.#spentMs + nowMs - this.#sinceMs(this.#beganMs) >= TURN_MS;
    }
    if (this.#asideMs === undefined) {
      this.#asideMs = nowMs;
      this.addLast(() => this.#asideMs = undefined);
    }
    return nowMs - this.#asideMs >= TURN_MS;
  }

  /** As {@linkcode Turns.addLast}, for those who know of nothing else here. */
  later(work: () => void): void {
    this.addLast(work);
  }

  /**
   * There are no further turns: what waits is not done.
   *
   * @returns When the turn is over that is being taken.
   */
  stop(): Promise<void> {
    for (const level of LEVELS) {
      this.#queues[level].length = 0;
      this.#heads[level] = 0;
    }
    this.#waiting = 0;
    if (this.#state !== "turning") return Promise.resolve();
    return new Promise((resolve) => this.#taken = resolve);
  }

  /** When the work at hand began. */
  get beganMs(): number {
    return this.#beganMs;
  }

  /** The work at hand is done. */
  done(nowMs: number): void {
    this.#note(this.#beganMs, nowMs);
    this.#state = "idle";
    if (!this.#isInside) this.#next();
  }

  /**
   * Notes work that was not added here.
   *
   * @returns A promise where the time is up: no more is to be done before.
   */
  worked(beganMs: number, nowMs: number): Promise<void> | undefined {
    this.#note(beganMs, nowMs);
    if (this.#spentMs < TURN_MS) return undefined;
    return new Promise((resolve) => this.addLast(resolve));
  }

  /** Reading and writing are not measured, but lie between what is. */
  #note(beganMs: number, nowMs: number): void {
    this.#spentMs += nowMs - this.#sinceMs(beganMs);
    this.#lastMs = nowMs;
  }

  #sinceMs(beganMs: number): number {
    return beganMs - this.#lastMs < IDLE_MS ? this.#lastMs : beganMs;
  }

  #next(): void {
    this.#state = "idle";
    // Work that is done at once comes back here before the next.
    while (this.#waiting > 0 && this.#state === "idle") {
      if (this.#spentMs >= TURN_MS) return this.#turn();
      const work = this.#choose();
      this.#state = "working";
      this.#beganMs = this.nowMs();
      this.#isInside = true;
      work();
      this.#isInside = false;
    }
  }

  #choose(): Work {
    const level = this.#nextLevel();
    const queue = this.#queues[level];
    const work = queue[this.#heads[level]++];
    this.#waiting--;
    if (this.#heads[level] === queue.length) {
      queue.length = 0;
      this.#heads[level] = 0;
    }
    return work;
  }

  #nextLevel(): Level {
    const isLastDue = this.#isLastDue && this.#has(Level.MUCH);
    this.#isLastDue = false;
    if (isLastDue) return Level.MUCH;
    if (this.#has(Level.LITTLE)) return Level.LITTLE;
    return this.#has(Level.SOME) ? Level.SOME : Level.MUCH;
  }

  #has(level: Level): boolean {
    return this.#heads[level] < this.#queues[level].length;
  }

  #turn(): void {
    this.#state = "turning";
    this.#count++;
    this.#hasRead = false;
    setImmediate(() => {
      // What was there to read at once has been read: what comes now is new.
      this.#isArmed = true;
    });
    this.#takeTurn(() => {
      this.#isArmed = false;
      this.#spentMs = 0;
      this.#lastMs = this.nowMs();
      this.#isLastDue = true;
      this.#taken?.();
      this.#next();
    }, () => this.#hasRead);
  }

  /** A read brought something. */
  readCame(): void {
    if (this.#isArmed) this.#hasRead = true;
  }
}

const LEVELS: readonly Level[] = [Level.LITTLE, Level.SOME, Level.MUCH];

const ONE_BYTE = new Uint8Array(1);
/** The runtime looks at its sockets once in so many rounds, if it never rests. */
const ROUNDS = 62;

/**
 * A turn in which the event loop looks at its sockets. It does when it rests: for
 * another thread, which is quicker than any timer. Where that thread was quicker
 * than the rest, nothing was looked at: then so many rounds are made that it is.
 */
function takeRealTurn(taken: () => void, hasLooked: () => boolean): void {
  let rounds = 0;
  const round = () => {
    if (hasLooked() || ++rounds > ROUNDS) taken();
    else setImmediate(round);
  };
  crypto.subtle.digest("SHA-1", ONE_BYTE).then(round);
}
