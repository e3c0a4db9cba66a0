import { createSecureContext, type SecureContext } from "node:tls";
import type { Listener } from "./listener.ts";
import {
  openTcpListener,
  type TcpEndpoint,
  type TlsIdentity,
} from "./tcp_listener.ts";
import { TlsConn } from "./tls_conn.ts";

/**
 * Listens with TLS on a TCP port. Clients are accepted before they have shaken
 * hands, which they do when they are read from.
 *
 * @throws {Error} Where key and certificates cannot be used, or do not belong
 * together.
 */
export function openTlsListener(
  endpoint: TcpEndpoint,
  identity: TlsIdentity,
): Listener {
  const context = secureContextOf(identity);
  const listener = openTcpListener(endpoint);
  return {
    ...listener,
    accept: async () => new TlsConn(await listener.accept(), context),
  };
}

function secureContextOf(identity: TlsIdentity): SecureContext {
  // Node's context would say at the first client only that it is of no use, and
  // not why. A client identity is loaded by the same library at once.
  Deno.createHttpClient({ ...identity }).close();
  return createSecureContext({ ...identity });
}
