/**
 * Decisions that are remembered, the longest unused forgotten first.
 */
import type { Action } from "../router/ports.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { type Decision, type DecisionBits, withDecision } from "./decision.ts";

/** The key of a URI or pattern; no URI has white space in it. */
export function decisionKey(uri: string, match: MatchPolicy): string {
  return match === "exact" ? uri : `${match} ${uri}`;
}

/** A bounded number of URIs, and what was decided about each. */
export class DecisionCache {
  /** In the order of use. */
  readonly #bits = new Map<string, DecisionBits>();
  readonly #sizeMax: number;

  /** @param sizeMax How many URIs; 0: nothing is remembered. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** How many URIs are remembered. */
  get size(): number {
    return this.#bits.size;
  }

  /** What is remembered under `key`, which counts as use; 0: nothing. */
  get(key: string): DecisionBits {
    const bits = this.#bits.get(key);
    if (bits === undefined) return 0;
    this.#bits.delete(key);
    this.#bits.set(key, bits);
    return bits;
  }

  /** The same, without counting as use: one look-up. */
  peek(key: string): DecisionBits {
    return this.#bits.get(key) ?? 0;
  }

  /** Remembers a decision. */
  set(key: string, action: Action, decision: Decision): void {
    const bits = withDecision(this.get(key), action, decision);
    this.#bits.set(key, bits);
    if (this.#bits.size <= this.#sizeMax) return;
    for (const oldest of this.#bits.keys()) {
      this.#bits.delete(oldest);
      return;
    }
  }

  /**
   * Forgets what `concerns` is true for; absent: everything.
   *
   * @returns How many URIs.
   */
  forget(concerns?: (key: string) => boolean): number {
    const before = this.#bits.size;
    if (concerns === undefined) this.#bits.clear();
    else {
      for (const key of this.#bits.keys()) {
        if (concerns(key)) this.#bits.delete(key);
      }
    }
    return before - this.#bits.size;
  }
}
