/**
 * One transport of the config, put together.
 */
import { Authentication } from "../auth/authentication.ts";
import type { AuthenticatorSlots } from "../auth/authenticator.ts";
import type { FailureLimiter } from "../auth/failure_limiter.ts";
import type { Ledger } from "../base/ledger.ts";
import { type Logger, withFields } from "../base/log.ts";
import type { RealmConfig, TransportConfig } from "../config/config.ts";
import { RAWSOCKET_FRAMER } from "../rawsocket/frame.ts";
import { RawSocketFraming } from "../rawsocket/rawsocket_framing.ts";
import type { Router } from "../router/router.ts";
import { Serializer } from "../serializer/serializer.ts";
import { Session, type SessionOptions } from "../session/session.ts";
import { Connection, type ConnectionOptions } from "../transport/connection.ts";
import { ConnectionLimit } from "../transport/connection_limit.ts";
import type { FlushQueue } from "../transport/flush_queue.ts";
import { FrameEncoder } from "../transport/frame_encoder.ts";
import { type Endpoint, openListener } from "../transport/open_listener.ts";
import type { Codec } from "../transport/message_receiver.ts";
import type { BackPressure } from "../transport/back_pressure.ts";
import type { OpenConnection } from "../transport/open_connection.ts";
import type { OutboxBudget } from "../transport/outbox_budget.ts";
import { Pipeline } from "../transport/pipeline.ts";
import { checkSocketPlace } from "../transport/socket_place.ts";
import { Transport } from "../transport/transport.ts";
import type { Turns } from "../transport/turns.ts";
import type { WriterPool } from "../transport/writer_pool.ts";
import { buildMethods } from "./build_methods.ts";
import type { EventCounters } from "./inventory.ts";
import { largestWelcomeBytes } from "./largest_welcome.ts";
import type { RouterCaller } from "./router_caller.ts";
import { readTlsIdentity } from "./tls_identity.ts";
import type { WheelTimers } from "./wheel_timers.ts";

/** From the decision to close a connection to the end of waiting for its peer. */
const CLOSING_TIMEOUT_MS = 3000;

/** What all transports have in common. */
export interface SharedParts {
  readonly router: Router;
  readonly realms: readonly RealmConfig[];
  readonly counters: EventCounters;
  readonly timers: WheelTimers;
  readonly flushQueue: FlushQueue;
  readonly turns: Turns;
  readonly writerPool: WriterPool;
  readonly outboxBudget: OutboxBudget;
  readonly ledger: Ledger;
  readonly backPressure: BackPressure;
  readonly limiter: FailureLimiter;
  readonly slots: AuthenticatorSlots;
  readonly caller: RouterCaller;
  readonly log: Logger;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

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
  const auth = await authenticationOf(config, shared);
  const listener = await openListener(await endpointOf(config), {
    id: config.id,
    log,
    maxTlsHandshakes: config.limits.maxTlsHandshakes,
  });
  const service = serviceOf(config, auth, log, shared);
  return new Transport(listener, new Set<OpenConnection>(), {
    limit: new ConnectionLimit(config.limits),
    ledger: shared.ledger,
    turns: shared.turns,
    timers: shared.timers,
    log,
    serve: (conn, owner) => new Connection(conn, service, owner),
    ended: () => service.pipeline.close(),
    connectionRefused: () => shared.counters.increment("connections_refused"),
    nowMs: shared.nowMs,
  });
}

