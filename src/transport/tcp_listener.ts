/**
 * TCP, with or without TLS.
 */
import type { Listener } from "./listener.ts";

/** Where a TCP or TLS transport listens. */
export interface TcpEndpoint {
  readonly type: "tcp";
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly backlog: number | undefined;
  /** SO_REUSEPORT: several processes share the port. */
  readonly reusePort: boolean;
  /** PEM texts; undefined without TLS. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

/** Listens on a TCP port. */
export function openTcpListener(endpoint: TcpEndpoint): Listener {
  const options = {
    hostname: endpoint.hostname,
    port: endpoint.port,
    reusePort: endpoint.reusePort,
    ...(endpoint.backlog === undefined ? {} : { tcpBacklog: endpoint.backlog }),
  };
  const listener = endpoint.tls === undefined
    ? Deno.listen(options)
    : Deno.listenTls({ ...options, ...endpoint.tls });
  const scheme = endpoint.tls === undefined ? "tcp" : "tls";
  return {
    address: formatTcp(scheme, listener.addr as Deno.NetAddr),
    async accept() {
      const conn = await listener.accept();
      // Answers are small and must not wait for more to fill a segment.
      if ("setNoDelay" in conn) conn.setNoDelay(true);
      return conn;
    },
    close: () => listener.close(),
  };
}

/** `tcp://127.0.0.1:8080`; an IPv6 address stands in brackets. */
export function formatTcp(
  scheme: string,
  address: { hostname: string; port: number },
): string {
  const host = address.hostname.includes(":")
    ? `[${address.hostname}]`
    : address.hostname;
  return `${scheme}://${host}:${address.port}`;
}
