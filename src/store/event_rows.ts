/**
 * Events as rows of a database. Payload is kept as the octets that came, with
 * the name of their serializer; a checksum tells when the disk has changed them,
 * which SQLite itself would not notice, and clients should not have to.
 */
import { crc32 } from "node:zlib";
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { EventStoreError, type StoredEvent } from "../router/event_store.ts";
import type { AudienceOptions, Dict } from "../wamp/options.ts";
import { NO_PAYLOAD, Payload, type PayloadFormat } from "../wamp/payload.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import { storedSize } from "./stored_size.ts";

/** The columns of an event, in the order of its values. */
export const EVENT_COLUMNS =
  "topic, time_ms, head, format, elements, payload, checksum, size";

/** A row as it is read. */
export type EventRow = Record<string, SQLOutputValue>;

/** The small parts of an event: JSON has integers up to 2^53, SQLite's binding not. */
interface Head {
  readonly publication: number;
  readonly details: Dict;
  readonly excluded?: number;
  readonly lists?: AudienceOptions;
}

/** Makes rows of events, and events of rows. */
export class EventRows {
  readonly #formats: ReadonlyMap<string, PayloadFormat>;

  /**
   * @param formats By name, as rows have them. The last takes payload that is
   * in none of them.
   */
  constructor(formats: ReadonlyMap<string, PayloadFormat>) {
    this.#formats = formats;
  }

  /** The values of `event`; undefined where its payload has no form in octets. */
  toRow(event: StoredEvent): SQLInputValue[] | undefined {
    const named = this.#named(event.payload);
    if (named === undefined) return undefined;
    const { name, payload } = named;
    const { publication, details, excluded, lists } = event;
    const head = JSON.stringify({ publication, details, excluded, lists });
    const octets = payload.bytes.subarray(payload.start, payload.end);
    return [
      event.topic,
      event.timeMs,
      head,
      name,
      payload.count,
      octets,
      checksumOf(head, octets),
      storedSize(event),
    ];
  }

  /**
   * The event of a row.
   *
   * @throws {EventStoreError} Where it is none that we wrote.
   */
  fromRow(row: EventRow): StoredEvent {
    const { topic, time_ms: timeMs, head, payload } = row;
    if (
      typeof topic !== "string" || typeof timeMs !== "number" ||
      typeof head !== "string" || !(payload instanceof Uint8Array) ||
      row["checksum"] !== checksumOf(head, payload)
    ) throw damaged();
    const { publication, details, excluded, lists } = readHead(head);
    return {
      publication,
      topic,
      timeMs,
      details,
      payload: this.#payloadOf(row, payload),
      excluded,
      lists,
    };
  }

  #payloadOf({ format, elements }: EventRow, octets: Uint8Array): Payload {
    if (elements === 0) return NO_PAYLOAD;
    const known = this.#formats.get(String(format));
    if (known === undefined || (elements !== 1 && elements !== 2)) {
      throw damaged();
    }
    return new Payload(known, octets, 0, octets.length, elements);
  }

  /** `payload` in a format that has a name, and that name. */
  #named(
    payload: Payload,
  ): { name: string | null; payload: Payload } | undefined {
    if (payload.count === 0) return { name: null, payload };
    let last: [string, PayloadFormat] | undefined;
    for (const [name, format] of this.#formats) {
      if (payload.format?.slot === format.slot) return { name, payload };
      last = [name, format];
    }
    if (last === undefined) return undefined;
    try {
      return { name: last[0], payload: payload.in(last[1]) };
    } catch (error) {
      if (error instanceof UnsupportedValueError) return undefined;
      throw error;
    }
  }
}

function checksumOf(head: string, octets: Uint8Array): number {
  return crc32(octets, crc32(head));
}

function readHead(text: string): Head {
  try {
    const head = JSON.parse(text);
    if (typeof head?.details === "object") return head;
  } catch {
    // As for anything else that we did not write.
  }
  throw damaged();
}

function damaged(): EventStoreError {
  return new EventStoreError("The store is damaged");
}
