import type { Logger } from "../base/log.ts";
import type { Outlet } from "../router/ports.ts";
import type { Dict } from "../wamp/options.ts";

/** A session's connection, as the session sees it. */
export interface SessionLink extends Omit<Outlet, "kill"> {
  /**
   * Sends what is waiting, then ends the connection. Nothing is received after.
   *
   * @param reason For the log.
   */
  close(reason: string): void;
  /** Reads on, if what the session owed to its quotas kept it from that. */
  readOn(): void;
  /** A log whose lines name the transport and the connection. */
  log(): Logger;
  /** The client's address; undefined where it has none. */
  remoteHost(): string | undefined;
  /** The client has proven who it is. */
  identified(): void;
  /** How the client is connected, in words for authenticators (DY-01). */
  transportDetails(): Dict;
}
