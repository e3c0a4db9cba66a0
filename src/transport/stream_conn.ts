/**
 * A stream of octets to and from one client: what a connection uses of
 * `Deno.Conn`.
 */
export type StreamConn = Pick<
  Deno.Conn,
  "read" | "write" | "closeWrite" | "close" | "remoteAddr"
>;
