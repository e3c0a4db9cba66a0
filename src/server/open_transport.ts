/**
 * One transport of the config, put together.
 */
import { Authentication } from "../auth/authentication.ts";
import type { AuthenticatorSlots } from "../auth/authenticator.ts";
import type { FailureLimiter } from "../auth/failure_limiter.ts";
import type { Ledger } from "../base/ledger.ts";
import { type Logger, withFields } from "../base/log.ts";
import type {
  RealmConfig,
  TransportConfig,
  WampServiceConfig,
} from "../config/config.ts";
import { RAWSOCKET_FRAMER } from "../rawsocket/frame.ts";
import { RawSocketFraming } from "../rawsocket/rawsocket_framing.ts";
import type { Router } from "../router/router.ts";
import { Serializer } from "../serializer/serializer.ts";
import { Session, type SessionOptions } from "../session/session.ts";
import type { Connection } from "../transport/connection.ts";
import { ConnectionLimit } from "../transport/connection_limit.ts";
import type { FlushQueue } from "../transport/flush_queue.ts";
import { FrameEncoder } from "../transport/frame_encoder.ts";
import { type Endpoint, openListener } from "../transport/open_listener.ts";
import type { Codec } from "../transport/message_receiver.ts";
import type { BackPressure } from "../transport/back_pressure.ts";
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
 * @throws {Error} Where it has no RawSocket.
 */
export async function openTransport(
  config: TransportConfig,
  shared: SharedParts,
): Promise<Transport> {
  const service = config.rawsocket;
  if (service === undefined) {
    throw new Error(`Cannot open transport ${config.id}: it has no RawSocket`);
  }
  const { limits } = service;
  const log = withFields(shared.log, { transport: config.id });
  const auth = await authenticationOf(service, config, shared);
  const listener = await openListener(await endpointOf(config), {
    id: config.id,
    log,
    maxTlsHandshakes: config.limits.maxTlsHandshakes,
  });
  const connections = new Set<Connection>();
  const sessionOptions = sessionOptionsOf(service, config, auth, shared);
  return new Transport(listener, connections, {
    pipeline: new Pipeline<Connection>(shared.turns, (error) => {
      throw error;
    }),
    turns: shared.turns,
    flushQueue: shared.flushQueue,
    writerPool: shared.writerPool,
    outboxBudget: shared.outboxBudget,
    ledger: shared.ledger,
    frameTimeoutMs: limits.frameTimeoutMs,
    backPressure: shared.backPressure,
    timers: shared.timers,
    log,
    debug: service.debug,
    framing: rawSocketOf(service, config, shared),
    maxOutboxBytes: limits.maxOutboxBytes,
    maxStallMs: limits.maxStallMs,
    slowAfterMs: limits.slowAfterMs,
    overload: limits.overload,
    eventDropped: () => shared.counters.increment("events_dropped"),
    handshakeTimeoutMs: config.limits.handshakeTimeoutMs,
    closingTimeoutMs: CLOSING_TIMEOUT_MS,
    autoPing: limits.autoPing,
    autoPingIntervalMs: limits.autoPingIntervalMs,
    autoPingTimeoutMs: limits.autoPingTimeoutMs,
    limit: new ConnectionLimit(config.limits),
    nowMs: shared.nowMs,
    openSession: (connection) => new Session(sessionOptions, connection),
    outboxOverflowed: () => shared.counters.increment("outbox_overflows"),
    memoryShort: () => shared.counters.increment("memory_shortages"),
    peerLost: () => shared.counters.increment("peers_lost"),
    readPaused: () => shared.counters.increment("reads_paused"),
    producerHeld: () => shared.counters.increment("producers_held"),
    connectionRefused: () => shared.counters.increment("connections_refused"),
  });
}

async function endpointOf(config: TransportConfig): Promise<Endpoint> {
  const { endpoint } = config;
  if (endpoint.type === "unix") return endpoint;
  if (endpoint.tls === undefined) return { ...endpoint, tls: undefined };
  return { ...endpoint, tls: await readTlsIdentity(endpoint.tls) };
}

function codecsOf(
  { serializers, limits }: WampServiceConfig,
  { flushQueue, outboxBudget }: SharedParts,
): Map<number, Codec> {
  return new Map(serializers.map((name) => {
    const serializer = new Serializer(name, limits.maxDepth);
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
  service: WampServiceConfig,
  { endpoint }: TransportConfig,
  shared: SharedParts,
): Promise<Authentication> {
  const { timers, limiter, slots, caller, counters } = shared;
  const { ids } = shared.router;
  return new Authentication({
    methods: await buildMethods(service, endpoint, {
      ids,
      timers,
      slots,
      caller,
    }),
    limiter,
    maxFailures: service.limits.maxAuthFailures,
    timers,
    counters,
  });
}

function sessionOptionsOf(
  { limits, debug }: WampServiceConfig,
  { realms }: TransportConfig,
  auth: Authentication,
  shared: SharedParts,
): SessionOptions {
  return {
    router: shared.router,
    ...(realms && { realms: new Set(realms) }),
    auth,
    timers: shared.timers,
    limits,
    helloTimeoutMs: limits.helloTimeoutMs,
    authenticateTimeoutMs: limits.authenticateTimeoutMs,
    goodbyeTimeoutMs: limits.goodbyeTimeoutMs,
    strictRequestIds: limits.strictRequestIds,
    nowMs: shared.nowMs,
    debug,
  };
}

function rawSocketOf(
  service: WampServiceConfig,
  transport: TransportConfig,
  shared: SharedParts,
): RawSocketFraming<Codec> {
  const codecs = codecsOf(service, shared);
  return new RawSocketFraming({
    codecs,
    maxMessageBytes: service.maxMessageBytes,
    minPeerLimitBytes: largestWelcomeBytes(
      offeredRealms(transport, shared.realms),
      service.auth,
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
