/**
 * JSON strings as text or as the binary they carry. The octets were checked by
 * `json_scan.ts` before.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { BACKSLASH } from "./json_scan.ts";
import { readText, readTextLeniently } from "./text_reader.ts";

const NUL_ESCAPE_SIZE = 6;

/**
 * The text of the string whose quotes stand at `start` and before `end`; lone
 * surrogates, which only escapes can stand for, become U+FFFD (SJ-08).
 */
export function lenientText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  return hasEscape(bytes, start, end)
    ? unescaped(bytes, start, end).toWellFormed()
    : readText(bytes, start + 1, end - 1);
}

/**
 * The text of a string of WAMP's own.
 *
 * @throws {ProtocolError} On a lone surrogate (SJ-08), and on U+0000 in front,
 * which makes it binary (SJ-05).
 */
export function strictText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  if (!hasEscape(bytes, start, end)) return readText(bytes, start + 1, end - 1);
  if (beginsWithNul(bytes, start, end)) {
    throw new ProtocolError("A string is due, not binary");
  }
  const text = unescaped(bytes, start, end);
  if (!text.isWellFormed()) {
    throw new ProtocolError("A string holds a lone surrogate");
  }
  return text;
}

/**
 * Whether the string begins with U+0000, which has one spelling only: `\u0000`.
 */
export function beginsWithNul(
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (end - start < NUL_ESCAPE_SIZE + 2) return false;
  if (bytes[start + 1] !== BACKSLASH || bytes[start + 2] !== 0x75) return false;
  for (let i = start + 3; i < start + 1 + NUL_ESCAPE_SIZE; i++) {
    if (bytes[i] !== 0x30) return false;
  }
  return true;
}

/**
 * The octets that `text`, without the U+0000 before it, stands for (SJ-04);
 * undefined where it is no canonical base64, which makes it text (SJ-06).
 */
export function binaryOf(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  let octets: Uint8Array;
  try {
    octets = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return undefined;
  }
  // White space between the characters is skipped by fromBase64, not by WAMP.
  return Math.ceil(octets.length / 3) * 4 === text.length ? octets : undefined;
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] === BACKSLASH) return true;
  }
  return false;
}

function unescaped(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(readTextLeniently(bytes, start, end)) as string;
}
