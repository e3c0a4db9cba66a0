/**
 * How two sets of URIs, each given by a pattern, relate. A wildcard pattern
 * without an empty component stands for one URI; so does every exact one.
 */
import {
  everyComponentPair,
  type MatchPolicy,
  uriMatches,
} from "../wamp/uri.ts";

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
  return everyComponentPair(
    outer.uri,
    inner.uri,
    (wide, narrow) => wide === "" || wide === narrow,
  );
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
  return everyComponentPair(
    a.uri,
    b.uri,
    (left, right) => left === "" || right === "" || left === right,
  );
}

/** Whether `pattern` stands for one URI only. */
export function isOneUri(pattern: Pattern): boolean {
  return pattern.match === "exact" ||
    (pattern.match === "wildcard" && firstEmptyComponent(pattern.uri) < 0);
}

/** The text that everything matched begins with. */
function literalHead(pattern: Pattern): string {
  if (pattern.match === "prefix") return pattern.uri;
  return pattern.uri.slice(0, firstEmptyComponent(pattern.uri));
}

/** Where the first empty component of `uri` stands; -1 where there is none. */
function firstEmptyComponent(uri: string): number {
  if (uri === "" || uri.startsWith(".")) return 0;
  const dots = uri.indexOf("..");
  if (dots >= 0) return dots + 1;
  return uri.endsWith(".") ? uri.length : -1;
}

function prefixOverlapsWildcard(prefix: string, wildcard: string): boolean {
  let start = 0;
  let at = 0;
  while (at <= wildcard.length) {
    const dot = prefix.indexOf(".", start);
    const part = componentAt(wildcard, at);
    // The prefix may end in the middle of a component.
    if (dot < 0) return part === "" || part.startsWith(prefix.slice(start));
    if (part !== "" && part !== prefix.slice(start, dot)) return false;
    start = dot + 1;
    at += part.length + 1;
  }
  return false;
}

function componentAt(uri: string, start: number): string {
  const end = uri.indexOf(".", start);
  return end < 0 ? uri.slice(start) : uri.slice(start, end);
}
