/**
 * JSON's grammar (RFC 8259) over bytes: passes over values and checks them,
 * without making strings or numbers of them. All functions take a position and
 * return the one behind what they passed over.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { notUtf8, tooDeep, truncated as endsWithin } from "./faults.ts";
import { skipUtf8Sequence } from "../base/utf8.ts";

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const LIST_OPEN = 0x5b;
export const LIST_CLOSE = 0x5d;
export const DICT_OPEN = 0x7b;
export const DICT_CLOSE = 0x7d;

const ZERO = 0x30;
const NINE = 0x39;

/** From so many plain bytes on, words of four are worth their set-up. */
const WORDS_AFTER_BYTES = 48;

/** Passes over white space. */
export function skipSpace(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  while (position < end) {
    const octet = bytes[position];
    if (octet > 0x20) break;
    if (octet !== 0x20 && octet !== 0x0a && octet !== 0x0d && octet !== 0x09) {
      break;
    }
    position++;
  }
  return position;
}

/**
 * Passes over the value at `position`, which must not be white space.
 *
 * @param depth How deep lists and dicts may nest from here.
 * @throws {ProtocolError} Where there is no whole value.
 */
export function skipJsonValue(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (position >= end) throw truncated();
  const octet = bytes[position];
  switch (octet) {
    case QUOTE:
      return skipJsonString(bytes, position, end);
    case LIST_OPEN:
      return skipJsonList(bytes, position, end, depth);
    case DICT_OPEN:
      return skipJsonDict(bytes, position, end, depth);
    case 0x74:
      return skipWord(bytes, position, end, TRUE);
    case 0x66:
      return skipWord(bytes, position, end, FALSE);
    case 0x6e:
      return skipWord(bytes, position, end, NULL);
    default:
      return skipJsonNumber(bytes, position, end);
  }
}

/** Passes over the list whose bracket is at `position`. */
export function skipJsonList(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (depth <= 0) throw tooDeep();
  position = skipSpace(bytes, position + 1, end);
  if (position < end && bytes[position] === LIST_CLOSE) return position + 1;
  while (true) {
    position = skipJsonValue(bytes, position, end, depth - 1);
    position = skipSpace(bytes, position, end);
    if (position >= end) throw truncated();
    const octet = bytes[position++];
    if (octet === LIST_CLOSE) return position;
    if (octet !== COMMA) throw misplaced(octet);
    position = skipSpace(bytes, position, end);
  }
}

/** Passes over the dict whose brace is at `position`. */
export function skipJsonDict(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (depth <= 0) throw tooDeep();
  position = skipSpace(bytes, position + 1, end);
  if (position < end && bytes[position] === DICT_CLOSE) return position + 1;
  while (true) {
    if (position >= end) throw truncated();
    if (bytes[position] !== QUOTE) throw misplaced(bytes[position]);
    position = skipJsonString(bytes, position, end);
    position = skipSpace(bytes, position, end);
    if (position >= end) throw truncated();
    if (bytes[position] !== COLON) throw misplaced(bytes[position]);
    position = skipSpace(bytes, position + 1, end);
    position = skipJsonValue(bytes, position, end, depth - 1);
    position = skipSpace(bytes, position, end);
    if (position >= end) throw truncated();
    const octet = bytes[position++];
    if (octet === DICT_CLOSE) return position;
    if (octet !== COMMA) throw misplaced(octet);
    position = skipSpace(bytes, position, end);
  }
}

/** Passes over bytes that stand for themselves in a string. */
export function skipPlain(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  while (position < end && PLAIN[bytes[position]] === 1) position++;
  return position;
}

/** Passes over the string whose quote is at `position`; UTF-8 is checked (SJ-01). */
export function skipJsonString(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  position++;
  while (position < end) {
    const limit = Math.min(end, position + WORDS_AFTER_BYTES);
    position = skipPlain(bytes, position, limit);
    if (position === limit) {
      position = skipPlainWords(bytes, position, end);
      continue;
    }
    const octet = bytes[position];
    if (octet === QUOTE) return position + 1;
    position = octet === BACKSLASH
      ? skipEscape(bytes, position, end)
      : skipForeign(bytes, position, end);
  }
  throw truncated();
}

