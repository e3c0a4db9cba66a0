/** The time of day as the pure parts see it; the server passes the real one. */
export interface Clock {
  now(): Date;
}
