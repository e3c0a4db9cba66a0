/**
 * The tables of a store's database: histories, and retained events.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryKey, StoredEvent } from "../router/event_store.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import {
  damaged,
  EVENT_COLUMNS,
  type EventRows,
  fromColumn,
  toColumn,
} from "./event_rows.ts";
import { fitting, settled } from "./retained_list.ts";
import type { BoundedHistory, RetentionBounds } from "./store_bounds.ts";

/** What a history holds at present. */
interface HistoryFilling {
  count: number;
  bytes: number;
}

/** The histories in a database. */
export class SqliteHistories {
  readonly #rows: EventRows;
  /** By history: its key in the database. */
  readonly #ids = new Map<HistoryKey, number>();
  /** Undefined: to be counted anew, since a transaction failed. */
  #fillings: Map<number, HistoryFilling> | undefined = undefined;
  readonly #insert: StatementSync;
  readonly #removeOldest: StatementSync;
  readonly #count: StatementSync;
  readonly #next: StatementSync;
  readonly #previous: StatementSync;

  /** Makes the histories of `bounds` that the database does not have yet. */
  constructor(
    db: DatabaseSync,
    bounds: readonly BoundedHistory[],
    rows: EventRows,
  ) {
    this.#rows = rows;
    this.#insert = db.prepare(
      `INSERT INTO history_event (history, ${EVENT_COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#removeOldest = db.prepare(
      `DELETE FROM history_event WHERE seq IN (
         SELECT seq FROM history_event WHERE history = ? ORDER BY seq LIMIT ?
       ) RETURNING size`,
    );
    this.#count = db.prepare(
      `SELECT history, count(*) AS count, sum(size) AS bytes
       FROM history_event GROUP BY history`,
    );
    this.#next = db.prepare(
      `SELECT seq, ${EVENT_COLUMNS} FROM history_event
       WHERE history = ? AND seq > ? ORDER BY seq LIMIT 1`,
    );
    this.#previous = db.prepare(
      `SELECT seq, ${EVENT_COLUMNS} FROM history_event
       WHERE history = ? AND seq < ? ORDER BY seq DESC LIMIT 1`,
    );
    const add = db.prepare(
      "INSERT OR IGNORE INTO history (uri, match) VALUES (?, ?)",
    );
    const find = db.prepare(
      "SELECT id FROM history WHERE uri = ? AND match = ?",
    );
    for (const history of bounds) {
      add.run(history.uri, history.match);
      const row = find.get(history.uri, history.match);
      this.#ids.set(history, Number(row?.["id"]));
    }
  }

  /** Adds an event, within a transaction. */
  add(history: HistoryKey, event: StoredEvent): void {
    const row = this.#rows.toRow(event);
    const id = this.#idOf(history);
    const filling = this.#fillingOf(id);
    this.#insert.run(id, ...row);
    filling.count++;
    filling.bytes += Number(row.at(-1));
  }

  /**
   * Lets the oldest events go that are over the bounds, within a transaction.
   *
   * @returns How many went.
   */
  trim(history: BoundedHistory): number {
    const id = this.#idOf(history);
    const filling = this.#fillingOf(id);
    let gone = 0;
    while (
      filling.count > history.maxEvents || filling.bytes > history.maxBytes
    ) {
      const surplus = Math.max(1, filling.count - history.maxEvents);
      const removed = this.#removeOldest.all(id, surplus);
      // It holds less than was counted: nothing to do but to count again.
      if (removed.length === 0) break;
      for (const { size } of removed) filling.bytes -= Number(size);
      filling.count -= removed.length;
      gone += removed.length;
    }
    return gone;
  }

  /**
   * All events in one order or the other, as they are asked for. Row by row:
   * `StatementSync.iterate()` ends in silence where the file is damaged.
   */
  *events(history: HistoryKey, newestFirst: boolean): Iterable<StoredEvent> {
    const id = this.#idOf(history);
    const step = newestFirst ? this.#previous : this.#next;
    let place = newestFirst ? Number.MAX_SAFE_INTEGER : 0;
    for (
      let row = step.get(id, place);
      row !== undefined;
      row = step.get(id, place)
    ) {
      place = Number(row["seq"]);
      yield this.#rows.fromRow(row);
    }
  }

  /** What was counted does not hold: a transaction was rolled back. */
  recount(): void {
    this.#fillings = undefined;
  }

  #idOf(history: HistoryKey): number {
    const id = this.#ids.get(history);
    if (id === undefined) {
      throw new RangeError(
        `There is no history of "${history.uri}"`,
      );
    }
    return id;
  }

  #fillingOf(id: number): HistoryFilling {
    const fillings = this.#fillings ??= new Map(
      this.#count.all().map(({ history, count, bytes }) => [
        Number(history),
        { count: Number(count), bytes: Number(bytes) },
      ]),
    );
    let filling = fillings.get(id);
    if (filling === undefined) {
      filling = { count: 0, bytes: 0 };
      fillings.set(id, filling);
    }
    return filling;
  }
}

/** What the table holds at present. */
interface RetainedFilling {
  topics: number;
  bytes: number;
}

/** The retained events in a database. A later `seq` is a newer event. */
export class SqliteRetained {
  readonly #rows: EventRows;
  readonly #bounds: RetentionBounds;
  /** Undefined: to be counted anew, since a transaction failed. */
  #filling: RetainedFilling | undefined = undefined;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #remove: StatementSync;
  readonly #oldest: StatementSync;
  readonly #firstTopic: StatementSync;
  readonly #nextTopic: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync, bounds: RetentionBounds, rows: EventRows) {
    this.#rows = rows;
    this.#bounds = bounds;
    this.#insert = db.prepare(
      `INSERT INTO retained_event (${EVENT_COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#select = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM retained_event WHERE topic = ?
       ORDER BY seq DESC`,
    );
    this.#remove = db.prepare(
      "DELETE FROM retained_event WHERE topic = ? RETURNING size",
    );
    this.#oldest = db.prepare(
      "SELECT topic FROM retained_event ORDER BY seq LIMIT 1",
    );
    this.#firstTopic = db.prepare(
      `SELECT topic FROM retained_event WHERE topic >= ?
       ORDER BY topic LIMIT 1`,
    );
    this.#nextTopic = db.prepare(
      `SELECT topic FROM retained_event WHERE topic > ?
       ORDER BY topic LIMIT 1`,
    );
    this.#count = db.prepare(
      `SELECT count(DISTINCT topic) AS topics, sum(size) AS bytes
       FROM retained_event`,
    );
  }

  /** The events of `topic`, newest first. */
  get(topic: string): StoredEvent[] {
    const column = toColumn(topic);
    return this.#select.all(column).map((row) => this.#rows.fromRow(row));
  }

  /** The events of each topic that the pattern matches, newest first. */
  *matching(uri: string, match: MatchPolicy): Iterable<StoredEvent[]> {
    // All that matches begins so, and stands together.
    const head = toColumn(match === "prefix" ? uri : literalHead(uri));
    let row = this.#firstTopic.get(head);
    let last: string | undefined;
    while (row !== undefined) {
      const column = String(row["topic"]);
      if (!column.startsWith(head)) return;
      // Else it would go on for ever.
      if (column === last) throw damaged();
      const topic = fromColumn(column);
      const events = uriMatches(uri, match, topic) ? this.get(topic) : [];
      if (events.length > 0) yield events;
      last = column;
      row = this.#nextTopic.get(column);
    }
  }

  /**
   * Makes `events` all that `topic` has, within a transaction.
   *
   * @param events Newest first.
   */
  replace(topic: string, events: readonly StoredEvent[]): void {
    const filling = this.#fillingNow();
    this.#removeTopic(toColumn(topic));
    const kept = settled(fitting(events, this.#bounds.maxBytes));
    if (kept.length === 0) return;
    for (const event of kept.toReversed()) {
      const row = this.#rows.toRow(event);
      this.#insert.run(...row);
      filling.bytes += Number(row.at(-1));
    }
    filling.topics++;
  }

  /**
   * Lets the topics go that have been quiet for longest and are over the
   * bounds, within a transaction.
   *
   * @returns How many went.
   */
  trim(): number {
    const filling = this.#fillingNow();
    const { maxTopics, maxBytes } = this.#bounds;
    let gone = 0;
    while (filling.topics > maxTopics || filling.bytes > maxBytes) {
      const oldest = this.#oldest.get();
      if (oldest === undefined) break;
      if (!this.#removeTopic(String(oldest["topic"]))) {
        // It holds less than was counted: nothing to do but to count again.
        this.recount();
        break;
      }
      gone++;
    }
    return gone;
  }

  /** What was counted does not hold: a transaction was rolled back. */
  recount(): void {
    this.#filling = undefined;
  }

  /** Whether there was one. */
  #removeTopic(column: string): boolean {
    const filling = this.#fillingNow();
    const removed = this.#remove.all(column);
    for (const { size } of removed) filling.bytes -= Number(size);
    if (removed.length > 0) filling.topics--;
    return removed.length > 0;
  }

  #fillingNow(): RetainedFilling {
    if (this.#filling === undefined) {
      const row = this.#count.get();
      this.#filling = {
        topics: Number(row?.["topics"]),
        bytes: Number(row?.["bytes"] ?? 0),
      };
    }
    return this.#filling;
  }
}

/** The text that all topics begin with which the wildcard pattern matches. */
function literalHead(pattern: string): string {
  return pattern.startsWith(".") ? "" : pattern.split("..", 1)[0];
}
