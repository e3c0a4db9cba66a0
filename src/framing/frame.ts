/**
 * Frames: what a connection's octets are cut into, whatever the framing.
 */

/** What a frame holds. */
export const FrameKind = {
  /** One WAMP message. */
  MESSAGE: 0,
  PING: 1,
  PONG: 2,
  /** The client says in its framing that it sends nothing more. */
  CLOSE: 3,
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

/** Why a connection is closed, as far as a framing tells its client. */
export const CloseCause = {
  /** Its session is over, by GOODBYE or ABORT. */
  DONE: "done",
  /** The router stops. */
  STOPPING: "stopping",
  /** The client's octets are no frames. */
  BAD_FRAME: "bad_frame",
  /** A message came in a kind of frame that its serializer does not use. */
  WRONG_KIND: "wrong_kind",
  /** A text is not valid UTF-8. */
  BAD_TEXT: "bad_text",
  /** A message is longer than is taken here. */
  TOO_LONG: "too_long",
  /** A fault of the router's own. */
  INTERNAL: "internal",
} as const;

/** One of the causes above. */
export type CloseCause = typeof CloseCause[keyof typeof CloseCause];

/** Why a connection's octets cannot be cut any further. */
export interface FrameFault {
  /** For the log and the ABORT. */
  readonly message: string;
  /** The config key that decided, where one did. */
  readonly configKey?: string;
  /** Absent: {@linkcode CloseCause.BAD_FRAME}. */
  readonly cause?: CloseCause;
  /** What the client is told in its own protocol, where that is known. */
  readonly reply?: Uint8Array<ArrayBuffer>;
}
