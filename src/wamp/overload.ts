/**
 * What becomes of a client that is sent more than it reads, after those who send to
 * it were held up.
 */
export const OVERLOADS = [
  /** It is disconnected. */
  "disconnect",
  /** It gets no events until it reads again, and is told how many it missed. */
  "drop_events",
  /** The same, but it gets the newest event of each subscription when it reads again. */
  "conflate",
  /** Those who send to it wait for as long as it takes something. */
  "pause_publisher",
] as const;

/** One of those above. */
export type Overload = typeof OVERLOADS[number];
