/**
 * What is done about an outbox that fills faster than its peer reads: who fills it
 * is held, and a peer that takes nothing is judged.
 *
 * A system tells that a peer reads only when a large part of the socket's buffer
 * is free again: on Linux a third of up to 4 MiB. So a peer that reads 5 MB a
 * second seems to take nothing for a quarter of a second.
 */
import { Alarm, type Timers } from "../base/timers.ts";
import type { Overload } from "../wamp/overload.ts";
import type { BackPressure, Producer } from "./back_pressure.ts";

/** What the congestions of all outboxes of a transport have in common. */
export interface CongestionOptions {
  readonly timers: Timers;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  readonly backPressure: BackPressure;
  /** Bytes that may wait for a peer that takes nothing (FR-21). */
  readonly maxOutboxBytes: number;
  /** For how long a peer that takes nothing may hold a producer; 0: never. */
  readonly maxStallMs: number;
  /** For how long a peer may take nothing while a lot waits for it. */
  readonly slowAfterMs: number;
}

/** Why a peer counts as one that does not read (FR-21). */
export type Slowness =
  /** It takes nothing, and more than `max_outbox_bytes` waits. */
  | "full"
  /** It has taken nothing for `slow_after_ms`. */
  | "late";

/** The outbox, as its congestion sees it. */
export interface CongestedOutbox {
  /** What becomes of its peer. */
  readonly overload: Overload;
  /** Whether more waits for its peer than may. */
  readonly isOverfull: boolean;
  /** Ends the connection, or whatever else is to become of its peer. */
  judge(slowness: Slowness): void;
}

/** Above this part of the bound, who fills an outbox is held. */
const MARK_PART = 8;
/** Steps in which the system shows progress make peers seem slow, so far. */
const PATIENCE_FACTOR_MAX = 10;
/** Where a deadline is so much too late, the router itself stood still. */
const STANDSTILL_MS = 200;
/** Then what peers took meanwhile is known after so long. */
const RETRY_MS = 50;

/** Bytes above which who fills an outbox is held. */
export function markOf(maxOutboxBytes: number): number {
  return maxOutboxBytes / MARK_PART;
}

/** The congestion of one outbox. Made when first needed, and used again. */
export class Congestion {
  readonly #outbox: CongestedOutbox;
  readonly #own: Producer;
  readonly #options: CongestionOptions;
  readonly #alarm: Alarm;
  #isOn = false;
  /** When the alarm is due. */
  #dueMs = 0;
  /** Who is held, in the order in which they came. */
  #held: Producer[] = [];
  #heldSinceMs = 0;
  /** The peer itself, and works that it caused. */
  #ownHeld: Producer[] = [];
  /** Bytes above which producers are held; it doubles where holding was in vain. */
  #holdBytes = 0;
  /** When the peer took something, or the congestion began. */
  #progressMs = 0;
  /** For how long it may take nothing. */
  #patienceMs: number;
  /** Whether it took nothing for longer. */
  #isStalled = false;

  /** @param own The peer of the outbox, as one who sends. */
  constructor(
    outbox: CongestedOutbox,
    own: Producer,
    options: CongestionOptions,
  ) {
    this.#outbox = outbox;
    this.#own = own;
    this.#options = options;
    this.#alarm = new Alarm(options.timers);
    this.#patienceMs = shortestPatienceMs(options);
  }

