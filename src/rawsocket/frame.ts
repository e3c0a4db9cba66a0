/**
 * RawSocket frames (checklist §1.2): a prefix of four octets,
 * `RRRR XTTT` and a length of 24 bits, then the payload.
 */

/** What a frame holds: T of the prefix, and the handshake before all frames. */
export const FrameKind = {
  MESSAGE: 0,
  PING: 1,
  PONG: 2,
  HANDSHAKE: 8,
} as const;

/** One of the kinds above. */
export type FrameKind = typeof FrameKind[keyof typeof FrameKind];

/** Octets of the prefix. */
export const PREFIX_BYTES = 4;
/** The longest payload there is: length 0 with the X bit set (FR-02). */
export const PAYLOAD_BYTES_MAX = 2 ** 24;
/** The X bit of the first octet. */
export const EXTENDED_BIT = 0x08;

/** One frame: its payload is `bytes[start, end)`. */
export interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

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
