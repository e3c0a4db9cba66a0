/**
 * Retained events and histories in a file: they outlive the router.
 *
 * Routing only puts events into a buffer, which is written in one transaction
 * when its time has come. Where the disk fails, the buffer keeps the newest
 * events, and goes on trying; who asks for a history is told.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Logger } from "../base/log.ts";
import type { Deadline } from "../base/timer_wheel.ts";
import type { Timers } from "../base/timers.ts";
import {
  type EventStore,
  EventStoreError,
  type HistoryKey,
  type StoredEvent,
} from "../router/event_store.ts";
import type { Counters } from "../router/ports.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import { EventRows, type PayloadFormats } from "./event_rows.ts";
import { isForEverybody, merged, settled } from "./retained_list.ts";
import {
  type DatabaseOptions,
  inTransaction,
  isDatabaseError,
  openDatabase,
  openingError,
} from "./sqlite_database.ts";
import { SqliteHistories, SqliteRetained } from "./sqlite_tables.ts";
import {
  type BoundedHistory,
  type StoreBounds,
  storedSize,
} from "./store_bounds.ts";
import { type BufferBounds, WriteBuffer } from "./write_buffer.ts";

/** How a store writes. */
export interface SqliteStoreOptions {
  readonly bounds: StoreBounds;
  readonly buffer: BufferBounds;
  /** No event waits longer than this for the disk. */
  readonly flushMs: number;
}

/** What a store needs of the world around it. */
export interface StoreServices {
  readonly timers: Timers;
  readonly counters: Counters;
  readonly log: Logger;
  readonly formats: PayloadFormats;
}

/** What went to make room. */
interface Evicted {
  readonly events: number;
  readonly topics: number;
}

const NOTHING: Evicted = { events: 0, topics: 0 };

/**
 * What timers may be late: two ticks of the server's wheel, and what the turn of
 * the event loop takes that they wait for.
 */
const LATENESS_MS = 150;
/** So many events are written at once, without waiting for more: some milliseconds. */
const BATCH_EVENTS = 256;
/** From one failed attempt to write to the next. */
const RETRY_MS = 1000;

/** {@linkcode EventStore} in an SQLite database. */
export class SqliteEventStore implements EventStore {
  readonly histories: readonly HistoryKey[];
  readonly #options: SqliteStoreOptions;
  readonly #services: StoreServices;
  readonly #faults: StoreFaults;
  readonly #db: DatabaseSync;
  readonly #kept: SqliteHistories;
  readonly #retained: SqliteRetained;
  readonly #buffer: WriteBuffer;
  #timer: Deadline | undefined = undefined;
  /** Why the last attempt to write failed. */
  #fault: string | undefined = undefined;

  /**
   * Opens the store's file, or makes it.
   *
   * @throws {UnusableStoreError} @throws {DamagedStoreError}
   */
  static open(
    options: SqliteStoreOptions & { readonly database: DatabaseOptions },
    services: StoreServices,
  ): SqliteEventStore {
    const { path } = options.database;
    const db = openDatabase(options.database);
    try {
      return new SqliteEventStore(db, options, services);
    } catch (error) {
      db.close();
      throw openingError(error, path);
    }
  }

