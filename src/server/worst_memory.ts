/**
 * What a router takes in memory where every client takes all that it may, as the
 * bounds of its config add up.
 */
import type {
  RealmConfig,
  RouterConfig,
  TransportConfig,
} from "../config/config.ts";
import { wampServices } from "../config/wamp_services.ts";
import { ROOM_BYTES } from "../transport/read_buffer.ts";
import { defaultMemoryBytes } from "./memory_limit.ts";

/** A connection with its session and small buffers. */
const IDLE_BYTES = 16_384;

/** The bounds of one router, in bytes. */
export interface WorstMemory {
  /** What clients may have the router keep: `max_memory_bytes`. */
  readonly clientBytes: number;
  /** Whether the config says so. */
  readonly isSet: boolean;
  /** What they could without it. */
  readonly unboundedBytes: number;
  /** Events that stores keep, which are not in that. */
  readonly storedBytes: number;
}

/** Adds up the bounds of `config`. */
export function worstMemory(config: RouterConfig): WorstMemory {
  const { maxMemoryBytes, maxTotalOutboxBytes, maxTotalFrameBytes } = config;
  const sessions = config.transports.reduce(
    (sum, transport) =>
      sum + transport.limits.maxConnections *
        (largestSessionBytes(transport) + IDLE_BYTES),
    0,
  );
  return {
    clientBytes: maxMemoryBytes ?? defaultMemoryBytes(),
    isSet: maxMemoryBytes !== undefined,
    unboundedBytes: sessions + maxTotalOutboxBytes + maxTotalFrameBytes +
      ROOM_BYTES,
    storedBytes: storedBytes(config),
  };
}

/** Of the service whose sessions may have most. */
function largestSessionBytes(transport: TransportConfig): number {
  const services = wampServices(transport);
  return Math.max(0, ...services.map(({ limits }) => limits.maxSessionBytes));
}

function storedBytes({ realms, autoRealms }: RouterConfig): number {
  const fixed = realms.reduce((sum, realm) => sum + storeBytes(realm), 0);
  if (autoRealms === undefined) return fixed;
  return fixed + autoRealms.maxRealms * storeBytes(autoRealms.template);
}

function storeBytes({ store }: RealmConfig): number {
  // Retained events of a store in a file are in the file.
  if (store.type !== "memory") return 0;
  return store.histories.reduce(
    (sum, { maxBytes }) => sum + maxBytes,
    store.maxRetainedBytes,
  );
}
