/**
 * A log that a peer cannot flood: of warnings with the same message only so many
 * are written, and the next one tells how many were not.
 */
import type { Logger } from "./log.ts";

/** How many warnings with the same message are written. */
export interface WarningRate {
  /** At once. */
  readonly burst: number;
  /** Later on. */
  readonly perSecond: number;
}

/** Messages are constants of the program, and few; what varies is in the fields. */
interface Allowance {
  tokens: number;
  atMs: number;
  unwritten: number;
}

/**
 * Gives `log` with its warnings limited; all other levels pass.
 *
 * @param nowMs A clock that never goes back.
 */
export function limitWarnings(
  log: Logger,
  rate: WarningRate,
  nowMs: () => number,
): Logger {
  const allowances = new Map<string, Allowance>();
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => log.info(message, fields),
    error: (message, fields) => log.error(message, fields),
    warn: (message, fields) => {
      const now = nowMs();
      let allowance = allowances.get(message);
      if (allowance === undefined) {
        allowance = { tokens: rate.burst, atMs: now, unwritten: 0 };
        allowances.set(message, allowance);
      }
      refill(allowance, rate, now);
      if (allowance.tokens < 1) {
        allowance.unwritten++;
        return;
      }
      allowance.tokens--;
      const { unwritten } = allowance;
      allowance.unwritten = 0;
      log.warn(
        message,
        unwritten === 0 ? fields : { ...fields, not_logged_before: unwritten },
      );
    },
  };
}

function refill(allowance: Allowance, rate: WarningRate, nowMs: number): void {
  const gained = (nowMs - allowance.atMs) / 1000 * rate.perSecond;
  allowance.tokens = Math.min(rate.burst, allowance.tokens + gained);
  allowance.atMs = nowMs;
}
