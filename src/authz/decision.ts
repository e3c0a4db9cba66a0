/**
 * What an authorizer decides, as bits: one number has the decisions on all four
 * actions on a URI.
 */
import { isDict } from "../wamp/options.ts";
import type { Action } from "../wamp/router_uris.ts";

/** For whom a decision holds; see {@linkcode readDecision}. */
export type DecisionScope = "once" | "session" | "authid" | "role";

/** What an authorizer decided. */
export interface Decision {
  readonly allow: boolean;
  /** Whether the session is disclosed (PI-03, CI-02). */
  readonly disclose: boolean;
  /** Whether REGISTER may replace callees that did not agree to it (RV-04). */
  readonly forceReregister: boolean;
  readonly scope: DecisionScope;
}

/** An answer that is not a decision: it allows nothing (AZ-04). */
export interface Undecided {
  readonly failure: string;
}

const KEYS: ReadonlySet<string> = new Set([
  "allow",
  "disclose",
  "force_reregister",
  "cache",
  "validate",
]);

/**
 * Reads an authorizer's result (AZ-08): a boolean, or a dict with
 *
 * - `allow`: boolean;
 * - `disclose`: boolean, default false;
 * - `force_reregister`: boolean, default false; ours;
 * - `cache`: for whom the decision may be remembered: `"session"` or true, for
 *   this session; `"authid"`, for all sessions of its authid under its role;
 *   `"role"`, for all of its role; false (the default): not at all.
 *
 * `validate`, which Crossbar.io knows, may be there when it is null. Any other
 * key, and any other type, makes it an answer that is not a decision.
 */
export function readDecision(value: unknown): Decision | Undecided {
  if (typeof value === "boolean") {
    const [disclose, forceReregister] = [false, false];
    return { allow: value, disclose, forceReregister, scope: "once" };
  }
  if (!isDict(value)) {
    return { failure: "its result is neither a boolean nor a dict" };
  }
  const given = new Map(
    Object.entries(value).filter(([, item]) => item !== null),
  );
  for (const key of given.keys()) {
    if (!KEYS.has(key) || key === "validate") {
      return {
        failure: `its result has a key that is not supported: "${
          key.slice(0, 100)
        }"`,
      };
    }
  }
  const allow = given.get("allow");
  const disclose = given.get("disclose") ?? false;
  const forceReregister = given.get("force_reregister") ?? false;
  const scope = scopeOf(given.get("cache"));
  if (typeof allow !== "boolean") {
    return { failure: 'its result has no "allow" that is a boolean' };
  }
  if (typeof disclose !== "boolean") {
    return { failure: 'its result has a "disclose" that is not a boolean' };
  }
  if (typeof forceReregister !== "boolean") {
    return {
      failure: 'its result has a "force_reregister" that is not a boolean',
    };
  }
  if (scope === undefined) {
    return {
      failure:
        'its result has a "cache" that is neither a boolean nor "session", "authid" or "role"',
    };
  }
  return { allow, disclose, forceReregister, scope };
}

function scopeOf(cache: unknown): DecisionScope | undefined {
  switch (cache) {
    case undefined:
    case false:
      return "once";
    case true:
      return "session";
    case "session":
    case "authid":
    case "role":
      return cache;
    default:
      return undefined;
  }
}

const SHIFT: Readonly<Record<Action, number>> = {
  call: 0,
  register: 3,
  publish: 6,
  subscribe: 9,
};
const KNOWN = 1;
const ALLOWED = 2;
const DISCLOSED = 4;
const ALL = KNOWN | ALLOWED | DISCLOSED;
/** It belongs to the decision about `register`. */
const FORCE_REREGISTER = 1 << 12;

/** Decisions about the four actions on one URI: three bits for each, and one. */
export type DecisionBits = number;

/** Puts a decision about `action` in. */
export function withDecision(
  bits: DecisionBits,
  action: Action,
  { allow, disclose, forceReregister }: Decision,
): DecisionBits {
  const ours = KNOWN | (allow ? ALLOWED : 0) | (disclose ? DISCLOSED : 0);
  const others = bits & ~(ALL << SHIFT[action]);
  if (action !== "register") return others | ours << SHIFT[action];
  return others & ~FORCE_REREGISTER | ours << SHIFT[action] |
    (forceReregister ? FORCE_REREGISTER : 0);
}

/** What `bits` says about `action`, which is decided, for this session. */
export function decisionIn(bits: DecisionBits, action: Action): Decision {
  return {
    allow: isAllowed(bits, action),
    disclose: isDisclosed(bits, action),
    forceReregister: action === "register" && canForceReregister(bits),
    scope: "session",
  };
}

/** Whether REGISTER may replace callees that did not agree to it. */
export function canForceReregister(bits: DecisionBits): boolean {
  return (bits & FORCE_REREGISTER) !== 0;
}

/** Whether there is a decision about `action`. */
export function isDecided(bits: DecisionBits, action: Action): boolean {
  return (bits >> SHIFT[action] & KNOWN) !== 0;
}

/** Whether `action` is allowed. */
export function isAllowed(bits: DecisionBits, action: Action): boolean {
  return (bits >> SHIFT[action] & ALLOWED) !== 0;
}

/** Whether the session that does it is disclosed. */
export function isDisclosed(bits: DecisionBits, action: Action): boolean {
  return (bits >> SHIFT[action] & DISCLOSED) !== 0;
}