  /**
   * @param db Is the store's from now on.
   * @throws {Error} Where `db` cannot be read or written.
   */
  constructor(
    db: DatabaseSync,
    options: SqliteStoreOptions,
    services: StoreServices,
  ) {
    const { bounds, buffer } = options;
    const { log, timers, counters } = services;
    this.histories = bounds.histories;
    this.#options = options;
    this.#services = services;
    this.#faults = new StoreFaults(log, timers, counters);
    this.#db = db;
    const rows = new EventRows(services.formats);
    this.#kept = new SqliteHistories(db, bounds.histories, rows);
    this.#retained = new SqliteRetained(db, bounds.retention, rows);
    this.#buffer = new WriteBuffer(buffer);
    // The bounds may be narrower than when the events were written.
    let evicted: Evicted = NOTHING;
    inTransaction(db, () => evicted = this.#trim(bounds.histories));
    this.#count(evicted);
  }

  retain(event: StoredEvent): void {
    const { maxBytes } = this.#options.bounds.retention;
    if (storedSize(event) > maxBytes) return this.#faults.lost(1);
    this.#buffer.retain(event);
    this.#added();
  }

  retained(topic: string): readonly StoredEvent[] {
    const newer = this.#buffer.retainedOf(topic);
    // What is before one for everybody is gone (ER-04).
    if (newer.some(isForEverybody)) return settled(newer);
    const written = this.#read(() => this.#retained.get(topic));
    return settled(merged(newer, written));
  }

  *retainedMatching(
    uri: string,
    match: MatchPolicy,
  ): Iterable<readonly StoredEvent[]> {
    for (const { topic } of this.#buffer.topics()) {
      if (!uriMatches(uri, match, topic)) continue;
      const events = this.retained(topic);
      if (events.length > 0) yield events;
    }
    const written = this.#retained.matching(uri, match);
    for (const events of this.#reading(written)) {
      if (this.#buffer.retainedOf(events[0].topic).length === 0) yield events;
    }
  }

  append(history: HistoryKey, event: StoredEvent): void {
    const { maxBytes } = history as BoundedHistory;
    if (storedSize(event) > maxBytes) return this.#faults.lost(1);
    this.#buffer.append(history, event);
    this.#added();
  }

  history(history: HistoryKey, newestFirst: boolean): Iterable<StoredEvent> {
    // What waits must be there too: it is written first, or nothing is told.
    if (this.#fault === undefined) this.#flush();
    if (this.#fault !== undefined) {
      throw new EventStoreError(`The store cannot be written: ${this.#fault}`);
    }
    return this.#reading(this.#kept.events(history, newestFirst));
  }

  /** Writes what waits, and lets go of the file. */
  close(): void {
    this.#flush();
    this.#faults.lost(this.#buffer.count);
    this.#buffer.clear();
    this.#stopTimer();
    this.#db.close();
  }

  #added(): void {
    // Better often and little than seldom and long: others wait meanwhile.
    const isDue = this.#buffer.isFull || this.#buffer.count >= BATCH_EVENTS;
    if (isDue && this.#fault === undefined) this.#flush();
    while (this.#buffer.isFull) this.#faults.lost(this.#buffer.dropOlder());
    this.#startTimer();
  }

  /** Writes all that waits in one transaction, or nothing. */
  #flush(): void {
    this.#stopTimer();
    if (this.#buffer.count === 0 && this.#fault === undefined) return;
    try {
      let evicted: Evicted = NOTHING;
      inTransaction(this.#db, () => evicted = this.#write());
      this.#count(evicted);
      this.#buffer.clear();
      this.#fault = undefined;
      this.#faults.mended();
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      this.#kept.recount();
      this.#retained.recount();
      this.#fault = error.message;
      this.#faults.report("write events", error.message);
    }
  }

  #write(): Evicted {
    const touched = new Set<HistoryKey>();
    for (const { history, event } of this.#buffer.events) {
      touched.add(history);
      this.#kept.add(history, event);
    }
    for (const { topic, events: newer } of this.#buffer.topics()) {
      const older = newer.some(isForEverybody) ? [] : this.#readable(topic);
      this.#retained.replace(topic, merged(newer, older));
    }
    return this.#trim(touched);
  }

  /** The written events of `topic`; none where they are damaged. */
  #readable(topic: string): readonly StoredEvent[] {
    try {
      return this.#retained.get(topic);
    } catch (error) {
      if (error instanceof EventStoreError) return [];
      throw error;
    }
  }

  #trim(histories: Iterable<HistoryKey>): Evicted {
    let events = 0;
    for (const history of histories) {
      events += this.#kept.trim(history as BoundedHistory);
    }
    return { events, topics: this.#retained.trim() };
  }

  #count({ events, topics }: Evicted): void {
    const { counters } = this.#services;
    for (let i = 0; i < events; i++) {
      counters.increment("history_events_evicted");
    }
    for (let i = 0; i < topics; i++) {
      counters.increment("retained_events_evicted");
    }
  }

  #startTimer(): void {
    if (this.#timer !== undefined) return;
    if (this.#buffer.count === 0 && this.#fault === undefined) return;
    const delay = this.#fault === undefined
      ? Math.max(0, this.#options.flushMs - LATENESS_MS)
      : RETRY_MS;
    this.#timer = this.#services.timers.set(delay, () => {
      this.#timer = undefined;
      this.#flush();
      this.#startTimer();
    });
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#services.timers.clear(this.#timer);
    this.#timer = undefined;
  }

  #read<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      throw this.#readingError(error);
    }
  }

