/**
 * The stores of the config, put together.
 */
import { type Logger, withFields } from "../base/log.ts";
import type { Timers } from "../base/timers.ts";
import type {
  RealmConfig,
  SqliteStoreConfig,
  StoreConfig,
} from "../config/config.ts";
import type { StoreFault } from "../config/named_files.ts";
import type { EventStore } from "../router/event_store.ts";
import type { Counters } from "../router/ports.ts";
import { FORMATS } from "../serializer/serializer.ts";
import {
  BrokenEventStore,
  SqliteEventStore,
  type StoreServices,
} from "../store/sqlite_event_store.ts";
import { MemoryEventStore } from "../store/memory_event_store.ts";
import { checkStoreFile, DamagedStoreError } from "../store/sqlite_database.ts";
import type { StoreBounds } from "../store/store_bounds.ts";

/** The stores of all realms. */
export class Stores {
  readonly #open: ReadonlyMap<string, OpenStore>;

  private constructor(open: ReadonlyMap<string, OpenStore>) {
    this.#open = open;
  }

  /**
   * Opens a store for each realm.
   *
   * @throws {UnusableStoreError} Where a file cannot be a store; none is open then.
   */
  static open(realms: readonly RealmConfig[], parts: StoreParts): Stores {
    const open = new Map<string, OpenStore>();
    try {
      for (const realm of realms) open.set(realm.name, openStore(realm, parts));
      return new Stores(open);
    } catch (error) {
      for (const { close } of open.values()) close();
      throw error;
    }
  }

  /** The store of the realm of that name. */
  of(realm: string): EventStore {
    const found = this.#open.get(realm);
    if (found === undefined) {
      throw new RangeError(`There is no realm "${realm}"`);
    }
    return found.store;
  }

  /** Writes what waits, and closes all files. */
  close(): void {
    for (const { close } of this.#open.values()) close();
  }
}

/** A store that is open. */
export interface OpenStore {
  readonly store: EventStore;
  readonly close: () => void;
}

/** What stores need of the server. */
export interface StoreParts {
  readonly timers: Timers;
  readonly counters: Counters;
  readonly log: Logger;
}

/** Opens the store of one realm; `close` of the result closes it. */
export function openStore(realm: RealmConfig, parts: StoreParts): OpenStore {
  const { store } = realm;
  const bounds = boundsOf(store);
  if (store.type === "memory") {
    return {
      store: new MemoryEventStore(bounds, parts.counters),
      close: () => {},
    };
  }
  const log = withFields(parts.log, { realm: realm.name, store: store.path });
  try {
    return openSqliteStore(store, bounds, {
      ...parts,
      log,
      formats: FORMATS,
    });
  } catch (error) {
    if (!(error instanceof DamagedStoreError)) throw error;
    log.error(
      "the store is damaged: no events are stored until the router is restarted with an intact file",
      { reason: error.message },
    );
    const { histories } = bounds;
    return {
      store: new BrokenEventStore(histories, error.message, parts.counters),
      close: () => {},
    };
  }
}

/** Why the file cannot be a store; undefined where it can, or is not there yet. */
export function storeFault(path: string): StoreFault | undefined {
  try {
    checkStoreFile(path);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The router starts with a damaged store, but does not use it.
    const isDamage = error instanceof DamagedStoreError;
    return { message, severity: isDamage ? "warning" : "error" };
  }
}

function openSqliteStore(
  config: SqliteStoreConfig,
  bounds: StoreBounds,
  services: StoreServices,
): OpenStore {
  const store = SqliteEventStore.open({
    database: config,
    bounds,
    buffer: {
      maxEvents: config.maxBufferedEvents,
      maxBytes: config.maxBufferedBytes,
    },
    flushMs: config.flushMs,
  }, services);
  return { store, close: () => store.close() };
}

function boundsOf(config: StoreConfig): StoreBounds {
  return {
    histories: config.histories,
    retention: {
      maxTopics: config.maxRetainedTopics,
      maxBytes: config.maxRetainedBytes,
    },
  };
}
