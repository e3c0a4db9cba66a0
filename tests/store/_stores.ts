/** Stores of both kinds, events for them, and a log to look at. */
import type { LogFields, Logger } from "../../src/base/log.ts";
import type { EventStore, StoredEvent } from "../../src/router/event_store.ts";
import type { PayloadFormats } from "../../src/store/event_rows.ts";
import { MemoryEventStore } from "../../src/store/memory_event_store.ts";
import { SqliteEventStore } from "../../src/store/sqlite_event_store.ts";
import type {
  BoundedHistory,
  StoreBounds,
} from "../../src/store/store_bounds.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { ManualTime } from "../support/manual_time.ts";
import {
  CBOR_CODEC,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
} from "../support/serializers.ts";
import { TestCounters } from "../support/test_realm.ts";

/** Payload formats by name, as the server has them. */
export const FORMATS: PayloadFormats = {
  json: JSON_CODEC.format,
  msgpack: MSGPACK_CODEC.format,
  cbor: CBOR_CODEC.format,
};

/** One line of a log. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** What a store is tested with. */
export class StoreWorld {
  readonly time = new ManualTime();
  readonly counters = new TestCounters();
  readonly lines: LogLine[] = [];
  readonly log: Logger = {
    debug: (message, fields = {}) => this.#add("debug", message, fields),
    info: (message, fields = {}) => this.#add("info", message, fields),
    warn: (message, fields = {}) => this.#add("warn", message, fields),
    error: (message, fields = {}) => this.#add("error", message, fields),
  };
  readonly formats = FORMATS;

  get timers(): ManualTime {
    return this.time;
  }

  #add(level: keyof Logger, message: string, fields: LogFields): void {
    this.lines.push({ level, message, fields });
  }
}

/** A history of more events than any test makes, unless it says otherwise. */
export function history(
  uri: string,
  bounds: Partial<BoundedHistory> = {},
): BoundedHistory {
  return {
    uri,
    match: "exact",
    maxEvents: 1_000_000,
    maxBytes: 2 ** 30,
    ...bounds,
  };
}

/** Wide bounds, unless a test says otherwise. */
export function boundsOf(bounds: Partial<StoreBounds> = {}): StoreBounds {
  return {
    histories: [],
    retention: { maxTopics: 1000, maxBytes: 2 ** 30 },
    ...bounds,
  };
}

/** An event with a payload of one text. */
export function event(
  publication: number,
  more: Partial<StoredEvent> & { readonly text?: string } = {},
): StoredEvent {
  const { text = `event ${publication}`, ...rest } = more;
  const bytes = encodeValue(JSON_CODEC, [text]);
  return {
    publication,
    topic: "com.a",
    timeMs: Date.parse("2030-01-01") + publication,
    details: {},
    payload: text === "" ? NO_PAYLOAD : payloadOf(JSON_CODEC, bytes, 1),
    excluded: undefined,
    lists: undefined,
    ...rest,
  };
}

/** The publications of `events`, in order. */
export function publications(events: Iterable<StoredEvent>): number[] {
  return [...events].map(({ publication }) => publication);
}

/** What a test of both kinds of store is given. */
export interface AnyStore {
  readonly world: StoreWorld;
  open(bounds: StoreBounds): EventStore;
}

/** Registers `name` for a store in memory and for one in a file. */
export function eachStore(name: string, body: (given: AnyStore) => void): void {
  Deno.test(`${name} (memory)`, () => {
    const world = new StoreWorld();
    body({
      world,
      open: (bounds) => new MemoryEventStore(bounds, world.counters),
    });
  });
  for (const isWritten of [false, true]) {
    // What waits in the buffer and what is written must look the same.
    const state = isWritten ? "written at once" : "buffered";
    Deno.test(`${name} (sqlite, ${state})`, () => {
      withStoreFile((path) => {
        const world = new StoreWorld();
        const stores: SqliteEventStore[] = [];
        body({
          world,
          open(bounds) {
            const maxEvents = isWritten ? 1 : 1_000_000;
            const store = openSqlite(path, world, { bounds, maxEvents });
            stores.push(store);
            return store;
          },
        });
        for (const store of stores) store.close();
      });
    });
  }
}

/** What a test says about a store in a file. */
export interface SqliteTestOptions {
  readonly bounds?: StoreBounds;
  readonly maxEvents?: number;
  readonly maxBytes?: number;
  readonly flushMs?: number;
}

/** A store in the file `path`. */
export function openSqlite(
  path: string,
  world: StoreWorld,
  options: SqliteTestOptions = {},
): SqliteEventStore {
  return SqliteEventStore.open({
    database: { path, sync: false },
    bounds: options.bounds ?? boundsOf(),
    buffer: {
      maxEvents: options.maxEvents ?? 1000,
      maxBytes: options.maxBytes ?? 2 ** 30,
    },
    flushMs: options.flushMs ?? 200,
  }, world);
}

/** Gives `body` the path of a file in a folder of its own, removed afterwards. */
export function withStoreFile(body: (path: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "sluice-store-" });
  try {
    body(`${folder}/events.db`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
