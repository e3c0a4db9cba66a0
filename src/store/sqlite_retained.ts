import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoredEvent } from "../router/event_store.ts";
import { type MatchPolicy, uriMatches } from "../wamp/uri.ts";
import { damaged, EVENT_COLUMNS, type EventRows } from "./event_rows.ts";
import { fitting, settled } from "./retained_list.ts";
import type { RetentionBounds } from "./store_bounds.ts";
import { fromColumn, toColumn } from "./topic_column.ts";

/** What the table holds at present. */
interface Filling {
  topics: number;
  bytes: number;
}

/** The retained events in a database. A later `seq` is a newer event. */
export class SqliteRetained {
  readonly #rows: EventRows;
  readonly #bounds: RetentionBounds;
  /** Undefined: to be counted anew, since a transaction failed. */
  #filling: Filling | undefined = undefined;
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

  #fillingNow(): Filling {
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
