/**
 * JSON strings as text or as the binary they carry, and JSON numbers as integers.
 * The bytes were checked by `json_scan.ts` before.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { ID_MAX } from "../wamp/id.ts";
import { expected } from "./faults.ts";
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
    throw expected("a string", "binary");
  }
  const text = unescaped(bytes, start, end);
  if (!text.isWellFormed()) {
    throw new ProtocolError("A string contains an unpaired surrogate");
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
 * The bytes that `text`, without the U+0000 before it, stands for (SJ-04);
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

/** Decimal digits of 2^53. */
const DIGITS_MAX = 16;

/**
 * The integer in [0, 2^53] that the JSON number `lexeme` stands for, also in the
 * forms `5.0` and `5e3`; undefined where it stands for anything else. It is
 * read digit by digit: what a double would round into range is out of range (SJ-03).
 */
export function exactInteger(lexeme: string): number | undefined {
  const exponentAt = lexeme.search(/[eE]/);
  const decimal = exponentAt < 0 ? lexeme : lexeme.slice(0, exponentAt);
  const pointAt = decimal.indexOf(".");
  let digits = pointAt < 0
    ? decimal
    : decimal.slice(0, pointAt) + decimal.slice(pointAt + 1);
  let exponent = exponentAt < 0 ? 0 : Number(lexeme.slice(exponentAt + 1));
  if (pointAt >= 0) exponent -= decimal.length - pointAt - 1;

  const isNegative = digits.startsWith("-");
  let first = isNegative ? 1 : 0;
  while (digits[first] === "0") first++;
  let last = digits.length;
  while (last > first && digits[last - 1] === "0") last--;
  if (first === last) return 0;
  exponent += digits.length - last;
  digits = digits.slice(first, last);

  if (isNegative || exponent < 0) return undefined;
  if (digits.length + exponent > DIGITS_MAX) return undefined;
  const value = BigInt(digits + "0".repeat(exponent));
  return value <= BigInt(ID_MAX) ? Number(value) : undefined;
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
