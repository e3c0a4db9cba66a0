/**
 * MessagePack's grammar over bytes: passes over values and checks them, without
 * making values of them.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { isUtf8 } from "../base/utf8.ts";
import {
  notInEnvelope,
  notUtf8,
  tooDeep,
  truncated as endsWithin,
} from "./faults.ts";

/**
 * The position behind the value at `position`.
 *
 * @param depth How deep lists and dicts may nest from here.
 * @throws {ProtocolError} Where there is no whole value.
 */
export function skipMsgpackValue(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (position >= end) throw truncated();
  const first = bytes[position++];
  if (first < 0x80 || first >= 0xe0) return position;
  if (first >= 0xa0 && first < 0xc0) {
    return past(position, first & 0x1f, end);
  }
  if (first < 0xa0) {
    const count = first < 0x90 ? (first & 0x0f) * 2 : first & 0x0f;
    return skipValues(bytes, position, end, depth, count);
  }
  const lengthWidth = LENGTH_WIDTH[first - 0xc0];
  if (lengthWidth === 0) {
    const size = FIXED_SIZE[first - 0xc0];
    if (size < 0) throw noType();
    return past(position, size, end);
  }
  const length = readUint(bytes, position, lengthWidth, end);
  position += lengthWidth;
  if (first === 0xdc || first === 0xdd) {
    return skipValues(bytes, position, end, depth, length);
  }
  if (first === 0xde || first === 0xdf) {
    return skipValues(bytes, position, end, depth, length * 2);
  }
  // An extension's type byte stands between its length and its bytes.
  const typeSize = first >= 0xc7 && first <= 0xc9 ? 1 : 0;
  return past(position, length + typeSize, end);
}

/**
 * As {@linkcode skipMsgpackValue}, for a value of WAMP's own: text is UTF-8, keys
 * are text, and of extension types there is `undefined` alone (SM-05, SM-06).
 */
export function skipMsgpackOption(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (position >= end) throw truncated();
  const first = bytes[position];
  if (isTextHead(first)) return skipText(bytes, position, end);
  const isDict = (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;
  if (!isDict && (first & 0xf0) !== 0x90 && first !== 0xdc && first !== 0xdd) {
    if (isExtension(first) && !isUndefined(bytes, position, end)) {
      throw notInEnvelope("MessagePack's extension types");
    }
    return skipMsgpackValue(bytes, position, end, depth);
  }
  if (depth <= 0) throw tooDeep();
  const width = first < 0xa0 ? 0 : LENGTH_WIDTH[first - 0xc0];
  const count = width === 0
    ? first & 0x0f
    : readUint(bytes, position + 1, width, end);
  position += 1 + width;
  for (let i = 0; i < count; i++) {
    if (isDict) position = skipOptionKey(bytes, position, end);
    position = skipMsgpackOption(bytes, position, end, depth - 1);
  }
  return position;
}

function skipOptionKey(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  if (position >= end) throw truncated();
  if (isTextHead(bytes[position])) return skipText(bytes, position, end);
  throw notInEnvelope("keys that are not strings");
}

/** Passes over the text at `position`, which is UTF-8. */
function skipText(bytes: Uint8Array, position: number, end: number): number {
  const behind = skipMsgpackValue(bytes, position, end, 0);
  const first = bytes[position];
  const width = first < 0xc0 ? 0 : LENGTH_WIDTH[first - 0xc0];
  if (!isUtf8(bytes, position + 1 + width, behind)) throw notUtf8();
  return behind;
}

/** Whether text begins with `first`. */
export function isTextHead(first: number): boolean {
  return (first & 0xe0) === 0xa0 || (first >= 0xd9 && first <= 0xdb);
}

function isExtension(first: number): boolean {
  return (first >= 0xc7 && first <= 0xc9) || (first >= 0xd4 && first <= 0xd8);
}

function isUndefined(
  bytes: Uint8Array,
  position: number,
  end: number,
): boolean {
  return end - position >= 3 && bytes[position] === 0xd4 &&
    bytes[position + 1] === 0 && bytes[position + 2] === 0;
}

function skipValues(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
  count: number,
): number {
  if (depth <= 0) throw tooDeep();
  for (let i = 0; i < count; i++) {
    position = skipMsgpackValue(bytes, position, end, depth - 1);
  }
  return position;
}

/** Bytes of the length behind c0…df; 0 where the size is fixed. */
// deno-fmt-ignore
export const LENGTH_WIDTH = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
];
/** Bytes behind c0…df where the size is fixed; -1 where there is no such value. */
// deno-fmt-ignore
export const FIXED_SIZE = [
  0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0,
];

function readUint(
  bytes: Uint8Array,
  position: number,
  width: number,
  end: number,
): number {
  past(position, width, end);
  let value = bytes[position];
  for (let i = 1; i < width; i++) value = value * 256 + bytes[position + i];
  return value;
}

function past(position: number, count: number, end: number): number {
  if (count > end - position) throw truncated();
  return position + count;
}

/** The message ends inside a value. */
export function truncated(): ProtocolError {
  return endsWithin("MessagePack");
}

/** The one first byte that MessagePack gives no meaning. */
export function noType(): ProtocolError {
  return new ProtocolError("0xC1 is not a MessagePack type");
}
