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
  WebSocketConfig,
} from "../config/config.ts";
import type { Framing, MessageFramer } from "../framing/framing.ts";
import { RAWSOCKET_FRAMER } from "../rawsocket/frame.ts";
import { RawSocketFraming } from "../rawsocket/rawsocket_framing.ts";
import { Serializer, type SerializerName } from "../serializer/serializer.ts";
import { Session, type SessionOptions } from "../session/session.ts";
import type { Connection, ConnectionOptions } from "../transport/connection.ts";
import type { TrustedProxies } from "../transport/forwarded_for.ts";
import { FrameEncoder } from "../transport/frame_encoder.ts";
import type { Codec } from "../transport/message_receiver.ts";
import type { Pipeline } from "../transport/pipeline.ts";
import { Opcode, WebSocketFramer } from "../websocket/frame.ts";
import type { DeflateParameters } from "../websocket/permessage_deflate.ts";
import {
  type Subprotocol,
  type SubprotocolCodecs,
  WebSocketFraming,
} from "../websocket/websocket_framing.ts";
import { buildMethods } from "./build_methods.ts";
import { largestWelcomeBytes } from "./largest_welcome.ts";
import type { SharedParts } from "./shared_parts.ts";

/** The transport that a service is on. */
export interface ServicePlace {
  readonly transport: TransportConfig;
  readonly log: Logger;
  readonly pipeline: Pipeline<Connection>;
  /** Undefined: no proxy is. */
  readonly trustedProxies: TrustedProxies | undefined;
  readonly shared: SharedParts;
}

/** From the decision to close a connection to the end of waiting for its peer. */
const CLOSING_TIMEOUT_MS = 3000;

/** WAMP over RawSocket. */
export async function rawSocketService(
  config: WampServiceConfig,
  place: ServicePlace,
): Promise<ConnectionOptions> {
  const codecs = new Map(config.serializers.map((name) => {
    const codec = codecOf(name, config, RAWSOCKET_FRAMER, place.shared);
    return [codec.serializer.format.handshakeNumber, codec];
  }));
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

/** By serializer. */
const SUBPROTOCOLS: Readonly<Record<SerializerName, Subprotocol>> = {
  json: "wamp.2.json",
  msgpack: "wamp.2.msgpack",
  cbor: "wamp.2.cbor",
};

/** WAMP over WebSocket. */
export async function webSocketService(
  config: WebSocketConfig,
  place: ServicePlace,
): Promise<ConnectionOptions> {
  const deflate = config.compression?.deflate;
  const framing = new WebSocketFraming<Codec>({
    path: config.path,
    codecs: new Map(config.serializers.map((name) => [
      SUBPROTOCOLS[name],
      webSocketCodecs(name, config, place.shared),
    ])),
    allowedOrigins: config.allowedOrigins ?? [],
    allowNullOrigin: config.allowNullOrigin,
    requireSubprotocol: config.requireSubprotocol,
    enableWebstatus: config.enableWebstatus,
    deflate,
    maxMessageBytes: config.maxMessageBytes,
    maxFrameBytes: config.maxFrameBytes ?? config.maxMessageBytes,
    requireMasked: config.requireMasked,
    failByDrop: config.failByDrop,
    echoCloseCode: config.echoCloseCode,
  });
  const options = await serviceOf(
    config,
    framing,
    config.closeHandshakeTimeoutMs,
    place,
  );
  return { ...options, autoPingBytes: config.autoPingBytes };
}

function webSocketCodecs(
  name: SerializerName,
  config: WebSocketConfig,
  shared: SharedParts,
): SubprotocolCodecs<Codec> {
  const framer = {
    opcode: name === "json" ? Opcode.TEXT : Opcode.BINARY,
    fragmentBytes: config.autoFragmentBytes,
  };
  const deflate = config.compression?.deflate;
  const codec = (deflate?: DeflateParameters) =>
    codecOf(name, config, new WebSocketFramer({ ...framer, deflate }), shared);
  return {
    plain: codec(),
    ...(deflate !== undefined && { deflating: codec(deflate) }),
  };
}

async function serviceOf(
  config: WampServiceConfig,
  framing: Framing<Codec>,
  closingTimeoutMs: number,
  place: ServicePlace,
): Promise<ConnectionOptions> {
  const { transport, shared } = place;
  const auth = await authenticationOf(config, transport, shared);
  const sessionOptions = sessionOptionsOf(config, transport, auth, shared);
  return {
    ...portOptions(config, framing, place),
    closingTimeoutMs,
    openSession: (connection) => new Session(sessionOptions, connection),
  };
}

/** What connections have in common, whatever they turn out to speak. */
export function portOptions(
  { limits, debug }: Pick<WampServiceConfig, "limits" | "debug">,
  framing: Framing<Codec>,
  { transport, log, pipeline, trustedProxies, shared }: ServicePlace,
): Omit<ConnectionOptions, "openSession"> {
  const { counters } = shared;
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
    trustedProxies,
    frameTimeoutMs: limits.frameTimeoutMs,
    maxOutboxBytes: limits.maxOutboxBytes,
    maxStallMs: limits.maxStallMs,
    slowAfterMs: limits.slowAfterMs,
    overload: limits.overload,
    handshakeTimeoutMs: transport.limits.handshakeTimeoutMs,
    closingTimeoutMs: CLOSING_TIMEOUT_MS,
    autoPing: limits.autoPing,
    autoPingIntervalMs: limits.autoPingIntervalMs,
    autoPingTimeoutMs: limits.autoPingTimeoutMs,
    eventDropped: () => counters.increment("events_dropped"),
    outboxOverflowed: () => counters.increment("outbox_overflows"),
    memoryShort: () => counters.increment("memory_shortages"),
    peerLost: () => counters.increment("peers_lost"),
    readPaused: () => counters.increment("reads_paused"),
    producerHeld: () => counters.increment("producers_held"),
  };
}

function codecOf(
  name: SerializerName,
  { limits }: WampServiceConfig,
  framer: MessageFramer,
  { flushQueue, outboxBudget }: SharedParts,
): Codec {
  const serializer = new Serializer(name, limits.maxDepth);
  const encoder = new FrameEncoder(
    serializer,
    framer,
    flushQueue,
    outboxBudget,
  );
  return { serializer, encoder };
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
