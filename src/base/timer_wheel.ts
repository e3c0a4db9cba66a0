/**
 * One timer for everything that waits.
 *
 * Deadlines are put into slots of one tick each; a single coarse timer of the
 * host turns the wheel. Setting and clearing a deadline is a Set operation, so
 * thousands of sessions cost no host timers. A deadline never fires early and
 * at most one tick late.
 */

/** A deadline that was set: give it back to {@linkcode TimerWheel.clear}. */
export interface Deadline {
  /** When it is due, in wheel ticks. */
  readonly dueTick: number;
  /** Called once when it is due. */
  readonly fire: () => void;
}

/** Slots by tick, turned by {@linkcode TimerWheel.advance}. */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #slots = new Map<number, Set<Deadline>>();
  readonly #onBusy: (busy: boolean) => void;
  #currentTick: number;
  #count = 0;

  /**
   * @param tickMs How coarse the wheel is, in milliseconds.
   * @param nowMs The present time, monotonic.
   * @param onBusy Told when the first deadline is set and when the last is
   * gone, so that the host's timer runs only while something waits.
   */
  constructor(
    tickMs: number,
    nowMs: number,
    onBusy: (busy: boolean) => void,
  ) {
    this.#tickMs = tickMs;
    this.#currentTick = Math.floor(nowMs / tickMs);
    this.#onBusy = onBusy;
  }

  /** How many deadlines are set. */
  get count(): number {
    return this.#count;
  }

  /** Calls `fire` once, `delayMs` after `nowMs` or up to a tick later. */
  set(nowMs: number, delayMs: number, fire: () => void): Deadline {
    if (this.#count === 0) this.#currentTick = Math.floor(nowMs / this.#tickMs);
    const dueTick = Math.max(
      Math.ceil((nowMs + delayMs) / this.#tickMs),
      this.#currentTick + 1,
    );
    const deadline = { dueTick, fire };
    const slot = this.#slots.get(dueTick);
    if (slot === undefined) this.#slots.set(dueTick, new Set([deadline]));
    else slot.add(deadline);
    if (++this.#count === 1) this.#onBusy(true);
    return deadline;
  }

  /** Takes a deadline back; one that has fired is left alone. */
  clear(deadline: Deadline): void {
    const slot = this.#slots.get(deadline.dueTick);
    if (slot === undefined || !slot.delete(deadline)) return;
    if (slot.size === 0) this.#slots.delete(deadline.dueTick);
    this.#forget(1);
  }

  /** Fires all that is due at `nowMs`. */
  advance(nowMs: number): void {
    const target = Math.floor(nowMs / this.#tickMs);
    while (this.#currentTick < target && this.#count > 0) {
      const slot = this.#slots.get(++this.#currentTick);
      if (slot === undefined) continue;
      // What fires may clear its neighbours: take them one at a time, and
      // leave the slot in its place until it is empty.
      for (const deadline of slot) {
        this.clear(deadline);
        deadline.fire();
      }
    }
    if (this.#currentTick < target) this.#currentTick = target;
  }

  #forget(count: number): void {
    this.#count -= count;
    if (this.#count === 0) this.#onBusy(false);
  }
}
