/**
 * One transport of the config, put together: its listener, and all that is served
 * on it.
 */
import { withFields } from "../base/log.ts";
import type { TransportConfig } from "../config/config.ts";
import { Connection } from "../transport/connection.ts";
import { ConnectionLimit } from "../transport/connection_limit.ts";
import type { OpenConnection } from "../transport/open_connection.ts";
import { type Endpoint, openListener } from "../transport/open_listener.ts";
import { Pipeline } from "../transport/pipeline.ts";
import { checkSocketPlace } from "../transport/socket_place.ts";
import { Transport } from "../transport/transport.ts";
import type { SharedParts } from "./shared_parts.ts";
import { readTlsIdentity } from "./tls_identity.ts";
import { rawSocketService } from "./wamp_service.ts";

/**
 * Listens as `config` says.
 *
 * @throws {ListenError} Where that is not possible.
 * @throws {Error} Where it has no RawSocket.
 */
export async function openTransport(
  config: TransportConfig,
  shared: SharedParts,
): Promise<Transport> {
  const log = withFields(shared.log, { transport: config.id });
  const pipeline = new Pipeline<Connection>(shared.turns, (error) => {
    throw error;
  });
  if (config.rawsocket === undefined) {
    throw new Error(`Cannot open transport ${config.id}: it has no RawSocket`);
  }
  const place = { transport: config, log, pipeline, shared };
  const service = await rawSocketService(config.rawsocket, place);
  const listener = await openListener(await endpointOf(config), {
    id: config.id,
    log,
    maxTlsHandshakes: config.limits.maxTlsHandshakes,
  });
  return new Transport(listener, new Set<OpenConnection>(), {
    limit: new ConnectionLimit(config.limits),
    ledger: shared.ledger,
    turns: shared.turns,
    timers: shared.timers,
    log,
    serve: (conn, owner) => new Connection(conn, service, owner),
    ended: () => pipeline.close(),
    connectionRefused: () => shared.counters.increment("connections_refused"),
    nowMs: shared.nowMs,
  });
}

async function endpointOf(config: TransportConfig): Promise<Endpoint> {
  const { endpoint } = config;
  if (endpoint.type === "unix") return endpoint;
  if (endpoint.tls === undefined) return { ...endpoint, tls: undefined };
  return { ...endpoint, tls: await readTlsIdentity(endpoint.tls) };
}

/** Why no socket can be made at `path`; undefined where one can. */
export function socketFault(path: string): string | undefined {
  try {
    checkSocketPlace(path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
