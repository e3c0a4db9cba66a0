/**
 * From a checked store to the typed config.
 *
 * @module
 */

import { type CheckContext, claim } from "../schema/check_context.ts";
import type { HistoryConfig, StoreConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { Values } from "../schema/key.ts";
import {
  configOf,
  defaultsOf,
  nodeOf,
  type Section,
} from "../schema/object_type.ts";
import { readPattern } from "../schema/read_pattern.ts";
import {
  EVENT_HISTORY,
  MEMORY_STORE,
  type SQLITE_STORE,
  type STORE,
} from "./table/store_keys.ts";

/** A store that was checked. */
export type StoreSection = NonNullable<ReturnType<typeof STORE.check>>;

type HistorySection = Section<typeof EVENT_HISTORY.keys>;
type BoundValues = Values<Omit<typeof MEMORY_STORE.keys, "type">>;

/** What a realm without `store` gets: retained events, and no history. */
export const IMPLIED_STORE: StoreConfig = impliedStore();

function impliedStore(): StoreConfig {
  const { limit: _, maxHistoryBytes: __, ...bounds } = defaultsOf(
    MEMORY_STORE.keys,
  );
  return { ...bounds, type: "memory", histories: [] };
}

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
  const made = {
    histories: buildHistories(store.section.values, uriCheck, context),
    // They are defaults of the histories.
    limit: undefined,
    maxHistoryBytes: undefined,
  };
  if (store.variant === "memory") return configOf(store.section, made);
  claimFile(store.section, paths, context);
  return configOf(store.section, made);
}

function claimFile(
  section: Section<typeof SQLITE_STORE.keys>,
  paths: Map<string, ConfigNode>,
  context: CheckContext,
): void {
  const { path } = section.values;
  if (path === undefined) return;
  const place = nodeOf(section, "path");
  claim(path, place, paths, context);
  context.addFile(place, path, "store");
}

function buildHistories(
  values: BoundValues,
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
  store: BoundValues,
): Pick<HistoryConfig, "maxEvents" | "maxBytes"> {
  return {
    maxEvents: values.limit ?? store.limit,
    maxBytes: values.max_bytes ?? store.max_history_bytes,
  };
}
