/**
 * Listening sockets: TCP, TLS and Unix, all the same to who accepts.
 */
import { openUnixListener, type UnixEndpoint } from "./unix_listener.ts";

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

/** Where a transport listens. */
export type Endpoint = TcpEndpoint | UnixEndpoint;

/** A listening socket. */
export interface Listener {
  /** `tcp://127.0.0.1:8080`, `tls://…` or `unix:/path`. */
  readonly address: string;
  accept(): Promise<Deno.Conn>;
  /** Stops listening; a Unix socket's file is removed. */
  close(): void;
}

/** A transport could not listen. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/**
 * Listens on `endpoint`.
 *
 * @throws {ListenError} Where that is not possible; it says why and what to do.
 */
export async function openListener(
  id: string,
  endpoint: Endpoint,
): Promise<Listener> {
  try {
    return endpoint.type === "tcp"
      ? openTcpListener(endpoint)
      : await openUnixListener(endpoint);
  } catch (cause) {
    const where = endpoint.type === "tcp"
      ? formatTcp(endpoint.tls === undefined ? "tcp" : "tls", endpoint)
      : `unix:${endpoint.path}`;
    throw new ListenError(
      `Cannot listen on ${where} (transport "${id}"): ${explain(cause)}`,
      { cause },
    );
  }
}

function openTcpListener(endpoint: TcpEndpoint): Listener {
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

function formatTcp(
  scheme: string,
  address: { hostname: string; port: number },
): string {
  const host = address.hostname.includes(":")
    ? `[${address.hostname}]`
    : address.hostname;
  return `${scheme}://${host}:${address.port}`;
}

function explain(cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) {
    return "the address is in use; stop the other process or choose another port";
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "this machine has no such address; check the endpoint's interface";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "the operating system forbids it; check the port or the folder's mode";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
