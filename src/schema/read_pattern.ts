/**
 * URIs that stand for many: of permissions and of histories. Stars become match
 * policies.
 *
 * @module
 */

import { isValidUri, type MatchPolicy } from "../wamp/uri.ts";
import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";
import type { Key } from "./key.ts";
import { has, nodeOf, type Section } from "./object_type.ts";

/** A URI or pattern without stars. */
export interface PatternConfig {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** The keys of a section that has a pattern. */
export type PatternKeys = {
  readonly uri: Key<string | undefined>;
  readonly match: Key<MatchPolicy | undefined>;
};

/** The pattern of `section`, or undefined with a finding added. */
export function readPattern(
  section: Section<PatternKeys>,
  uriCheck: "loose" | "strict",
  context: CheckContext,
): PatternConfig | undefined {
  const place = nodeOf(section, "uri");
  const pattern = readStars(section, place, context);
  if (pattern === undefined) return undefined;
  const { uri, match } = pattern;
  if (!isValidUri(uri, match, "loose")) {
    context.error(place, ...describeBadPattern(uri, match));
    return undefined;
  }
  if (uriCheck === "strict" && !isValidUri(uri, match, "strict")) {
    context.warn(
      place,
      "no URI matches this: the realm is strict, its URIs have only lower case letters, digits and _",
    );
  }
  return pattern;
}

/** How each policy covers what people write stars for. */
const STARLESS: Readonly<Record<MatchPolicy, string>> = {
  exact: "this covers that one URI alone",
  prefix: "a prefix covers all that begins with it, and needs no star",
  wildcard: "an empty component stands for any",
};

function readStars(
  section: Section<PatternKeys>,
  place: ConfigNode,
  context: CheckContext,
): PatternConfig | undefined {
  const { uri, match } = section.values;
  if (uri === undefined) return undefined;
  if (has(section, "match")) {
    if (match === undefined) return undefined;
    if (uri.includes("*")) {
      context.warn(
        place,
        `the "*" is an ordinary character here, since "match" is given; ${
          STARLESS[match]
        }`,
      );
    }
    return { uri, match };
  }
  if (!uri.includes("*")) return { uri, match: "exact" };
  if (uri.indexOf("*") === uri.length - 1) {
    return { uri: uri.slice(0, -1), match: "prefix" };
  }
  const parts = uri.split(".");
  if (parts.some((part) => part.includes("*") && part !== "*")) {
    const right = 'use it as in "com.*.create", or once at the end';
    context.error(place, 'a "*" stands for a whole component', right);
    return undefined;
  }
  const pattern = parts.map((part) => part === "*" ? "" : part).join(".");
  return { uri: pattern, match: "wildcard" };
}

function describeBadPattern(
  uri: string,
  match: MatchPolicy,
): [wrong: string, right: string] {
  const shown = JSON.stringify(uri);
  if (match === "wildcard" || !/(^|\.)(\.|$)/.test(uri)) {
    return [`${shown} is not a URI`, "write one of at most 4096 characters"];
  }
  const right = match === "exact" && uri === ""
    ? 'write "*" for all URIs'
    : 'write "*" for the component that may be any, or "match": "wildcard"';
  return [`${shown} has an empty component`, right];
}
