/** What became of a message given to a client's outlet. */
export const SendOutcome = {
  /** It is on its way, or its receiver is gone, which its session is told. */
  SENT: 0,
  /** Longer than the receiver's own limit (FR-14): nothing was sent. */
  TOO_LONG: 1,
  /** The payload has no form in the receiver's serializer: nothing was sent. */
  UNSUPPORTED_VALUE: 2,
} as const;

/** One of the outcomes above. */
export type SendOutcome = typeof SendOutcome[keyof typeof SendOutcome];
