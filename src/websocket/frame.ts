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
  /** As long as the last one's: most messages are as long as those before them. */
  #headBytes = SHORT_HEAD_BYTES;

  constructor({ opcode, fragmentBytes, deflate }: FramerOptions) {
    this.#opcode = opcode;
    this.#fragmentBytes = fragmentBytes ?? Infinity;
    this.#deflate = deflate;
  }

  begin(out: ByteWriter): void {
    out.reserve(this.#headBytes);
    out.length += this.#headBytes;
  }

  end(out: ByteWriter, start: number): void {
    const from = start + this.#headBytes;
    let first = FIN_BIT | this.#opcode;
    if (this.#deflate !== undefined && compress(out, from, this.#deflate)) {
      first |= RSV1_BIT;
    }
    const size = out.length - from;
    if (size > this.#fragmentBytes) {
      return fragment(out, start, from, first, this.#fragmentBytes);
    }
    const headBytes = headBytesOf(size);
    if (headBytes !== this.#headBytes) {
      move(out, from, headBytes - this.#headBytes);
      this.#headBytes = headBytes;
    }
    writeHead(out.bytes, start, first, size);
  }
}

function headBytesOf(size: number): number {
  if (size <= SHORT_MAX) return SHORT_HEAD_BYTES;
  return size <= MEDIUM_MAX ? MEDIUM_HEAD_BYTES : LONG_HEAD_BYTES;
}

/** Moves what is from `from` on `by` octets further; back where that is negative. */
function move(out: ByteWriter, from: number, by: number): void {
  if (by > 0) out.reserve(by);
  out.bytes.copyWithin(from + by, from, out.length);
  out.length += by;
}

/** False where what is from `from` on would not get shorter, or is short as it is. */
function compress(
  out: ByteWriter,
  from: number,
  parameters: DeflateParameters,
): boolean {
  if (out.length - from < DEFLATE_MIN_BYTES) return false;
  const compressed = deflate(out.bytes.subarray(from, out.length), parameters);
  if (compressed.length >= out.length - from) return false;
  out.length = from;
  out.append(compressed, 0, compressed.length);
  return true;
}

/** Cuts the message from `from` on into frames, which begin at `start`. */
function fragment(
  out: ByteWriter,
  start: number,
  from: number,
  first: number,
  fragmentBytes: number,
): void {
  const message = out.bytes.slice(from, out.length);
  out.length = start;
  for (let at = 0; at < message.length; at += fragmentBytes) {
    const to = Math.min(at + fragmentBytes, message.length);
    const opening = at === 0 ? first & ~FIN_BIT : Opcode.CONTINUATION;
    const isLast = to === message.length;
    writeFrame(isLast ? opening | FIN_BIT : opening, message, at, to, out);
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
  const headBytes = headBytesOf(size);
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
