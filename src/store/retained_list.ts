/**
 * The retained events of one topic: the newest that is for everybody, and
 * before it, newer, those that only some may get (ER-04).
 */
import type { StoredEvent } from "../router/event_store.ts";
import { storedSize } from "./store_bounds.ts";

/** Events kept for one topic. */
export const RETAINED_EVENTS_MAX = 16;

/** Whether `event` ends a list: who may get any may get this. */
export function isForEverybody(event: StoredEvent): boolean {
  return event.lists === undefined;
}

/**
 * `list`, newest first, without what is clearing at its end: before it there is
 * nothing to keep from anybody.
 */
export function settled(list: readonly StoredEvent[]): readonly StoredEvent[] {
  const last = list.findLastIndex(({ isClearing }) => isClearing !== true);
  return last === list.length - 1 ? list : list.slice(0, last + 1);
}

/** `list`, newest first, with `event` before it; what it replaces is gone. */
export function withNewest(
  list: readonly StoredEvent[],
  event: StoredEvent,
): readonly StoredEvent[] {
  if (isForEverybody(event)) return [event];
  const longer = [event, ...list];
  if (longer.length <= RETAINED_EVENTS_MAX) return longer;
  // Of those for some the oldest goes; the one for everybody stays.
  const last = longer[longer.length - 1];
  const surplus = isForEverybody(last) ? longer.length - 2 : longer.length - 1;
  return longer.toSpliced(surplus, 1);
}

/** `older` with the events of `newer` before it, as if they had come one by one. */
export function merged(
  newer: readonly StoredEvent[],
  older: readonly StoredEvent[],
): readonly StoredEvent[] {
  return newer.reduceRight(
    (list: readonly StoredEvent[], event) => withNewest(list, event),
    older,
  );
}

/** The newest of `list` that have room together in `maxBytes`. */
export function fitting(
  list: readonly StoredEvent[],
  maxBytes: number,
): readonly StoredEvent[] {
  let bytes = 0;
  const surplus = list.findIndex((event) => {
    bytes += storedSize(event);
    return bytes > maxBytes;
  });
  return surplus < 0 ? list : list.slice(0, surplus);
}
