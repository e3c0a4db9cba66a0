import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryKey, StoredEvent } from "../router/event_store.ts";
import { EVENT_COLUMNS, type EventRows } from "./event_rows.ts";
import type { BoundedHistory } from "./store_bounds.ts";

/** What a history holds at present. */
interface Filling {
  count: number;
  bytes: number;
}

/** The histories in a database. */
export class SqliteHistories {
  readonly #rows: EventRows;
  /** By history: its key in the database. */
  readonly #ids = new Map<HistoryKey, number>();
  /** Undefined: to be counted anew, since a transaction failed. */
  #fillings: Map<number, Filling> | undefined = undefined;
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
        `Cannot find history: "${history.uri}" is not there`,
      );
    }
    return id;
  }

  #fillingOf(id: number): Filling {
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
