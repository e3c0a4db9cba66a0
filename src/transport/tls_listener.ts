import { createSecureContext, type SecureContext } from "node:tls";
import { sourceOf } from "../base/source_address.ts";
import {
  type Listener,
  openTcpListener,
  type StreamConn,
  type TcpEndpoint,
  type TlsIdentity,
} from "./listener.ts";
import { hostOf } from "./peer_address.ts";
import { TlsConn } from "./tls_conn.ts";
import { TlsHandshakes } from "./tls_handshakes.ts";

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
  maxHandshakes: number,
): Listener {
  const context = secureContextOf(identity);
  const handshakes = new TlsHandshakes(maxHandshakes);
  const secure = (conn: StreamConn): TlsConn => {
    const source = sourceOf(hostOf(conn.remoteAddr) ?? "");
    return new TlsConn(conn, context, handshakes.add(source));
  };
  const overTls = (listener: Listener): Listener => ({
    ...listener,
    accept: async () => secure(await listener.accept()),
    close() {
      handshakes.listenerClosed();
      return listener.close();
    },
    reopen: async () => overTls(await listener.reopen()),
  });
  return overTls(openTcpListener(endpoint));
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
