import { createSecureContext, type SecureContext } from "node:tls";
import {
  type Listener,
  openTcpListener,
  type TcpEndpoint,
  type TlsIdentity,
} from "./listener.ts";
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

/** Why a key and its certificates are of no use; undefined where they are. */
export function identityFault(identity: TlsIdentity): string | undefined {
  try {
    loadIdentity(identity);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function secureContextOf(identity: TlsIdentity): SecureContext {
  loadIdentity(identity);
  return createSecureContext({ ...identity });
}

/**
 * Node's context would say at the first client only that it is of no use, and
 * not why. A client identity is loaded by the same library at once.
 */
function loadIdentity(identity: TlsIdentity): void {
  Deno.createHttpClient({ ...identity }).close();
}
