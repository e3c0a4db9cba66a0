/**
 * Listening sockets of every kind, all the same to who accepts.
 */
import { tcpUrl } from "../base/addresses.ts";
import type { Logger } from "../base/log.ts";
import {
  type Listener,
  openTcpListener,
  type TcpEndpoint,
} from "./listener.ts";
import { openTlsListener } from "./tls_listener.ts";
import { openUnixListener, type UnixEndpoint } from "./unix_listener.ts";

/** Where a transport listens. */
export type Endpoint = TcpEndpoint | UnixEndpoint;

/** What a listener is made with, beside its endpoint. */
export interface ListenerOptions {
  /** The transport's, for what is told. */
  readonly id: string;
  /** Told what becomes of the file of a Unix socket. */
  readonly log: Logger;
  /** TLS handshakes that may be under way. */
  readonly maxTlsHandshakes: number;
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
  endpoint: Endpoint,
  { id, log, maxTlsHandshakes }: ListenerOptions,
): Promise<Listener> {
  try {
    if (endpoint.type === "unix") return await openUnixListener(endpoint, log);
    return endpoint.tls === undefined
      ? openTcpListener(endpoint)
      : openTlsListener(endpoint, endpoint.tls, maxTlsHandshakes);
  } catch (cause) {
    const where = endpoint.type === "tcp"
      ? tcpUrl(endpoint.tls === undefined ? "tcp" : "tls", endpoint)
      : `unix:${endpoint.path}`;
    throw new ListenError(
      `Cannot listen on ${where} (transport "${id}"): ${explain(cause)}`,
      { cause },
    );
  }
}

function explain(cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) {
    return "the address is in use; stop the other process or choose another port";
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "this machine has no such address; check the endpoint's interface";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "the operating system forbids it; check the port, or the mode of the socket's folder";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
