/**
 * What of a file a request is answered with: all, a part, or that it is the one that
 * the client has (RFC 9110 sections 13 and 14).
 *
 * @module
 */

import type { IncomingHttpHeaders } from "node:http";
// @ts-types="npm:@types/fresh@0.5.3"
import fresh from "fresh";
import { parse } from "range-parser";

/** What is known of a file. */
export interface Representation {
  readonly size: number;
  /** A strong entity tag, in quotes. */
  readonly etag: string;
  /** When it was changed, as an HTTP date. */
  readonly lastModified: string;
}

/** What to answer; the octets from `start` to before `end` for 200 and 206. */
export type Selection =
  | { readonly status: 200 | 206; readonly start: number; readonly end: number }
  | { readonly status: 304 | 412 | 416 };

/** What `parse` says of ranges behind the end of the file. */
const UNSATISFIABLE = 2;

/** What to answer a GET or HEAD with these `headers`. */
export function selectPart(
  headers: IncomingHttpHeaders,
  file: Representation,
): Selection {
  if (!isExpectedVersion(headers, file)) return { status: 412 };
  const isFresh = fresh(headers, {
    etag: file.etag,
    "last-modified": file.lastModified,
  });
  if (isFresh) return { status: 304 };
  const whole = { status: 200, start: 0, end: file.size } as const;
  if (headers.range === undefined || !rangeApplies(headers, file)) return whole;
  const { type, code, ranges } = parse(file.size, headers.range);
  if (type !== "bytes") return whole;
  if (code === UNSATISFIABLE && ranges.length === 0) return { status: 416 };
  // For several parts and for nonsense, the whole is right, too.
  if (code !== 0 || ranges.length !== 1) return whole;
  return { status: 206, start: ranges[0].start, end: ranges[0].end + 1 };
}

function isExpectedVersion(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Representation,
): boolean {
  const match = headers["if-match"];
  if (match !== undefined) {
    return match.trim() === "*" ||
      match.split(",").some((tag) => tag.trim() === etag);
  }
  const since = Date.parse(headers["if-unmodified-since"] ?? "");
  return !(Date.parse(lastModified) > since);
}

/** Whether the client has a part of this very file, or did not ask. */
function rangeApplies(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Representation,
): boolean {
  const validator = headers["if-range"]?.toString().trim();
  return validator === undefined || validator === etag ||
    validator === lastModified;
}
