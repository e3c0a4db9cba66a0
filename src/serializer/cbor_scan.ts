/**
 * CBOR's grammar (RFC 8949) over bytes: passes over data items and checks them,
 * without making values of them.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import {
  notInEnvelope,
  notUtf8,
  tooDeep,
  truncated as endsWithin,
} from "./faults.ts";
import { isUtf8 } from "../base/utf8.ts";

/** The major types, as the top three bits of an item's first byte. */
export const Major = {
  UNSIGNED: 0,
  NEGATIVE: 1,
  BINARY: 2,
  TEXT: 3,
  LIST: 4,
  DICT: 5,
  TAG: 6,
  SIMPLE: 7,
} as const;

/** Ends a list, dict or string of indefinite length. */
export const BREAK = 0xff;
/** The additional information of an indefinite length. */
export const INDEFINITE = 31;

/**
 * Bytes of the argument behind the first byte, by additional information; 31
 * has none, 28 to 30 are reserved (SC-05).
 */
// deno-fmt-ignore
export const ARGUMENT_WIDTH = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, -1, -1, -1, 0,
];

/**
 * The argument of the item whose first byte is at `position`: a length, a
 * count, a tag. Beyond 2^53 it is rounded, which is longer than any message.
 *
 * @throws {ProtocolError} Where it is cut off or reserved.
 */
export function argumentAt(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  const info = bytes[position] & 0x1f;
  if (info < 24) return info;
  const width = ARGUMENT_WIDTH[info];
  if (width < 0) throw malformed("additional information 28 to 30 is reserved");
  let value = 0;
  const behind = past(position + 1, width, end);
  for (let i = position + 1; i < behind; i++) value = value * 256 + bytes[i];
  return value;
}

/**
 * The position behind the item at `position`.
 *
 * @param depth How deep lists and dicts may nest from here.
 * @throws {ProtocolError} Where there is no whole item.
 */
export function skipCborItem(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  while (true) {
    if (position >= end) throw truncated();
    const first = bytes[position];
    if (first < 0x18) return position + 1;
    const major = first >> 5;
    const info = first & 0x1f;
    switch (major) {
      case Major.UNSIGNED:
      case Major.NEGATIVE:
        if (info === INDEFINITE) throw noIndefinite();
        argumentAt(bytes, position, end);
        return position + 1 + ARGUMENT_WIDTH[info];
      case Major.BINARY:
      case Major.TEXT:
        return skipCborString(bytes, position, end);
      case Major.LIST:
        return skipItems(bytes, position, end, depth, 1);
      case Major.DICT:
        return skipItems(bytes, position, end, depth, 2);
      case Major.SIMPLE:
        return skipSimple(bytes, position, end);
    }
    // A tag: what it tags follows. A loop, so that many tags are no deep stack.
    if (info === INDEFINITE) throw noIndefinite();
    argumentAt(bytes, position, end);
    position += 1 + ARGUMENT_WIDTH[info];
  }
}

/**
 * As {@linkcode skipCborItem}, for a value of WAMP's own: keys are text, and there
 * are no tags (SC-04) and no simple values without a meaning.
 */
export function skipCborOption(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (position >= end) throw truncated();
  const first = bytes[position];
  const major = first >> 5;
  if (major === Major.TAG) throw notInEnvelope("CBOR's tags");
  if (major === Major.SIMPLE && !hasMeaning(first)) {
    skipSimple(bytes, position, end);
    throw notInEnvelope("CBOR's unassigned simple values");
  }
  if (major !== Major.LIST && major !== Major.DICT) {
    return skipCborItem(bytes, position, end, depth);
  }
  if (depth <= 0) throw tooDeep();
  const isDict = major === Major.DICT;
  let left = Infinity;
  if ((first & 0x1f) === INDEFINITE) position++;
  else {
    left = argumentAt(bytes, position, end);
    position += 1 + ARGUMENT_WIDTH[first & 0x1f];
  }
  while (left-- > 0) {
    if (left === Infinity && isBreak(bytes, position, end)) return position + 1;
    if (isDict) position = skipOptionKey(bytes, position, end);
    position = skipCborOption(bytes, position, end, depth - 1);
  }
  return position;
}

