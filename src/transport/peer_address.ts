/**
 * Where a client is, and how it is connected.
 */
import { hostAndPort } from "../base/addresses.ts";
import type { Dict } from "../wamp/options.ts";
import type { StreamConn } from "./listener.ts";
import { TlsConn } from "./tls_conn.ts";

/** In words: `127.0.0.1:4711`, or `unix`. */
export function describeAddress(address: Deno.Addr): string {
  switch (address.transport) {
    case "tcp":
    case "udp":
      return hostAndPort(address);
    case "unix":
    case "unixpacket":
      return "unix";
    default:
      return address.transport;
  }
}

/** A client's IP address; undefined on a Unix socket. */
export function hostOf(address: Deno.Addr): string | undefined {
  return "hostname" in address ? address.hostname : undefined;
}

/** How a client is connected, with Crossbar.io's names. */
export function transportDetails(
  conn: StreamConn,
  { framing, serializer, peer }: {
    readonly framing: string;
    readonly serializer: string | undefined;
    readonly peer: string;
  },
): Dict {
  const isTls = conn instanceof TlsConn;
  return {
    channel_type: isTls ? "tls" : conn.remoteAddr.transport,
    channel_framing: framing,
    channel_serializer: serializer ?? null,
    is_secure: isTls,
    peer,
  };
}
