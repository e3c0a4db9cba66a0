import type { OutboxBudget } from "./outbox_budget.ts";

const NOTHING = new Uint8Array(0);

/**
 * One frame that waits in many outboxes: it is in memory once, and counted once,
 * until the last of them has written it.
 */
export class SharedFrame {
  /** How long it is, in bytes. */
  readonly length: number;
  readonly #budget: OutboxBudget;
  #bytes: Uint8Array<ArrayBuffer>;
  #holders = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>, budget: OutboxBudget) {
    this.length = bytes.length;
    this.#budget = budget;
    this.#bytes = bytes;
  }

  /** Empty once nobody waits for it any more. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Whether it can still be put into outboxes. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** One more outbox has it. */
  retain(): void {
    this.#holders++;
    if (this.#holders === 1) this.#budget.add(this.length);
  }

  /** One outbox has written it, or will not. */
  release(): void {
    this.#holders--;
    if (this.#holders > 0) return;
    this.#bytes = NOTHING;
    this.#budget.add(-this.length);
  }
}
