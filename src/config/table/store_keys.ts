/**
 * The table: stores of events.
 *
 * @module
 */

import {
  optional,
  refusedIgnorable,
  required,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { path } from "../../schema/special_types.ts";
import {
  boolean,
  choice,
  integer,
  list,
  text,
} from "../../schema/value_types.ts";
import { variants } from "../../schema/variant_type.ts";

/** Events of a history, unless the config says otherwise. */
export const HISTORY_EVENTS_DEFAULT = 100;

const OURS = { origin: "sluice" } as const;
const GIB = 2 ** 30;

/** One element of `event-history`. */
export const EVENT_HISTORY = object({
  name: "event history",
  help:
    "A topic or pattern whose events are kept, for `wamp.subscription.get_events`. Events of sessions that name who may get them by `exclude` or `eligible` are not.",
  keys: {
    uri: required(
      text({
        pattern: /^[^\s#]*$/u,
        wanted: "a URI without white space and #",
      }),
      "The topic or pattern; stars are read as in a permission.",
    ),
    match: optional(
      choice(["exact", "prefix", "wildcard"]),
      "How `uri` is compared, as in a permission.",
    ),
    limit: optional(
      integer(1, 1_000_000),
      "Events that are kept; the oldest go first. Absent: the store's `limit`.",
      { property: "maxEvents" },
    ),
    max_bytes: optional(
      integer(1024, 64 * GIB),
      "Bytes that they may take. Absent: the store's `max_history_bytes`.",
      OURS,
    ),
  },
});

/** What stores of both types have. */
const BOUNDS = {
  limit: withDefault(
    integer(1, 1_000_000),
    HISTORY_EVENTS_DEFAULT,
    "Events of each history.",
  ),
  "event-history": optional(
    list(EVENT_HISTORY),
    "The histories. They are there from the start, also without subscribers.",
    { property: "histories" },
  ),
  max_history_bytes: withDefault(
    integer(1024, 64 * GIB),
    16 * 2 ** 20,
    "Bytes of each history, roughly.",
    OURS,
  ),
  max_retained_topics: withDefault(
    integer(1, 10_000_000),
    10_000,
    "Topics that have a retained event. Over it, those go that have been quiet for longest.",
    OURS,
  ),
  max_retained_bytes: withDefault(
    integer(1024, 64 * GIB),
    64 * 2 ** 20,
    "Bytes of the retained events of all topics, roughly.",
    OURS,
  ),
  "call-queue": refusedIgnorable(
    "queues of calls are an option of the realm here: `call_queue`",
  ),
};

/** A store of type `memory`. */
export const MEMORY_STORE = object({
  name: "memory store",
  help: "Keeps events in memory: they are gone when the router stops.",
  keys: {
    type: required(choice(["memory"]), "The kind of store."),
    ...BOUNDS,
  },
});

/** A store of type `sqlite`. */
export const SQLITE_STORE = object({
  name: "sqlite store",
  help:
    "Keeps events in a file: they are there again after a restart. Beside the file, SQLite makes one whose name ends in `-wal`.",
  keys: {
    type: required(choice(["sqlite"]), "The kind of store."),
    path: required(
      path(),
      "The database, made where there is none. No other realm and no other program can use it at the same time.",
      OURS,
    ),
    flush_ms: withDefault(
      integer(200, 60_000),
      200,
      "Events are written in batches; none waits longer than this.",
      OURS,
    ),
    sync: withDefault(
      boolean(),
      false,
      "Whether each batch is forced to the disk, so that it outlives a loss of power. Without, batches outlive the router's end of whatever kind, but not the machine's.",
      OURS,
    ),
    max_buffered_events: withDefault(
      integer(1, 1_000_000),
      10_000,
      "Events that may wait to be written. At it they are written at once; while the disk fails, older ones are dropped.",
      OURS,
    ),
    max_buffered_bytes: withDefault(
      integer(1024, 4 * GIB),
      16 * 2 ** 20,
      "Bytes of the events that may wait, roughly.",
      OURS,
    ),
    ...BOUNDS,
  },
});

/** `store` of a realm. */
export const STORE = variants(
  { memory: MEMORY_STORE, sqlite: SQLITE_STORE },
  {
    what: "a store",
    isIgnorable: true,
    unsupported: {
      cfxdb:
        'is not served: write "sqlite", with the path of a new file; events of the old one cannot be taken over',
    },
  },
);
