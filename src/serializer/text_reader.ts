/**
 * UTF-8 to string, tuned to what WAMP sends: the same few URIs and option keys
 * over and over, and other short ASCII.
 */
import { notUtf8 } from "./faults.ts";

const CACHE_SLOTS = 2048;
const CACHED_BYTES_MAX = 96;
/** Above this a TextDecoder is quicker than a loop. */
const LOOP_BYTES_MAX = 24;

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

/** Recently read ASCII strings by the hash of their bytes. */
const cache: (string | undefined)[] = new Array(CACHE_SLOTS).fill(undefined);

/**
 * The string that `bytes[start, end)` encodes, the same string object for the
 * same bytes as a rule: its hash is then known to every Map it is looked up in.
 *
 * @throws {ProtocolError} Where the bytes are no UTF-8 (SJ-01, SM-05, SC-05).
 */
export function readText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  const length = end - start;
  if (length > CACHED_BYTES_MAX) return decodeStrict(bytes, start, end);
  let hash = length;
  let seen = 0;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ bytes[i], 0x01000193);
    seen |= bytes[i];
  }
  if (seen > 0x7f) return decodeStrict(bytes, start, end);
  const slot = (hash ^ (hash >>> 15)) & (CACHE_SLOTS - 1);
  const cached = cache[slot];
  if (cached !== undefined && isSameAscii(cached, bytes, start, length)) {
    return cached;
  }
  const text = decodeAscii(bytes, start, end);
  cache[slot] = text;
  return text;
}

/** As {@linkcode readText}, but malformed bytes become U+FFFD. */
export function readTextLeniently(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  if (end - start <= LOOP_BYTES_MAX) {
    let seen = 0;
    for (let i = start; i < end; i++) seen |= bytes[i];
    if (seen <= 0x7f) return decodeAscii(bytes, start, end);
  }
  return LENIENT.decode(bytes.subarray(start, end));
}

function isSameAscii(
  text: string,
  bytes: Uint8Array,
  start: number,
  length: number,
): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}

function decodeAscii(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > LOOP_BYTES_MAX) {
    return LENIENT.decode(bytes.subarray(start, end));
  }
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

function decodeStrict(bytes: Uint8Array, start: number, end: number): string {
  try {
    return STRICT.decode(bytes.subarray(start, end));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw notUtf8();
  }
}
