/**
 * PINGs of the client (checklist FR-07), which are answered at once also while
 * the messages before them have to wait.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import {
  type Frame,
  FrameKind,
  PREFIX_BYTES,
  writePrefix,
} from "../rawsocket/frame.ts";

/** Appends the PONG for `ping`: the same octets, whatever the peer's own limit (FR-22). */
export function writePong(ping: Frame, out: ByteWriter): void {
  const { bytes, start, end } = ping;
  out.reserve(PREFIX_BYTES);
  writePrefix(out.bytes, out.length, FrameKind.PONG, end - start);
  out.length += PREFIX_BYTES;
  out.append(bytes, start, end);
}

/** The PINGs that `bytes`, which begins with a frame, has before any other. */
export function leadingPings(bytes: Uint8Array): Frame[] {
  const frames = wholeFrames(bytes);
  const other = frames.findIndex(({ kind }) => kind !== FrameKind.PING);
  return other < 0 ? frames : frames.slice(0, other);
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