/** Passes over the number at `position`. */
export function skipJsonNumber(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  if (bytes[position] === MINUS) position++;
  if (position < end && bytes[position] === ZERO) position++;
  else position = skipDigits(bytes, position, end);
  if (position < end && bytes[position] === DOT) {
    position = skipDigits(bytes, position + 1, end);
  }
  if (position < end && (bytes[position] | 0x20) === 0x65) {
    position++;
    // A sign, + or -.
    if (
      position < end && (bytes[position] === 0x2b || bytes[position] === MINUS)
    ) {
      position++;
    }
    position = skipDigits(bytes, position, end);
  }
  return position;
}

/** Whether `octet` is one of `0` to `9`. */
export function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= NINE;
}

/** The message ends inside a value. */
export function truncated(): ProtocolError {
  return endsWithin("JSON");
}

/** `octet` is not what JSON's grammar has in its place. */
export function misplaced(octet: number): ProtocolError {
  const shown = octet > 0x20 && octet < 0x7f
    ? `"${String.fromCharCode(octet)}"`
    : `byte 0x${octet.toString(16).padStart(2, "0")}`;
  return new ProtocolError(`Malformed JSON: unexpected ${shown}`);
}

/** At least one digit. */
function skipDigits(bytes: Uint8Array, position: number, end: number): number {
  if (position >= end) throw truncated();
  if (!isDigit(bytes[position])) throw misplaced(bytes[position]);
  position++;
  while (position < end && isDigit(bytes[position])) position++;
  return position;
}

const TRUE = ascii("true");
const FALSE = ascii("false");
const NULL = ascii("null");

function skipWord(
  bytes: Uint8Array,
  position: number,
  end: number,
  word: Uint8Array,
): number {
  for (let i = 0; i < word.length; i++) {
    if (position >= end) throw truncated();
    if (bytes[position] !== word[i]) throw misplaced(bytes[position]);
    position++;
  }
  return position;
}

/** Passes over a character that is no ASCII; a control character is refused. */
function skipForeign(bytes: Uint8Array, position: number, end: number): number {
  if (bytes[position] < 0x20) {
    throw new ProtocolError(
      "A JSON string contains an unescaped control character",
    );
  }
  position = skipUtf8Sequence(bytes, position, end);
  if (position < 0) throw notUtf8();
  return position;
}

/** Passes over the escape whose backslash is at `position`. */
function skipEscape(bytes: Uint8Array, position: number, end: number): number {
  if (end - position < 2) throw truncated();
  const octet = bytes[position + 1];
  if (octet !== 0x75) {
    if (ESCAPES[octet] === 0) throw misplaced(octet);
    return position + 2;
  }
  if (end - position < 6) throw truncated();
  for (let i = position + 2; i < position + 6; i++) {
    if (!isHexDigit(bytes[i])) throw misplaced(bytes[i]);
  }
  return position + 6;
}

function isHexDigit(octet: number): boolean {
  const lower = octet | 0x20;
  return isDigit(octet) || (lower >= 0x61 && lower <= 0x66);
}

/**
 * Passes over words in which all four bytes are plain; up to three plain bytes
 * before a quote or other may be left.
 */
function skipPlainWords(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  const shift = bytes.byteOffset;
  const firstWord = (position + shift + 3) >> 2;
  const lastWord = (end + shift) >> 2;
  for (; position < firstWord * 4 - shift; position++) {
    if (position >= end || PLAIN[bytes[position]] === 0) return position;
  }
  const words = new Int32Array(bytes.buffer, 0, lastWord);
  let word = firstWord;
  while (word < lastWord && isPlainWord(words[word])) word++;
  return Math.max(position, word * 4 - shift);
}

/**
 * Whether none of a word's bytes is a quote, a backslash, below 0x20 or above
 * 0x7F. In `x - 0x20202020` the top bit of an octet shows that it was smaller
 * (or that a lower one was, which stops the scan a little early, no more). What
 * is above 0x7F keeps its top bit in one of the two others.
 */
function isPlainWord(word: number): boolean {
  const quote = word ^ 0x2222_2222;
  const backslash = word ^ 0x5c5c_5c5c;
  return (((word - 0x2020_2020) | (quote - 0x0101_0101) |
    (backslash - 0x0101_0101)) & 0x8080_8080) === 0;
}

/** 1 where an octet stands for itself in a string: ASCII but `"`, `\`, control. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

/** 1 where a backslash may stand before the octet; `u` aside. */
const ESCAPES = new Uint8Array(256);
for (const octet of ascii('"\\/bfnrt')) ESCAPES[octet] = 1;

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
