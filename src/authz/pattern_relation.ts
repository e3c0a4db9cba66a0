/**
 * How two sets of URIs, each given by a pattern, relate. A wildcard pattern
 * without an empty component stands for one URI; so does every exact one.
 */
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";

/** A set of URIs. */
export interface Pattern {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** Whether every URI that `inner` matches is matched by `outer` too. */
export function covers(outer: Pattern, inner: Pattern): boolean {
  if (isOneUri(inner)) return uriMatches(outer.uri, outer.match, inner.uri);
  if (outer.match === "exact") return false;
  if (outer.match === "prefix") {
    // All that a pattern matches begins with its literal head.
    return literalHead(inner).startsWith(outer.uri);
  }
  if (inner.match === "prefix") return false;
  const wide = outer.uri.split(".");
  const narrow = inner.uri.split(".");
  return wide.length === narrow.length &&
    wide.every((part, index) => part === "" || part === narrow[index]);
}

/** Whether some URI may be matched by both. */
export function overlaps(a: Pattern, b: Pattern): boolean {
  if (isOneUri(a)) return uriMatches(b.uri, b.match, a.uri);
  if (isOneUri(b)) return uriMatches(a.uri, a.match, b.uri);
  if (a.match === "prefix" && b.match === "prefix") {
    return a.uri.startsWith(b.uri) || b.uri.startsWith(a.uri);
  }
  if (a.match === "prefix") return prefixOverlapsWildcard(a.uri, b.uri);
  if (b.match === "prefix") return prefixOverlapsWildcard(b.uri, a.uri);
  const left = a.uri.split(".");
  const right = b.uri.split(".");
  return left.length === right.length &&
    left.every((part, index) =>
      part === "" || right[index] === "" || part === right[index]
    );
}

function isOneUri(pattern: Pattern): boolean {
  return pattern.match === "exact" ||
    (pattern.match === "wildcard" && !pattern.uri.split(".").includes(""));
}

/** The text that everything matched begins with. */
function literalHead(pattern: Pattern): string {
  if (pattern.match === "prefix") return pattern.uri;
  const parts = pattern.uri.split(".");
  const firstEmpty = parts.indexOf("");
  return parts.slice(0, firstEmpty).map((part) => `${part}.`).join("");
}

function prefixOverlapsWildcard(prefix: string, wildcard: string): boolean {
  const given = prefix.split(".");
  const pattern = wildcard.split(".");
  if (given.length > pattern.length) return false;
  const last = given.length - 1;
  return given.every((part, index) => {
    if (pattern[index] === "") return true;
    // The prefix may end in the middle of a component.
    return index === last
      ? pattern[index].startsWith(part)
      : pattern[index] === part;
  });
}
