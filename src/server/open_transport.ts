/**
 * One transport of the config, put together: its listener, and all that is served
 * on it.
 */
import { withFields } from "../base/log.ts";
import type { TransportConfig } from "../config/config.ts";
import { Connection, type ConnectionOptions } from "../transport/connection.ts";
import { ConnectionLimit } from "../transport/connection_limit.ts";
import type { OpenConnection } from "../transport/open_connection.ts";
import { TrustedProxies } from "../transport/forwarded_for.ts";
import type { Codec } from "../transport/message_receiver.ts";
import { type Endpoint, openListener } from "../transport/open_listener.ts";
import { Pipeline } from "../transport/pipeline.ts";
import { checkSocketPlace } from "../transport/socket_place.ts";
import { Transport } from "../transport/transport.ts";
import { HttpSide } from "./http_side.ts";
import type { SharedParts } from "./shared_parts.ts";
import { readTlsIdentity } from "./tls_identity.ts";
import { UniversalFraming } from "../universal/universal_framing.ts";
import { refusingFraming } from "../websocket/websocket_framing.ts";
import {
  portOptions,
  rawSocketService,
  type ServicePlace,
  webSocketService,
} from "./wamp_service.ts";

/**
 * Listens as `config` says.
 *
 * @throws {ListenError} Where that is not possible.
 */
export async function openTransport(
  config: TransportConfig,
  shared: SharedParts,
): Promise<Transport> {
  const log = withFields(shared.log, { transport: config.id });
  const pipeline = new Pipeline<Connection>(shared.turns, (error) => {
    throw error;
  });
  const place = {
    transport: config,
    log,
    pipeline,
    trustedProxies: config.trustedProxies.length === 0
      ? undefined
      : new TrustedProxies(config.trustedProxies),
    shared,
  };
  const { options, http } = await openServices(place);
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
    serve: (conn, owner) => new Connection(conn, options, owner),
    async ended() {
      await http?.close();
      await pipeline.close();
    },
    connectionRefused: () => shared.counters.increment("connections_refused"),
    nowMs: shared.nowMs,
  });
}

/** What is served on a transport. */
interface Services {
  /** What its connections have in common, until one has said what it speaks. */
  readonly options: ConnectionOptions;
  /** Undefined: plain HTTP is not served. */
  readonly http: HttpSide | undefined;
}

async function openServices(place: ServicePlace): Promise<Services> {
  const { rawsocket, websockets, web, limits } = place.transport;
  const rawSocket = rawsocket && await rawSocketService(rawsocket, place);
  const webSockets = await Promise.all(websockets.map(async (one) => ({
    path: one.path,
    options: await webSocketService(one, place),
  })));
  const services = webSockets.map((one) => one.options);
  if (rawSocket !== undefined) services.push(rawSocket);
  if (services.length === 1 && web === undefined) {
    return { options: services[0], http: undefined };
  }
  const framing = new UniversalFraming<Codec>({
    rawSocket: rawSocket?.framing,
    webSockets: webSockets.map(({ path, options: { framing } }) => ({
      path,
      framing,
    })),
    refusing: refusingFraming(),
    handsOver: web !== undefined,
  });
  const byFraming = new Map(services.map((one) => [one.framing, one]));
  const http = web && await HttpSide.open(
    web,
    place,
    (conn, owner, ahead) => new Connection(conn, options, owner, ahead),
  );
  const options: ConnectionOptions = {
    ...portOptions({ limits, debug: false }, framing, place),
    serviceOf: (chosen) => byFraming.get(chosen) as ConnectionOptions,
    ...(http && { handOver: (handed) => http.take(handed) }),
    openSession() {
      throw new Error("No service was chosen");
    },
  };
  return { options, http };
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
