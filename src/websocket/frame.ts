/**
 * WebSocket frames as a server writes them (RFC 6455 section 5): not masked.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { Frame } from "../framing/frame.ts";
import type { MessageFramer } from "../framing/framing.ts";
import {
  deflate,
  DEFLATE_MIN_BYTES,
  type DeflateParameters,
} from "./permessage_deflate.ts";

/** What a frame is. */
export const Opcode = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;

/** The last frame of a message. */
export const FIN_BIT = 0x80;
/** The message is compressed (RFC 7692). */
export const RSV1_BIT = 0x40;
/** The longest payload of a control frame. */
export const CONTROL_BYTES_MAX = 125;

/** Lengths up to this are in the second octet. */
const SHORT_MAX = 125;
/** Lengths up to this are in two octets more. */
const MEDIUM_MAX = 0xffff;
const SHORT_HEAD_BYTES = 2;
const MEDIUM_HEAD_BYTES = 4;
const LONG_HEAD_BYTES = 10;

/** How messages are put into frames. */
export interface FramerOptions {
  /** {@linkcode Opcode.TEXT} or {@linkcode Opcode.BINARY}. */
  readonly opcode: typeof Opcode.TEXT | typeof Opcode.BINARY;
  /** Longer messages go in frames of this size; undefined: in one. */
  readonly fragmentBytes?: number | undefined;
  /** Undefined: messages are not compressed. */
  readonly deflate?: DeflateParameters | undefined;
}

/** Messages in WebSocket frames. */
export class WebSocketFramer implements MessageFramer {
  readonly #opcode: number;
  readonly #fragmentBytes: number;
  readonly #deflate: DeflateParameters | undefined;

  constructor({ opcode, fragmentBytes, deflate }: FramerOptions) {
    this.#opcode = opcode;
    this.#fragmentBytes = fragmentBytes ?? Infinity;
    this.#deflate = deflate;
  }

  begin(out: ByteWriter): void {
    // So long is the head of most messages: they need not be moved.
    out.reserve(MEDIUM_HEAD_BYTES);
    out.length += MEDIUM_HEAD_BYTES;
  }

  end(out: ByteWriter, start: number): void {
    let first = FIN_BIT | this.#opcode;
    if (this.#deflate !== undefined && compress(out, start, this.#deflate)) {
      first |= RSV1_BIT;
    }
    const size = out.length - start - MEDIUM_HEAD_BYTES;
    if (size > this.#fragmentBytes) {
      return fragment(out, start, first, this.#fragmentBytes);
    }
    if (size <= SHORT_MAX) move(out, start, SHORT_HEAD_BYTES);
    else if (size > MEDIUM_MAX) move(out, start, LONG_HEAD_BYTES);
    writeHead(out.bytes, start, first, size);
  }
}

/** Moves the message that begins behind a medium head at `start`. */
function move(out: ByteWriter, start: number, headBytes: number): void {
  const by = headBytes - MEDIUM_HEAD_BYTES;
  if (by > 0) out.reserve(by);
  const from = start + MEDIUM_HEAD_BYTES;
  out.bytes.copyWithin(start + headBytes, from, out.length);
  out.length += by;
}

/** False where it would not get shorter, or is short as it is. */
function compress(
  out: ByteWriter,
  start: number,
  parameters: DeflateParameters,
): boolean {
  const from = start + MEDIUM_HEAD_BYTES;
  if (out.length - from < DEFLATE_MIN_BYTES) return false;
  const compressed = deflate(out.bytes.subarray(from, out.length), parameters);
  if (compressed.length >= out.length - from) return false;
  out.length = from;
  out.append(compressed, 0, compressed.length);
  return true;
}

/** Cuts the message that begins behind a medium head at `start` into frames. */
function fragment(
  out: ByteWriter,
  start: number,
  first: number,
  fragmentBytes: number,
): void {
  const message = out.bytes.slice(start + MEDIUM_HEAD_BYTES, out.length);
  out.length = start;
  for (let from = 0; from < message.length; from += fragmentBytes) {
    const to = Math.min(from + fragmentBytes, message.length);
    const opening = from === 0 ? first & ~FIN_BIT : Opcode.CONTINUATION;
    const isLast = to === message.length;
    writeFrame(isLast ? opening | FIN_BIT : opening, message, from, to, out);
  }
}

/** Appends a frame of `bytes[start, end)`. */
export function writeFrame(
  first: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteWriter,
): void {
  const size = end - start;
  const headBytes = size <= SHORT_MAX
    ? SHORT_HEAD_BYTES
    : size <= MEDIUM_MAX
    ? MEDIUM_HEAD_BYTES
    : LONG_HEAD_BYTES;
  out.reserve(headBytes);
  writeHead(out.bytes, out.length, first, size);
  out.length += headBytes;
  out.append(bytes, start, end);
}

function writeHead(
  bytes: Uint8Array,
  at: number,
  first: number,
  size: number,
): void {
  bytes[at] = first;
  if (size <= SHORT_MAX) {
    bytes[at + 1] = size;
  } else if (size <= MEDIUM_MAX) {
    bytes[at + 1] = 126;
    bytes[at + 2] = size >>> 8;
    bytes[at + 3] = size;
  } else {
    bytes.fill(0, at + 2, at + 6);
    bytes[at + 1] = 127;
    bytes[at + 6] = size >>> 24;
    bytes[at + 7] = size >>> 16;
    bytes[at + 8] = size >>> 8;
    bytes[at + 9] = size;
  }
}

/** Appends the answer to `ping`: the same octets. */
export function writePong(
  { bytes, start, end }: Frame,
  out: ByteWriter,
): void {
  writeFrame(FIN_BIT | Opcode.PONG, bytes, start, end, out);
}

/** Appends a PING, which the peer answers with the same octets. */
export function writePing(payload: Uint8Array, out: ByteWriter): void {
  writeFrame(FIN_BIT | Opcode.PING, payload, 0, payload.length, out);
}
