/**
 * Decisions that are remembered, the longest unused forgotten first.
 */
import { RecentMap } from "../base/recent_map.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import type { Action } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { type Decision, type DecisionBits, withDecision } from "./decision.ts";

/** Decisions on requests with longer options (as text) are not remembered. */
const OPTIONS_TEXT_MAX = 512;

/**
 * The key of a remembered decision: all that the authorizer is told of the request
 * except the action. Undefined where that is too long.
 */
export function decisionKey(
  action: Action,
  uri: string,
  match: MatchPolicy,
  options: Dict,
): string | undefined {
  // No URI has white space in it.
  const key = match === "exact" ? uri : `${match} ${uri}`;
  if (options === EMPTY_DICT) return key;
  const told = Object.keys(options);
  // It is in the key already.
  const names = action === "subscribe" || action === "register"
    ? told.filter((name) => name !== "match")
    : told;
  if (names.length === 0) return key;
  const text = optionsText(names, options);
  return text === undefined ? undefined : `${key}\t${text}`;
}

function optionsText(
  names: readonly string[],
  options: Dict,
): string | undefined {
  let text = "";
  // Each takes four characters at least.
  if (names.length > OPTIONS_TEXT_MAX / 4) return undefined;
  for (const name of names.toSorted()) {
    if (name.length > OPTIONS_TEXT_MAX) return undefined;
    const value = valueText(options[name]);
    if (value === undefined) return undefined;
    text += `${JSON.stringify(name)}:${value} `;
    if (text.length > OPTIONS_TEXT_MAX) return undefined;
  }
  return text;
}

/** Scalars and lists of them, as all options are that have an effect. */
function valueText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return scalarText(value);
  // Each takes two characters at least.
  if (value.length > OPTIONS_TEXT_MAX / 2) return undefined;
  const items = value.map(scalarText);
  return items.includes(undefined) ? undefined : `[${items.join()}]`;
}

function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value.length > OPTIONS_TEXT_MAX
        ? undefined
        : JSON.stringify(value);
    case "number":
    case "boolean":
      return String(value);
    case "bigint":
      return `${value}n`;
    default:
      return value === null ? "null" : undefined;
  }
}

/** A bounded number of keys, and what was decided under each. */
export class DecisionCache {
  readonly #bits: RecentMap<DecisionBits>;

  /** @param sizeMax How many keys; 0: nothing is remembered. */
  constructor(sizeMax: number) {
    this.#bits = new RecentMap(sizeMax);
  }

  /** How many keys are remembered. */
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
   * @returns How many keys.
   */
  forget(concerns: (key: string) => boolean = () => true): number {
    const before = this.#bits.size;
    for (const key of this.#bits.keys()) {
      if (concerns(key)) this.#bits.delete(key);
    }
    return before - this.#bits.size;
  }
}
