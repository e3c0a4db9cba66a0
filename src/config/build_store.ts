/**
 * From a checked store to the typed config.
 *
 * @module
 */

import { type CheckContext, claim } from "../schema/check_context.ts";
import type { HistoryConfig, StoreConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { Values } from "../schema/key.ts";
import { nodeOf, type Section } from "../schema/object_type.ts";
import { readPattern } from "../schema/read_pattern.ts";
import {
  EVENT_HISTORY,
  MEMORY_STORE,
  type SQLITE_STORE,
  type STORE,
} from "./table/store_keys.ts";

/** A store that was checked. */
export type StoreSection = NonNullable<ReturnType<typeof STORE.check>>;

type HistorySection = Section<Values<typeof EVENT_HISTORY.keys>>;
type SqliteValues = Values<typeof SQLITE_STORE.keys>;
type BoundValues = Values<typeof MEMORY_STORE.keys>;

/** What a realm without `store` gets: retained events, and no history. */
export const IMPLIED_STORE: StoreConfig = {
  type: "memory",
  histories: [],
  maxRetainedTopics: MEMORY_STORE.keys.max_retained_topics.default,
  maxRetainedBytes: MEMORY_STORE.keys.max_retained_bytes.default,
};

/**
 * The store of a realm.
 *
 * @param paths Of the files that other realms have.
 */
export function buildStore(
  store: StoreSection | undefined,
  uriCheck: "loose" | "strict",
  paths: Map<string, ConfigNode>,
  context: CheckContext,
): StoreConfig {
  if (store === undefined) return IMPLIED_STORE;
  const values: Omit<BoundValues, "type"> = store.section.values;
  const bounds = {
    histories: buildHistories(values, uriCheck, context),
    maxRetainedTopics: values.max_retained_topics,
    maxRetainedBytes: values.max_retained_bytes,
  };
  if (store.variant === "memory") return { type: "memory", ...bounds };
  return {
    type: "sqlite",
    ...buildFile(store.section, paths, context),
    ...bounds,
  };
}

function buildFile(
  section: Section<SqliteValues>,
  paths: Map<string, ConfigNode>,
  context: CheckContext,
): Omit<
  StoreConfig & { type: "sqlite" },
  "type" | "histories" | "maxRetainedTopics" | "maxRetainedBytes"
> {
  const { path = "", flush_ms, sync } = section.values;
  if (path !== "") {
    const place = nodeOf(section, "path");
    claim(path, place, paths, context);
    context.addFile(place, path, "store");
  }
  return {
    path,
    flushMs: flush_ms,
    sync,
    maxBufferedEvents: section.values.max_buffered_events,
    maxBufferedBytes: section.values.max_buffered_bytes,
  };
}

function buildHistories(
  values: Omit<BoundValues, "type">,
  uriCheck: "loose" | "strict",
  context: CheckContext,
): HistoryConfig[] {
  const patterns = new Map<string, ConfigNode>();
  const histories: HistoryConfig[] = [];
  for (const section of values["event-history"] ?? []) {
    const pattern = section && readPattern(section, uriCheck, context);
    if (section === undefined || pattern === undefined) continue;
    const place = nodeOf(section, "uri");
    claim(`${pattern.match} "${pattern.uri}"`, place, patterns, context);
    histories.push({ ...pattern, ...boundsOf(section, values) });
  }
  return histories;
}

function boundsOf(
  { values }: HistorySection,
  store: Omit<BoundValues, "type">,
): Pick<HistoryConfig, "maxEvents" | "maxBytes"> {
  return {
    maxEvents: values.limit ?? store.limit,
    maxBytes: values.max_bytes ?? store.max_history_bytes,
  };
}
