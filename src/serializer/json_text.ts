/**
 * JSON strings as text or as the binary they carry. The octets were checked by
 * `json_scan.ts` before.
 */
import { BACKSLASH } from "./json_scan.ts";
import { readText, readTextLeniently } from "./text_reader.ts";

const NUL_ESCAPE_SIZE = 6;

/**
 * The text of the string whose quotes stand at `start` and before `end`; a lone
 * surrogate that an escape stands for is kept (SJ-08).
 */
export function jsonText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  for (let i = start + 1; i < end - 1; i++) {
    if (bytes[i] === BACKSLASH) {
      return JSON.parse(readTextLeniently(bytes, start, end)) as string;
    }
  }
  return readText(bytes, start + 1, end - 1);
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
