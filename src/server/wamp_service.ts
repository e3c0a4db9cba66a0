/**
 * One way for WAMP clients into the router, put together: what the connections
 * have in common that speak one protocol on one transport.
 */
import { Authentication } from "../auth/authentication.ts";
import type { Logger } from "../base/log.ts";
import type {
  RealmConfig,
  TransportConfig,
  WampServiceConfig,
} from "../config/config.ts";
import type { Framing, MessageFramer } from "../framing/framing.ts";
import { RAWSOCKET_FRAMER } from "../rawsocket/frame.ts";
import { RawSocketFraming } from "../rawsocket/rawsocket_framing.ts";
import { Serializer } from "../serializer/serializer.ts";
import { Session, type SessionOptions } from "../session/session.ts";
import type { Connection, ConnectionOptions } from "../transport/connection.ts";
import { FrameEncoder } from "../transport/frame_encoder.ts";
import type { Codec } from "../transport/message_receiver.ts";
import type { Pipeline } from "../transport/pipeline.ts";
import { buildMethods } from "./build_methods.ts";
import { largestWelcomeBytes } from "./largest_welcome.ts";
import type { SharedParts } from "./shared_parts.ts";

/** The transport that a service is on. */
export interface ServicePlace {
  readonly transport: TransportConfig;
  readonly log: Logger;
  readonly pipeline: Pipeline<Connection>;
  readonly shared: SharedParts;
}

/** From the decision to close a connection to the end of waiting for its peer. */
const CLOSING_TIMEOUT_MS = 3000;

/** WAMP over RawSocket. */
export async function rawSocketService(
  config: WampServiceConfig,
  place: ServicePlace,
): Promise<ConnectionOptions> {
  const codecs = new Map(
    codecsOf(config, RAWSOCKET_FRAMER, place.shared).map((codec) =>
      [codec.serializer.format.handshakeNumber, codec] as const
    ),
  );
  const framing = new RawSocketFraming({
    codecs,
    maxMessageBytes: config.maxMessageBytes,
    minPeerLimitBytes: largestWelcomeBytes(
      offeredRealms(place),
      config.auth,
      [...codecs.values()].map((codec) => codec.serializer),
    ),
  });
  return await serviceOf(config, framing, CLOSING_TIMEOUT_MS, place);
}

async function serviceOf(
  config: WampServiceConfig,
  framing: Framing<Codec>,
  closingTimeoutMs: number,
  { transport, log, pipeline, shared }: ServicePlace,
): Promise<ConnectionOptions> {
  const { counters } = shared;
  const { limits, debug } = config;
  const auth = await authenticationOf(config, transport, shared);
  const sessionOptions = sessionOptionsOf(config, transport, auth, shared);
  return {
    pipeline,
    turns: shared.turns,
    flushQueue: shared.flushQueue,
    writerPool: shared.writerPool,
    outboxBudget: shared.outboxBudget,
    ledger: shared.ledger,
    backPressure: shared.backPressure,
    timers: shared.timers,
    nowMs: shared.nowMs,
    log,
    debug,
    framing,
    frameTimeoutMs: limits.frameTimeoutMs,
    maxOutboxBytes: limits.maxOutboxBytes,
    maxStallMs: limits.maxStallMs,
    slowAfterMs: limits.slowAfterMs,
    overload: limits.overload,
    handshakeTimeoutMs: transport.limits.handshakeTimeoutMs,
    closingTimeoutMs,
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

/** For each serializer of a service, in its order. */
function codecsOf(
  { serializers, limits }: WampServiceConfig,
  framer: MessageFramer,
  { flushQueue, outboxBudget }: SharedParts,
): Codec[] {
  return serializers.map((name) => {
    const serializer = new Serializer(name, limits.maxDepth);
    const encoder = new FrameEncoder(
      serializer,
      framer,
      flushQueue,
      outboxBudget,
    );
    return { serializer, encoder };
  });
}

async function authenticationOf(
  service: WampServiceConfig,
  { endpoint }: TransportConfig,
  shared: SharedParts,
): Promise<Authentication> {
  const { timers, limiter, slots, caller, counters } = shared;
  const { ids } = shared.router;
  const parts = { ids, timers, slots, caller };
  return new Authentication({
    methods: await buildMethods(service, endpoint, parts),
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

function offeredRealms(
  { transport, shared }: ServicePlace,
): readonly RealmConfig[] {
  const { realms } = transport;
  if (realms === undefined) return shared.realms;
  const names = new Set(realms);
  return shared.realms.filter(({ name }) => names.has(name));
}
