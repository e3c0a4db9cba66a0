import { hostAndPort } from "../base/addresses.ts";
import type { Listener } from "./listener.ts";

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
    address: formatTcp(scheme, listener.addr),
    async accept() {
      const conn = await listener.accept();
      // Answers are small and must not wait for more to fill a segment.
      conn.setNoDelay(true);
      return conn;
    },
    close() {
      listener.close();
      return undefined;
    },
    reopen: () => openTcpListener({ ...endpoint, port: listener.addr.port }),
  };
}

/** `tcp://127.0.0.1:8080`; an IPv6 address stands in brackets. */
export function formatTcp(
  scheme: string,
  address: { hostname: string; port: number },
): string {
  return `${scheme}://${hostAndPort(address)}`;
}