/** False, true, null, undefined and floats. */
function hasMeaning(first: number): boolean {
  return (first >= 0xf4 && first <= 0xf7) || (first >= 0xf9 && first <= 0xfb);
}

function isBreak(bytes: Uint8Array, position: number, end: number): boolean {
  if (position >= end) throw truncated();
  return bytes[position] === BREAK;
}

function skipOptionKey(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  if (position >= end) throw truncated();
  if (bytes[position] >> 5 === Major.TEXT) {
    return skipCborString(bytes, position, end);
  }
  throw notInEnvelope("keys that are not strings");
}

/** The position behind the string, binary or text, at `position`; UTF-8 is checked (SC-05). */
export function skipCborString(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  if ((bytes[position] & 0x1f) !== INDEFINITE) {
    return skipChunk(bytes, position, end);
  }
  const major = bytes[position] >> 5;
  position++;
  while (true) {
    if (position >= end) throw truncated();
    const first = bytes[position];
    if (first === BREAK) return position + 1;
    if (first >> 5 !== major || (first & 0x1f) === INDEFINITE) {
      throw malformed("a chunk of a string is not a string of the same kind");
    }
    position = skipChunk(bytes, position, end);
  }
}

/** The octets of the string of indefinite length in `bytes[position, end)`, put together. */
export function joinChunks(
  bytes: Uint8Array,
  position: number,
  end: number,
): Uint8Array {
  const octets = new Uint8Array(end - position);
  let size = 0;
  position++;
  while (bytes[position] !== BREAK) {
    const start = chunkStart(bytes, position);
    const behind = start + argumentAt(bytes, position, end);
    octets.set(bytes.subarray(start, behind), size);
    size += behind - start;
    position = behind;
  }
  return octets.subarray(0, size);
}

/** The message ends inside an item. */
export function truncated(): ProtocolError {
  return endsWithin("CBOR");
}

function malformed(why: string): ProtocolError {
  return new ProtocolError(`Malformed CBOR: ${why}`);
}

/** Only strings, lists and dicts have an indefinite length. */
export function noIndefinite(): ProtocolError {
  return malformed("an integer or a tag cannot have an indefinite length");
}

/** Where the bytes of the string of definite length at `position` begin. */
function chunkStart(bytes: Uint8Array, position: number): number {
  return position + 1 + ARGUMENT_WIDTH[bytes[position] & 0x1f];
}

function skipChunk(bytes: Uint8Array, position: number, end: number): number {
  const length = argumentAt(bytes, position, end);
  const start = chunkStart(bytes, position);
  const behind = past(start, length, end);
  if (bytes[position] >> 5 === Major.TEXT && !isUtf8(bytes, start, behind)) {
    throw notUtf8();
  }
  return behind;
}

/** Passes over a list, or a dict, whose elements are pairs. */
function skipItems(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
  itemsPerElement: number,
): number {
  if (depth <= 0) throw tooDeep();
  const info = bytes[position] & 0x1f;
  if (info !== INDEFINITE) {
    const count = argumentAt(bytes, position, end) * itemsPerElement;
    position += 1 + ARGUMENT_WIDTH[info];
    for (let i = 0; i < count; i++) {
      position = skipCborItem(bytes, position, end, depth - 1);
    }
    return position;
  }
  position++;
  while (true) {
    if (position >= end) throw truncated();
    if (bytes[position] === BREAK) return position + 1;
    for (let i = 0; i < itemsPerElement; i++) {
      position = skipCborItem(bytes, position, end, depth - 1);
    }
  }
}

/** Passes over a simple value or float. */
function skipSimple(bytes: Uint8Array, position: number, end: number): number {
  const info = bytes[position] & 0x1f;
  if (info === INDEFINITE) throw malformed("unexpected break");
  const argument = argumentAt(bytes, position, end);
  if (info === 24 && argument < 32) {
    throw malformed("a simple value below 32 must be one byte");
  }
  return position + 1 + ARGUMENT_WIDTH[info];
}

function past(position: number, count: number, end: number): number {
  if (count > end - position) throw truncated();
  return position + count;
}
