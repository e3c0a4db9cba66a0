/**
 * Connections that cannot be accepted, most often since there is no descriptor
 * left: that lasts, and is tried again many times a second.
 */
import { Alarm, type Timers } from "../base/timers.ts";
import type { LogFields, Logger } from "../base/log.ts";

/** While it lasts, it is told so often. */
const REMINDER_MS = 60_000;
/** After so long without a failure it is over. */
const CALM_MS = 5_000;

/** Tells of them: at first, each minute, and when it is over. */
export class AcceptFaults {
  readonly #log: Logger;
  readonly #nowMs: () => number;
  readonly #calm: Alarm;
  #toldAtMs = -Infinity;
  /** Since it began. */
  #failures = 0;
  /** Since it was told last. */
  #unwritten = 0;

  /** @param nowMs A clock that never goes back. */
  constructor(log: Logger, timers: Timers, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
    this.#calm = new Alarm(timers);
  }

  /**
   * Accepting has failed.
   *
   * @param connections How many the transport has.
   */
  report(error: unknown, connections: number): void {
    this.#failures++;
    this.#calm.set(CALM_MS, () => this.#over());
    this.#tell("cannot accept connections, and goes on trying", {
      reason: explain(error),
      connections,
    });
  }

  /** The listening socket has died of `cause`, and `failure` keeps it closed. */
  staysDead(cause: unknown, failure: unknown): void {
    this.#calm.clear();
    this.#failures++;
    this.#tell(
      "the listener has died: no new client can connect; opening it again fails, and is tried on",
      { reason: explain(failure), died_of: explain(cause) },
    );
  }

  /** The listening socket had died of `cause`, and is open again. */
  reopened(cause: unknown): void {
    if (this.#failures > 0) return this.#over();
    this.#log.warn("the listener had died, and is open again", {
      reason: explain(cause),
    });
  }

  /** Tells nothing any more. */
  close(): void {
    this.#calm.clear();
  }

  #tell(message: string, fields: LogFields): void {
    const now = this.#nowMs();
    if (now - this.#toldAtMs < REMINDER_MS) {
      this.#unwritten++;
      return;
    }
    this.#toldAtMs = now;
    this.#log.error(message, {
      ...fields,
      ...(this.#unwritten > 0 && { not_logged_before: this.#unwritten }),
    });
    this.#unwritten = 0;
  }

  #over(): void {
    this.#log.info("connections are accepted again", {
      failures: this.#failures,
      not_logged_before: this.#unwritten,
    });
    this.#toldAtMs = -Infinity;
    this.#failures = 0;
    this.#unwritten = 0;
  }
}

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.NotCapable) {
    return "the router has given up the permission to listen: restart it; with the command that `permissions` prints it keeps the permission to listen on its own TCP addresses";
  }
  const code = error instanceof Error && "code" in error ? error.code : "";
  switch (code) {
    case "EMFILE":
      return `${text}: the process may not open more files; raise its limit (ulimit -n, LimitNOFILE of systemd), or lower max_connections`;
    case "ENFILE":
      return `${text}: the whole system may not open more files; raise its limit (fs.file-max of sysctl), or find the process that holds so many`;
    default:
      return text;
  }
}
