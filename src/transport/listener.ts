/**
 * Listening sockets, and the plainest of them: TCP.
 *
 * @module
 */

import { tcpUrl } from "../base/addresses.ts";

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

/** A key and its certificates, as PEM texts. */
export interface TlsIdentity {
  readonly key: string;
  /** The server's certificate, then those between it and the root. */
  readonly cert: string;
}

/** Where a TCP or TLS transport listens. */
export interface TcpEndpoint {
  readonly type: "tcp";
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly backlog?: number | undefined;
  /** SO_REUSEPORT: several processes share the port. */
  readonly reusePort: boolean;
  /** Undefined without TLS. */
  readonly tls: TlsIdentity | undefined;
}

/** Listens on a TCP port; what comes is as it is on the wire. */
export function openTcpListener(endpoint: TcpEndpoint): Listener {
  const listener = Deno.listen({
    hostname: endpoint.hostname,
    port: endpoint.port,
    reusePort: endpoint.reusePort,
    ...(endpoint.backlog === undefined ? {} : { tcpBacklog: endpoint.backlog }),
  });
  const scheme = endpoint.tls === undefined ? "tcp" : "tls";
  return {
    address: tcpUrl(scheme, listener.addr),
    async accept() {
      const conn = await listener.accept();
      // Answers are small and must not wait for more to fill a segment.
      conn.setNoDelay(true);
      // Finds out, late, that a peer's machine is gone that is sent nothing.
      conn.setKeepAlive(true);
      return conn;
    },
    close() {
      listener.close();
      return undefined;
    },
    reopen: () => openTcpListener({ ...endpoint, port: listener.addr.port }),
  };
}
