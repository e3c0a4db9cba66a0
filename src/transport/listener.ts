import type { StreamConn } from "./stream_conn.ts";

/** A listening socket. */
export interface Listener {
  /** `tcp://127.0.0.1:8080`, `tls://…` or `unix:/path`. */
  readonly address: string;
  accept(): Promise<StreamConn>;
  /**
   * Stops listening; a Unix socket's file is removed.
   *
   * @returns What was left behind, and why; undefined where nothing was.
   */
  close(): string | undefined;
}
