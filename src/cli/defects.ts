/**
 * Errors that nobody handles: the router's state is not sound any more, so the
 * process says what happened and ends.
 *
 * @module
 */

import type { Logger } from "../base/log.ts";
import { ExitCode } from "./exit_code.ts";

/** From now on, an unhandled error is logged and ends the process. */
export function exitOnDefect(log: Logger): void {
  const fail = (what: string, reason: unknown): void => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    log.error(`${what}: ${error.message}`, { stack: error.stack ?? "" });
    Deno.exit(ExitCode.FAILED);
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail("a rejection was not handled", event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    fail("an error was not handled", event.error);
  });
}
