/**
 * A log that a peer cannot flood: the rate of complaints with the same message is
 * limited, and the next line says how many were not written.
 */
import { Alarm, type Timers } from "./timers.ts";
import type { LogFields, Logger } from "./log.ts";
import { TokenBucket } from "./token_bucket.ts";

/** How many complaints with the same message are written. */
export interface ComplaintRate {
  /** At once. */
  readonly burst: number;
  /** Later on. */
  readonly perSecond: number;
}

/**
 * The next line of its kind says how many were left out; without one, a summary
 * after this time does.
 */
const SUMMARY_MS = 10_000;

type Level = "warn" | "error";

/** What is known of the complaints with one message. */
interface Kind {
  readonly level: Level;
  readonly bucket: TokenBucket;
  readonly summary: Alarm;
  unwritten: number;
}

/** Another log with its warnings and errors limited; other levels pass. */
export class LimitedLog implements Logger {
  readonly #log: Logger;
  readonly #rate: ComplaintRate;
  readonly #timers: Timers;
  readonly #nowMs: () => number;
  // Messages are constants of the program, and few; what varies is in the fields.
  readonly #kinds = new Map<string, Kind>();

  /** @param nowMs A clock that never goes back. */
  constructor(
    log: Logger,
    rate: ComplaintRate,
    timers: Timers,
    nowMs: () => number,
  ) {
    this.#log = log;
    this.#rate = rate;
    this.#timers = timers;
    this.#nowMs = nowMs;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#complain("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#complain("error", message, fields);
  }

  /** Writes the summaries that are still due. */
  flush(): void {
    for (const [message, kind] of this.#kinds) this.#summarize(message, kind);
  }

  #complain(level: Level, message: string, fields?: LogFields): void {
    const now = this.#nowMs();
    const kind = this.#kinds.get(message) ?? this.#newKind(level, message, now);
    if (!kind.bucket.takeOne(now)) {
      kind.unwritten++;
      if (!kind.summary.isSet) {
        kind.summary.set(SUMMARY_MS, () => this.#summarize(message, kind));
      }
      return;
    }
    const { unwritten } = kind;
    kind.unwritten = 0;
    kind.summary.clear();
    this.#log[level](
      message,
      unwritten === 0 ? fields : { ...fields, not_logged_before: unwritten },
    );
  }

  #newKind(level: Level, message: string, nowMs: number): Kind {
    const { burst, perSecond } = this.#rate;
    const kind = {
      level,
      bucket: new TokenBucket(perSecond, burst, nowMs),
      summary: new Alarm(this.#timers),
      unwritten: 0,
    };
    this.#kinds.set(message, kind);
    return kind;
  }

  #summarize(message: string, kind: Kind): void {
    kind.summary.clear();
    const { unwritten } = kind;
    if (unwritten === 0) return;
    kind.unwritten = 0;
    this.#log[kind.level]("more of the same was not logged", {
      line: message,
      count: unwritten,
    });
  }
}
