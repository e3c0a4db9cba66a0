/**
 * RawSocket frames (checklist §1.2): a prefix of four octets,
 * `RRRR XTTT` and a length of 24 bits, then the payload. T is the kind.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import { type Frame, FrameKind } from "../framing/frame.ts";
import type { MessageFramer } from "../framing/framing.ts";

/** Octets of the prefix. */
export const PREFIX_BYTES = 4;
/** The longest payload there is: length 0 with the X bit set (FR-02). */
export const PAYLOAD_BYTES_MAX = 2 ** 24;
/** The X bit of the first octet. */
export const EXTENDED_BIT = 0x08;

/** Writes a frame's prefix at `offset` (FR-02, FR-03). */
export function writePrefix(
  bytes: Uint8Array,
  offset: number,
  kind: FrameKind,
  length: number,
): void {
  bytes[offset] = length === PAYLOAD_BYTES_MAX ? kind | EXTENDED_BIT : kind;
  bytes[offset + 1] = length >>> 16;
  bytes[offset + 2] = length >>> 8;
  bytes[offset + 3] = length;
}

/** Messages in RawSocket frames. */
export const RAWSOCKET_FRAMER: MessageFramer = {
  begin(out: ByteWriter) {
    out.reserve(PREFIX_BYTES);
    out.length += PREFIX_BYTES;
  },
  end(out: ByteWriter, start: number) {
    const size = out.length - start - PREFIX_BYTES;
    writePrefix(out.bytes, start, FrameKind.MESSAGE, size);
  },
};

/** Appends the PONG for `ping`: the same octets, whatever the peer's own limit (FR-22). */
export function writePong(ping: Frame, out: ByteWriter): void {
  const { bytes, start, end } = ping;
  writeFrame(FrameKind.PONG, bytes, start, end, out);
}

/** Appends a PING, which the peer answers with the same octets. */
export function writePing(payload: Uint8Array, out: ByteWriter): void {
  writeFrame(FrameKind.PING, payload, 0, payload.length, out);
}

function writeFrame(
  kind: FrameKind,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteWriter,
): void {
  out.reserve(PREFIX_BYTES);
  writePrefix(out.bytes, out.length, kind, end - start);
  out.length += PREFIX_BYTES;
  out.append(bytes, start, end);
}

/** The frames that `bytes`, which begins with one, holds whole, up to one that is wrong. */
export function wholeFrames(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let position = 0;
  while (position + PREFIX_BYTES <= bytes.length) {
    const kind = bytes[position];
    if (!isFrameKind(kind)) break;
    const start = position + PREFIX_BYTES;
    const size = bytes[position + 1] << 16 | bytes[position + 2] << 8 |
      bytes[position + 3];
    if (start + size > bytes.length) break;
    position = start + size;
    frames.push({ kind, bytes, start, end: position });
  }
  return frames;
}

function isFrameKind(octet: number): octet is FrameKind {
  return octet === FrameKind.MESSAGE || octet === FrameKind.PING ||
    octet === FrameKind.PONG;
}
