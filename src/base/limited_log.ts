/**
 * A log that a peer cannot flood: of warnings with the same message only so many
 * are written, and the next one tells how many were not.
 */
import type { Logger } from "./log.ts";
import { TokenBucket } from "./token_bucket.ts";

/** How many warnings with the same message are written. */
export interface WarningRate {
  /** At once. */
  readonly burst: number;
  /** Later on. */
  readonly perSecond: number;
}

/**
 * Gives `log` with its warnings limited; all other levels pass.
 *
 * @param nowMs A clock that never goes back.
 */
export function limitWarnings(
  log: Logger,
  { burst, perSecond }: WarningRate,
  nowMs: () => number,
): Logger {
  // Messages are constants of the program, and few; what varies is in the fields.
  const kinds = new Map<string, { bucket: TokenBucket; unwritten: number }>();
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => log.info(message, fields),
    error: (message, fields) => log.error(message, fields),
    warn: (message, fields) => {
      const now = nowMs();
      let kind = kinds.get(message);
      if (kind === undefined) {
        const bucket = new TokenBucket(perSecond, burst, now);
        kind = { bucket, unwritten: 0 };
        kinds.set(message, kind);
      }
      if (!kind.bucket.takeOne(now)) {
        kind.unwritten++;
        return;
      }
      const { unwritten } = kind;
      kind.unwritten = 0;
      log.warn(
        message,
        unwritten === 0 ? fields : { ...fields, not_logged_before: unwritten },
      );
    },
  };
}
