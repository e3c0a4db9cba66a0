/**
 * Types of meta procedures' arguments. What is of another type, or missing, is
 * undefined. A keyword that is null counts as absent, like an option (MF-08).
 */
import { ID_MAX } from "../../wamp/id.ts";
import { type Dict, isDict } from "../../wamp/options.ts";
import type { MatchPolicy } from "../../wamp/uri.ts";

/** `value` as an ID (ID-01). */
export function idOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) &&
      value >= 1 && value <= ID_MAX
    ? value
    : undefined;
}

/** `value` as text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `value` as a list. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** `value` as a list of texts. */
export function textListOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? value
    : undefined;
}

/** `value` as a dict. */
export function dictOf(value: unknown): Dict | undefined {
  return isDict(value) ? value : undefined;
}

/** The match policy that the dict `options` asks for; absent: exact. */
export function matchOf(options: unknown): MatchPolicy | undefined {
  if (isAbsent(options)) return "exact";
  const match = keyword(dictOf(options), "match");
  switch (match) {
    case undefined:
      return dictOf(options) && "exact";
    case "exact":
    case "prefix":
    case "wildcard":
      return match;
    default:
      return undefined;
  }
}

/** The argument `key` of `kwargs`; undefined where it is absent. */
export function keyword(kwargs: Dict | undefined, key: string): unknown {
  return kwargs !== undefined && Object.hasOwn(kwargs, key) &&
      kwargs[key] !== null
    ? kwargs[key]
    : undefined;
}

/** Whether an argument that may be left out was. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
