import { type Frame, FrameKind } from "../framing/frame.ts";
import { FIN_BIT, Opcode } from "./frame.ts";
import { unmask } from "./unmask.ts";

const MASK_BIT = 0x80;
const SHORT_MAX = 125;
const MASKED_HEAD_BYTES = 6;

const KINDS: Readonly<Record<number, FrameKind>> = {
  [FIN_BIT | Opcode.TEXT]: FrameKind.MESSAGE,
  [FIN_BIT | Opcode.BINARY]: FrameKind.MESSAGE,
  [FIN_BIT | Opcode.PING]: FrameKind.PING,
  [FIN_BIT | Opcode.PONG]: FrameKind.PONG,
};

/**
 * The short frames that `bytes`, which begins with one, holds whole, up to one that
 * is anything else. `bytes` stays as it is, to be read again in its turn.
 */
export function wholeFrames(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const plain = bytes.slice();
  let position = 0;
  while (position + MASKED_HEAD_BYTES <= plain.length) {
    const kind = KINDS[plain[position]];
    const size = plain[position + 1] & ~MASK_BIT;
    const isMasked = (plain[position + 1] & MASK_BIT) !== 0;
    if (kind === undefined || !isMasked || size > SHORT_MAX) break;
    const start = position + MASKED_HEAD_BYTES;
    const end = start + size;
    if (end > plain.length) break;
    unmask(plain, start, end, keyAt(plain, position + 2), 0);
    frames.push({ kind, bytes: plain, start, end });
    position = end;
  }
  return frames;
}

function keyAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
    bytes[at + 3] << 24;
}
