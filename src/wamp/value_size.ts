/**
 * What values take in memory, about: what bounds in bytes count.
 */
import type { Payload } from "./payload.ts";
import type { DictKey, ValueSink } from "./value_sink.ts";
import { writeValue } from "./values.ts";

/** What a value takes beside its parts of any length, about. */
export const VALUE_BYTES = 16;

/** The size of a JavaScript value, in bytes, about. */
export function sizeOfValue(value: unknown): number {
  const sink = new MeasuringSink();
  writeValue(value, sink);
  return sink.size;
}

/** The size of `payload`, in bytes; about, where no serializer has written it yet. */
export function sizeOfPayload(payload: Payload): number {
  const bytes = payload.end - payload.start;
  if (bytes > 0) return bytes;
  const sink = new MeasuringSink();
  payload.format?.readPayload(payload, sink);
  return sink.size;
}

/** Adds up the sizes of a stream of values. */
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
