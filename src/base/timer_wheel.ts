/**
 * One timer for everything that waits.
 *
 * Deadlines stand in slots of one tick each; a single coarse timer of the host
 * turns the wheel. Setting and clearing a deadline is cheap and makes next to
 * no garbage: every connection does both several times before it has joined. A
 * deadline never fires early, and at most one tick late.
 */

/** A deadline that was set: give it back to {@linkcode TimerWheel.clear}. */
export interface Deadline {
  /** When it is due, in ticks of the wheel. */
  readonly dueTick: number;
  /** Called once when it is due. */
  readonly fire: () => void;
  /** Where it stands in its slot; -1 when it has fired or was cleared. */
  index: number;
}

/** So many deadlines fire before it is asked whether the rest has to wait. */
const FIRED_UNASKED = 16;

/** Empty slots that are no further away are kept. */
const NEAR_TICKS = 1024;

/** Slots by tick, turned by {@linkcode TimerWheel.advance}. */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #slots = new Map<number, Deadline[]>();
  readonly #onBusy: (busy: boolean) => void;
  #currentTick = 0;
  #count = 0;
  #busy = false;

  /**
   * @param tickMs How coarse the wheel is, in milliseconds.
   * @param onBusy Told when the wheel has to be turned, and, by a turn that
   * finds nothing left to wait for, when it need not be any more.
   */
  constructor(tickMs: number, onBusy: (busy: boolean) => void) {
    this.#tickMs = tickMs;
    this.#onBusy = onBusy;
  }

  /** How many deadlines are set. */
  get count(): number {
    return this.#count;
  }

  /** Calls `fire` once, `delayMs` after `nowMs` or up to a tick later. */
  set(nowMs: number, delayMs: number, fire: () => void): Deadline {
    if (!this.#busy) {
      this.#busy = true;
      this.#currentTick = Math.floor(nowMs / this.#tickMs);
      this.#onBusy(true);
    }
    const dueTick = Math.max(
      Math.ceil((nowMs + delayMs) / this.#tickMs),
      this.#currentTick + 1,
    );
    let slot = this.#slots.get(dueTick);
    if (slot === undefined) this.#slots.set(dueTick, slot = []);
    const deadline = { dueTick, fire, index: slot.length };
    slot.push(deadline);
    this.#count++;
    return deadline;
  }

  /** Takes a deadline back; one that has fired is left alone. */
  clear(deadline: Deadline): void {
    const slot = this.#slots.get(deadline.dueTick);
    if (slot === undefined || deadline.index < 0) return;
    const last = slot.pop();
    if (last !== undefined && last !== deadline) {
      slot[deadline.index] = last;
      last.index = deadline.index;
    }
    deadline.index = -1;
    this.#count--;
    // Slots that are soon reached are used again and again, and go then.
    if (
      slot.length === 0 && deadline.dueTick > this.#currentTick + NEAR_TICKS
    ) {
      this.#slots.delete(deadline.dueTick);
    }
  }

  /**
   * Fires all that is due at `nowMs`.
   *
   * @param isSpent Asked now and then: whether the rest has to wait.
   * @returns False where it does: advance again.
   */
  advance(nowMs: number, isSpent: () => boolean = () => false): boolean {
    const target = Math.floor(nowMs / this.#tickMs);
    while (this.#currentTick < target && this.#count > 0) {
      if (!this.#fireSlot(this.#currentTick + 1, isSpent)) return false;
      this.#currentTick++;
    }
    this.#currentTick = Math.max(this.#currentTick, target);
    if (this.#count > 0 || !this.#busy) return true;
    this.#slots.clear();
    this.#busy = false;
    this.#onBusy(false);
    return true;
  }

  /** @returns False where some are left. */
  #fireSlot(tick: number, isSpent: () => boolean): boolean {
    const slot = this.#slots.get(tick);
    if (slot === undefined) return true;
    // What fires may clear its neighbours: take one at a time.
    for (let fired = 1; slot.length > 0; fired++) {
      const deadline = slot[slot.length - 1];
      this.clear(deadline);
      deadline.fire();
      if (fired % FIRED_UNASKED === 0 && slot.length > 0 && isSpent()) {
        return false;
      }
    }
    this.#slots.delete(tick);
    return true;
  }
}