/** What the clients of one service have in common. */
function serviceOf(
  config: TransportConfig,
  auth: Authentication,
  log: Logger,
  shared: SharedParts,
): ConnectionOptions {
  const { limits } = config;
  const { counters } = shared;
  const sessionOptions = sessionOptionsOf(config, auth, shared);
  return {
    pipeline: new Pipeline<Connection>(shared.turns, (error) => {
      throw error;
    }),
    turns: shared.turns,
    flushQueue: shared.flushQueue,
    writerPool: shared.writerPool,
    outboxBudget: shared.outboxBudget,
    ledger: shared.ledger,
    backPressure: shared.backPressure,
    timers: shared.timers,
    nowMs: shared.nowMs,
    log,
    debug: config.debug,
    framing: rawSocketOf(config, shared),
    frameTimeoutMs: limits.frameTimeoutMs,
    maxOutboxBytes: limits.maxOutboxBytes,
    maxStallMs: limits.maxStallMs,
    slowAfterMs: limits.slowAfterMs,
    overload: limits.overload,
    handshakeTimeoutMs: limits.handshakeTimeoutMs,
    closingTimeoutMs: CLOSING_TIMEOUT_MS,
    autoPing: limits.autoPing,
    autoPingIntervalMs: limits.autoPingIntervalMs,
    autoPingTimeoutMs: limits.autoPingTimeoutMs,
    openSession: (connection) => new Session(sessionOptions, connection),
    eventDropped: () => counters.increment("events_dropped"),
    outboxOverflowed: () => counters.increment("outbox_overflows"),
    memoryShort: () => counters.increment("memory_shortages"),
    peerLost: () => counters.increment("peers_lost"),
    readPaused: () => counters.increment("reads_paused"),
    producerHeld: () => counters.increment("producers_held"),
  };
}

async function endpointOf(config: TransportConfig): Promise<Endpoint> {
  const { endpoint } = config;
  if (endpoint.type === "unix") return endpoint;
  if (endpoint.tls === undefined) return { ...endpoint, tls: undefined };
  return { ...endpoint, tls: await readTlsIdentity(endpoint.tls) };
}

function codecsOf(
  config: TransportConfig,
  { flushQueue, outboxBudget }: SharedParts,
): Map<number, Codec> {
  return new Map(config.serializers.map((name) => {
    const serializer = new Serializer(name, config.limits.maxDepth);
    const encoder = new FrameEncoder(
      serializer,
      RAWSOCKET_FRAMER,
      flushQueue,
      outboxBudget,
    );
    return [serializer.format.handshakeNumber, { serializer, encoder }];
  }));
}

async function authenticationOf(
  config: TransportConfig,
  shared: SharedParts,
): Promise<Authentication> {
  const { timers, limiter, slots, caller, counters } = shared;
  const { ids } = shared.router;
  return new Authentication({
    methods: await buildMethods(config, { ids, timers, slots, caller }),
    limiter,
    maxFailures: config.limits.maxAuthFailures,
    timers,
    counters,
  });
}

function sessionOptionsOf(
  config: TransportConfig,
  auth: Authentication,
  shared: SharedParts,
): SessionOptions {
  const { limits } = config;
  return {
    router: shared.router,
    ...(config.realms && { realms: new Set(config.realms) }),
    auth,
    timers: shared.timers,
    limits,
    helloTimeoutMs: limits.helloTimeoutMs,
    authenticateTimeoutMs: limits.authenticateTimeoutMs,
    goodbyeTimeoutMs: limits.goodbyeTimeoutMs,
    strictRequestIds: limits.strictRequestIds,
    nowMs: shared.nowMs,
    debug: config.debug,
  };
}

function rawSocketOf(
  config: TransportConfig,
  shared: SharedParts,
): RawSocketFraming<Codec> {
  const codecs = codecsOf(config, shared);
  return new RawSocketFraming({
    codecs,
    maxMessageBytes: config.maxMessageBytes,
    minPeerLimitBytes: largestWelcomeBytes(
      offeredRealms(config, shared.realms),
      config.auth,
      [...codecs.values()].map((codec) => codec.serializer),
    ),
  });
}

function offeredRealms(
  { realms }: TransportConfig,
  all: readonly RealmConfig[],
): readonly RealmConfig[] {
  if (realms === undefined) return all;
  const names = new Set(realms);
  return all.filter(({ name }) => names.has(name));
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
