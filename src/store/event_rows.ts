/**
 * Events as rows of a database. Payload is kept as the bytes that came, with
 * the name of their serializer; a checksum tells when the disk has changed them,
 * which SQLite itself would not notice, and clients should not have to.
 */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { EventStoreError, type StoredEvent } from "../router/event_store.ts";
import type { AudienceOptions, Dict } from "../wamp/options.ts";
import { NO_PAYLOAD, Payload, type PayloadFormat } from "../wamp/payload.ts";
import { storedSize } from "./store_bounds.ts";

/** The columns of an event, in the order of its values. */
export const EVENT_COLUMNS =
  "topic, time_ms, head, format, elements, payload, checksum, size";

/** What payload can be in, by the name that rows have; `cbor` has a form for all. */
export type PayloadFormats = Readonly<
  Record<"json" | "msgpack" | "cbor", PayloadFormat>
>;

/** A row as it is read. */
export type EventRow = Record<string, SQLOutputValue>;

/** The small parts of an event: JSON has integers up to 2^53, SQLite's binding not. */
interface Head {
  readonly publication: number;
  readonly details: Dict;
  readonly excluded?: number;
  readonly lists?: AudienceOptions;
  readonly isClearing?: true;
}

/** Makes rows of events, and events of rows. */
export class EventRows {
  readonly #formats: PayloadFormats;

  constructor(formats: PayloadFormats) {
    this.#formats = formats;
  }

  /** The values of `event`. */
  toRow(event: StoredEvent): SQLInputValue[] {
    const [name, payload] = this.#named(event.payload);
    const { publication, details, excluded, lists, isClearing } = event;
    const head = JSON.stringify({
      publication,
      details,
      excluded,
      lists,
      isClearing,
    });
    const bytes = payload.bytes.subarray(payload.start, payload.end);
    return [
      toColumn(event.topic),
      event.timeMs,
      head,
      name,
      payload.count,
      bytes,
      checksumOf(head, bytes),
      storedSize(event),
    ];
  }

  /**
   * The event of a row.
   *
   * @throws {EventStoreError} Where it is none that we wrote.
   */
  fromRow(row: EventRow): StoredEvent {
    const { payload } = row;
    const head = String(row["head"]);
    if (
      !(payload instanceof Uint8Array) ||
      row["checksum"] !== checksumOf(head, payload)
    ) throw damaged();
    const { publication, details, excluded, lists, isClearing } = readHead(
      head,
    );
    return {
      publication,
      topic: fromColumn(String(row["topic"])),
      timeMs: Number(row["time_ms"]),
      details,
      payload: this.#payloadOf(row, payload),
      excluded,
      lists,
      ...(isClearing === true && { isClearing }),
    };
  }

  #payloadOf({ format, elements }: EventRow, bytes: Uint8Array): Payload {
    if (elements === 0) return NO_PAYLOAD;
    const formats: Readonly<Record<string, PayloadFormat>> = this.#formats;
    const name = String(format);
    if (!Object.hasOwn(formats, name) || (elements !== 1 && elements !== 2)) {
      throw damaged();
    }
    const known = formats[name];
    return new Payload(known, bytes, 0, bytes.length, elements);
  }

  /** The name of a format, and `payload` in it: the router's own is in none. */
  #named(payload: Payload): [name: string, payload: Payload] {
    for (const [name, format] of Object.entries(this.#formats)) {
      if (payload.format === format) return [name, payload];
    }
    return ["cbor", payload.in(this.#formats.cbor)];
  }
}

function checksumOf(head: string, bytes: Uint8Array): number {
  return crc32(bytes, crc32(head));
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

/** The fault of a row, or an order of rows, that we did not write. */
export function damaged(): EventStoreError {
  return new EventStoreError("The store is damaged");
}

// SQLite would keep U+0000, which topics may hold (UR-01), but what is read of such a
// text ends before it. Order and prefixes stay what they are.
const NUL = "\u0000";
const MARK = "\u0001";
const MARKED_NUL = "\u0001\u0001";
const MARKED_MARK = "\u0001\u0002";

/** `topic` as the database has it. */
export function toColumn(topic: string): string {
  return topic.replaceAll(MARK, MARKED_MARK).replaceAll(NUL, MARKED_NUL);
}

/** The topic that the database has as `text`. */
export function fromColumn(text: string): string {
  return text.replaceAll(MARKED_NUL, NUL).replaceAll(MARKED_MARK, MARK);
}