  /** Whether more than a little waits still. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether the peer takes nothing. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /**
   * Something was added, and `bytes` wait.
   *
   * @param isTight Whether all outboxes together are near their bound; else it is
   * more than the mark.
   */
  grew(bytes: number, isTight: boolean): void {
    if (!this.#isOn) this.#begin();
    const { producer } = this.#options.backPressure;
    if (producer !== undefined) {
      const isOwn = producer === this.#own || producer.cause === this.#own;
      if (isOwn) this.#holdOwn(producer);
      else if (this.#holdBytes < Infinity) {
        if (isTight || bytes > this.#holdBytes) this.#hold(producer);
      }
    }
    if (this.#isStalled && this.#outbox.isOverfull) this.#outbox.judge("full");
  }

  /** The peer took something, and `bytes` are left. */
  progressed(bytes: number): void {
    if (!this.#isOn) return;
    const nowMs = this.#options.nowMs();
    const shortestMs = shortestPatienceMs(this.#options);
    this.#patienceMs = Math.min(
      Math.max(
        shortestMs,
        this.#patienceMs / 2,
        2 * (nowMs - this.#progressMs),
      ),
      shortestMs * PATIENCE_FACTOR_MAX,
    );
    this.#progressMs = nowMs;
    this.#holdBytes = this.#firstHoldBytes;
    if (this.#isStalled) this.#setAlarm(nowMs, this.#patienceMs);
    this.#isStalled = false;
    if (bytes <= markOf(this.#options.maxOutboxBytes) / 2) this.end();
  }

  /** Lets go of all who are held. */
  end(): void {
    this.#isOn = false;
    this.#isStalled = false;
    this.#alarm.clear();
    this.#releaseOthers();
    const own = this.#ownHeld;
    this.#ownHeld = [];
    for (const producer of own) producer.release();
  }

  #begin(): void {
    const nowMs = this.#options.nowMs();
    this.#isOn = true;
    this.#holdBytes = this.#firstHoldBytes;
    this.#progressMs = nowMs;
    this.#setAlarm(nowMs, this.#patienceMs);
  }

  #hold(producer: Producer): void {
    // One message can bring it here several times.
    if (this.#held.at(-1) === producer) return;
    if (this.#held.length === 0) {
      this.#heldSinceMs = this.#options.nowMs();
      this.#setAlarm(this.#heldSinceMs, this.#patienceMs);
    }
    this.#held.push(producer);
    producer.hold();
  }

  /** Who asks for more than it reads waits until it has: that harms nobody else. */
  #holdOwn(producer: Producer): void {
    if (this.#ownHeld.at(-1) === producer) return;
    this.#ownHeld.push(producer);
    producer.hold();
  }

  #releaseOthers(): void {
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    // Who comes first fills most: next time it is the last.
    held.push(held.shift() as Producer);
    for (const producer of held) producer.release();
  }

  #setAlarm(nowMs: number, delayMs: number): void {
    this.#dueMs = nowMs + delayMs;
    this.#alarm.set(delayMs, () => this.#check());
  }

  #check(): void {
    const nowMs = this.#options.nowMs();
    if (nowMs > this.#dueMs + STANDSTILL_MS) {
      return this.#setAlarm(nowMs, RETRY_MS);
    }
    const { slowAfterMs } = this.#options;
    const stillMs = nowMs - this.#progressMs;
    if (stillMs < this.#patienceMs) {
      return this.#setAlarm(nowMs, this.#patienceMs - stillMs);
    }
    const isLate = stillMs >= slowAfterMs;
    if (isLate) this.#outbox.judge("late");
    // Not all are closed then.
    if (this.#isOn && !this.#holdsOn) {
      this.#isStalled = true;
      if (this.#outbox.isOverfull) this.#outbox.judge("full");
      const heldMs = nowMs - this.#heldSinceMs;
      if (this.#held.length > 0 && heldMs < this.#patienceMs) {
        return this.#setAlarm(nowMs, this.#patienceMs - heldMs);
      }
      this.#giveUp();
    }
    if (!this.#isOn) return;
    this.#setAlarm(nowMs, isLate ? slowAfterMs : slowAfterMs - stillMs);
  }

  /** Whether it holds those who send for as long as it takes. */
  get #holdsOn(): boolean {
    return this.#outbox.overload === "pause_publisher";
  }

  get #firstHoldBytes(): number {
    const { maxStallMs, maxOutboxBytes } = this.#options;
    const holds = maxStallMs > 0 || this.#holdsOn;
    return holds ? markOf(maxOutboxBytes) : Infinity;
  }

  /** Holding was in vain: it is tried again when twice as much waits. */
  #giveUp(): void {
    if (this.#held.length === 0) return;
    this.#holdBytes *= 2;
    if (this.#holdBytes > this.#options.maxOutboxBytes / 2) {
      this.#holdBytes = Infinity;
    }
    this.#releaseOthers();
  }
}

/** Without holding anybody it still takes a moment to see that nothing is taken. */
function shortestPatienceMs({ maxStallMs }: CongestionOptions): number {
  return Math.max(maxStallMs, RETRY_MS);
}
