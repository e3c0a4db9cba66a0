/**
 * How much room a stored event takes: what the stores' bounds in bytes count.
 */
import type { StoredEvent } from "../router/event_store.ts";
import { sizeOfPayload, sizeOfValue, VALUE_BYTES } from "../wamp/value_size.ts";

/** What an event takes beside its parts of any length, about. */
const EVENT_BYTES = 256;

/** The size of `event`, in bytes, about. */
export function storedSize(event: StoredEvent): number {
  const { topic, payload, details, lists = {} } = event;
  let size = EVENT_BYTES + topic.length + sizeOfPayload(payload);
  for (const value of Object.values(details)) {
    size += VALUE_BYTES + sizeOfValue(value);
  }
  // A publisher chooses how long its lists are.
  for (const list of Object.values(lists)) size += sizeOfValue(list);
  return size;
}
