/**
 * URI rules (checklist §3.2). All checks are linear in the length (UR-15).
 */

/** How a subscription or registration matches URIs (PM-01, PB-01). */
export type MatchPolicy = "exact" | "prefix" | "wildcard";

/** `loose` always holds; `strict` allows only `[0-9a-z_]` (UR-01). */
export type UriCheck = "loose" | "strict";

/** The longest URI accepted, in UTF-16 code units (UR-15). */
export const URI_LENGTH_MAX = 4096;

const DOT = 0x2e;
const HASH = 0x23;
const SPACE_REGEXP = /\s/;

/**
 * Whether `uri` is valid where `match` applies: `exact` allows no empty
 * component (UR-02), `prefix` only the last (UR-03), `wildcard` any (UR-04).
 */
export function isValidUri(
  uri: string,
  match: MatchPolicy,
  check: UriCheck,
): boolean {
  const length = uri.length;
  if (length > URI_LENGTH_MAX) return false;
  let afterDot = true;
  let foreign = false;
  for (let i = 0; i < length; i++) {
    const unit = uri.charCodeAt(i);
    if (unit === DOT) {
      if (afterDot && match !== "wildcard") return false;
      afterDot = true;
    } else {
      afterDot = false;
      if (!isStrictUnit(unit)) foreign = true;
    }
  }
  if (afterDot && match === "exact") return false;
  return !foreign || (check === "loose" && isLoose(uri));
}

/** Whether `uri` is matched by `pattern` under `match` (PM-02 to PM-05). */
export function uriMatches(
  pattern: string,
  match: MatchPolicy,
  uri: string,
): boolean {
  if (match === "exact") return pattern === uri;
  if (match === "prefix") return uri.startsWith(pattern);
  return everyComponentPair(
    pattern,
    uri,
    (wanted, given) => wanted === "" || wanted === given,
  );
}

/**
 * Whether `a` and `b` have equally many components and `test` holds for each
 * pair of them. Stops at the first pair for which it does not: rules are many,
 * URIs may be long, and most differ early.
 */
export function everyComponentPair(
  a: string,
  b: string,
  test: (partOfA: string, partOfB: string) => boolean,
): boolean {
  let startA = 0;
  let startB = 0;
  while (true) {
    const endA = componentEnd(a, startA);
    const endB = componentEnd(b, startB);
    if (!test(a.slice(startA, endA), b.slice(startB, endB))) return false;
    if (endA === a.length || endB === b.length) {
      return endA === a.length && endB === b.length;
    }
    startA = endA + 1;
    startB = endB + 1;
  }
}

/** Where the component that begins at `start` ends. */
function componentEnd(uri: string, start: number): number {
  const end = uri.indexOf(".", start);
  return end < 0 ? uri.length : end;
}

function isStrictUnit(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x5f;
}

function isLoose(uri: string): boolean {
  for (let i = 0; i < uri.length; i++) {
    if (uri.charCodeAt(i) === HASH) return false;
  }
  return !SPACE_REGEXP.test(uri);
}
