/**
 * Decisions that are remembered, the longest unused forgotten first.
 */
import { RecentMap } from "../base/recent_map.ts";
import type { Action } from "../router/ports.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { type Decision, type DecisionBits, withDecision } from "./decision.ts";

/** The key of a URI or pattern; no URI has white space in it. */
export function decisionKey(uri: string, match: MatchPolicy): string {
  return match === "exact" ? uri : `${match} ${uri}`;
}

/** A bounded number of URIs, and what was decided about each. */
export class DecisionCache {
  readonly #bits: RecentMap<DecisionBits>;

  /** @param sizeMax How many URIs; 0: nothing is remembered. */
  constructor(sizeMax: number) {
    this.#bits = new RecentMap(sizeMax);
  }

  /** How many URIs are remembered. */
  get size(): number {
    return this.#bits.size;
  }

  /** What is remembered under `key`, which counts as use; 0: nothing. */
  get(key: string): DecisionBits {
    return this.#bits.use(key) ?? 0;
  }

  /** The same, without counting as use: one look-up. */
  peek(key: string): DecisionBits {
    return this.#bits.get(key) ?? 0;
  }

  /** Remembers a decision. */
  set(key: string, action: Action, decision: Decision): void {
    this.#bits.set(key, withDecision(this.peek(key), action, decision));
  }

  /**
   * Forgets what `concerns` is true for; absent: everything.
   *
   * @returns How many URIs.
   */
  forget(concerns: (key: string) => boolean = () => true): number {
    const before = this.#bits.size;
    for (const key of this.#bits.keys()) {
      if (concerns(key)) this.#bits.delete(key);
    }
    return before - this.#bits.size;
  }
}