  *#reading<Item>(items: Iterable<Item>): Iterable<Item> {
    try {
      yield* items;
    } catch (error) {
      throw this.#readingError(error);
    }
  }

  #readingError(error: unknown): unknown {
    if (!isDatabaseError(error) && !(error instanceof EventStoreError)) {
      return error;
    }
    this.#faults.report("read events", error.message);
    return new EventStoreError(`The store cannot be read: ${error.message}`);
  }
}

/** A fault that lasts, or comes and goes, is logged so often. */
const LOG_INTERVAL_MS = 60_000;

/** What a store can fail to do. */
export type StoreTask = "read events" | "write events";

/** Counts what a store cannot do, and tells of it, though not each time. */
export class StoreFaults {
  readonly #log: Logger;
  readonly #timers: Timers;
  readonly #counters: Counters;
  readonly #told = new Map<StoreTask, { atMs: number; unwritten: number }>();
  /** Whether the log says that events cannot be written. */
  #isOut = false;

  constructor(log: Logger, timers: Timers, counters: Counters) {
    this.#log = log;
    this.#timers = timers;
    this.#counters = counters;
  }

  /** The store could not do `task`, because of `reason`. */
  report(task: StoreTask, reason: string): void {
    this.#counters.increment("store_errors");
    const now = this.#timers.nowMs;
    const told = this.#told.get(task) ?? { atMs: -Infinity, unwritten: 0 };
    this.#told.set(task, told);
    if (now - told.atMs < LOG_INTERVAL_MS) {
      told.unwritten++;
      return;
    }
    this.#isOut ||= task === "write events";
    this.#log.error(
      `the store cannot ${task}; messages are routed all the same`,
      {
        reason,
        ...(told.unwritten > 0 && { not_logged_before: told.unwritten }),
      },
    );
    told.atMs = now;
    told.unwritten = 0;
  }

  /** Nothing kept `count` events. */
  lost(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#counters.increment("events_not_stored");
    }
  }

  /** The store has written what it had to. */
  mended(): void {
    if (!this.#isOut) return;
    this.#isOut = false;
    this.#log.info("the store can write events again");
  }
}

/**
 * Stands in for a store whose file was damaged when the router started: it keeps
 * nothing, and requests for events fail.
 */
export class BrokenEventStore implements EventStore {
  readonly histories: readonly HistoryKey[];
  readonly #reason: string;
  readonly #counters: Counters;

  constructor(
    histories: readonly HistoryKey[],
    reason: string,
    counters: Counters,
  ) {
    this.histories = histories;
    this.#reason = reason;
    this.#counters = counters;
  }

  retain(): void {
    this.#counters.increment("events_not_stored");
  }

  retained(): never {
    throw this.#error();
  }

  retainedMatching(): never {
    throw this.#error();
  }

  append(): void {
    this.#counters.increment("events_not_stored");
  }

  history(): never {
    throw this.#error();
  }

  #error(): EventStoreError {
    this.#counters.increment("store_errors");
    return new EventStoreError(this.#reason);
  }
}
