import type { Logger } from "../base/log.ts";
import type { Outlet } from "../router/ports.ts";

/** A session's connection, as the session sees it. */
export interface SessionLink extends Outlet {
  /**
   * Sends what is waiting, then ends the connection. Nothing is received after.
   *
   * @param reason For the log.
   */
  close(reason: string): void;
  /** A log whose lines name the transport and the connection. */
  log(): Logger;
}
