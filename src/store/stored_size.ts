/**
 * How much room a stored event takes: what the stores' bounds in octets count.
 */
import type { StoredEvent } from "../router/event_store.ts";
import type { Payload } from "../wamp/payload.ts";
import type { DictKey, ValueSink } from "../wamp/value_sink.ts";

/** What an event takes beside its parts of any length, about. */
const EVENT_BYTES = 256;
/** What a value takes in memory, about. */
const VALUE_BYTES = 16;

/** The size of `event`, in octets, about. */
export function storedSize(event: StoredEvent): number {
  let size = EVENT_BYTES + event.topic.length + payloadSize(event.payload);
  for (const value of Object.values(event.details)) {
    size += VALUE_BYTES + sizeOf(value);
  }
  if (event.lists === undefined) return size;
  // A publisher chooses how long its lists are.
  for (const list of Object.values(event.lists)) size += sizeOf(list);
  return size;
}

function payloadSize(payload: Payload): number {
  if (payload.count === 0) return 0;
  const octets = payload.end - payload.start;
  if (octets > 0) return octets;
  // The router's own values, not in any serializer yet.
  const sink = new MeasuringSink();
  payload.format?.readPayload(payload, sink);
  return sink.size;
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length + VALUE_BYTES;
  if (!Array.isArray(value)) return VALUE_BYTES;
  return value.reduce((sum, item) => sum + sizeOf(item), VALUE_BYTES);
}

/** Adds up what it is told. */
class MeasuringSink implements ValueSink {
  size = 0;

  integer(): void {
    this.size += VALUE_BYTES;
  }

  float(): void {
    this.size += VALUE_BYTES;
  }

  text(value: string): void {
    this.size += VALUE_BYTES + value.length;
  }

  binary(value: Uint8Array): void {
    this.size += VALUE_BYTES + value.length;
  }

  boolean(): void {
    this.size += VALUE_BYTES;
  }

  nil(): void {
    this.size += VALUE_BYTES;
  }

  beginList(): void {
    this.size += VALUE_BYTES;
  }

  endList(): void {}

  beginDict(): void {
    this.size += VALUE_BYTES;
  }

  key(key: DictKey): void {
    this.size += VALUE_BYTES + String(key).length;
  }

  endDict(): void {}
}
