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
  /**
   * Listens anew at the same place, once this one is closed.
   *
   * @throws {Error} Where that is not possible, or not permitted any more.
   */
  reopen(): Listener | Promise<Listener>;
}

/**
 * A stream of octets to and from one client: what a connection uses of
 * `Deno.Conn`.
 */
export type StreamConn = Pick<
  Deno.Conn,
  "read" | "write" | "closeWrite" | "close" | "remoteAddr"
>;
