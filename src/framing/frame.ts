/**
 * Frames: what a connection's octets are cut into, whatever the framing.
 */

/** What a frame holds. */
export const FrameKind = {
  /** One WAMP message. */
  MESSAGE: 0,
  PING: 1,
  PONG: 2,
  /** The request that opens the connection, before all other frames. */
  OPENING: 8,
} as const;

/** One of the kinds above. */
export type FrameKind = typeof FrameKind[keyof typeof FrameKind];

/** One frame: its payload is `bytes[start, end)`. */
export interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why a connection's octets cannot be cut any further. */
export interface FrameFault {
  /** For the log and the ABORT. */
  readonly message: string;
  /** The config key that decided, where one did. */
  readonly configKey?: string;
  /** What the client is told in its own protocol, where that is known. */
  readonly reply?: Uint8Array<ArrayBuffer>;
}
