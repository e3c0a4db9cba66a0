/**
 * The three forms of a config file, brought to one: lists of realms and of
 * transports, checked value by value.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type { ConfigNode } from "../schema/document.ts";
import { nearest } from "../schema/nearest.ts";
import {
  type ConfigOf,
  defaultsOf,
  propertiesOf,
  type Section,
} from "../schema/object_type.ts";
import {
  CROSSBAR_NODE,
  FILE,
  ROUTER,
  type ROUTER_WORKER,
} from "./table/file_keys.ts";
import { LIMITS } from "./table/limit_keys.ts";
import type { StatedLimits } from "./merge_limits.ts";
import type { EXPECTATION } from "./table/expect_keys.ts";
import type { AUTO_REALMS, REALM } from "./table/realm_keys.ts";
import { RAWSOCKET, TRANSPORT, UNIVERSAL } from "./table/transport_keys.ts";
import { WEB } from "./table/web_keys.ts";
import { isVersionOne, refuseVersionOne } from "./version_one.ts";
import { WEBSOCKET } from "./table/websocket_keys.ts";

/** A realm that was checked. */
export type RealmSection = Section<typeof REALM.keys>;

/** `auto_realms` that was checked. */
export type AutoRealmsSection = Section<typeof AUTO_REALMS.keys>;

/** A case of `expect` that was checked. */
export type ExpectationSection = Section<typeof EXPECTATION.keys>;

/** A transport that was checked. */
export type TransportSection = NonNullable<
  ReturnType<typeof TRANSPORT.check>
>;

/** Realms, and the transports through which they can be joined. */
export interface RouterPart {
  readonly node: ConfigNode;
  /** `undefined` when the file has no realms. Wrong ones are `undefined`. */
  readonly realms: readonly (RealmSection | undefined)[] | undefined;
  /** In the order of the file. Wrong ones are `undefined`. */
  readonly transports: readonly (TransportSection | undefined)[];
}

/** A file of any form. */
export interface ConfigSections {
  readonly root: ConfigNode;
  /** One; of a node config, one for each router worker. */
  readonly parts: readonly RouterPart[];
  readonly autoRealms: AutoRealmsSection | undefined;
  /** Wrong ones are `undefined`. */
  readonly expectations: readonly (ExpectationSection | undefined)[];
  /** Those of the file. */
  readonly limits: StatedLimits | undefined;
  readonly file: ConfigOf<typeof FILE>;
}

/** What a file has that cannot say so itself. */
const NOTHING_SAID = {
  autoRealms: undefined,
  limits: undefined,
  file: defaultsOf(FILE),
};

/** Tells the form of the file, checks it, and sorts out its parts. */
export function readSections(
  root: ConfigNode,
  context: CheckContext,
): ConfigSections | undefined {
  if (root.kind !== "object") {
    context.error(root, "a config is an object", FORMS_TEXT);
    return undefined;
  }
  const keys = [...root.entries.keys()];
  if (isNodeConfig(root)) {
    context.form = "crossbar";
    return readCrossbar(root, context);
  }
  if (keys.some((key) => isMark(key, ROUTER_MARKS))) {
    context.form = "router";
    return readRouter(root, context);
  }
  if (keys.some((key) => isMark(key, TRANSPORT_MARKS))) {
    context.form = "transport";
    return readTransport(root, context);
  }
  context.error(root, "this is none of the forms of a config", FORMS_TEXT);
  return undefined;
}

const FORMS_TEXT =
  'write one transport ({"type": "rawsocket" or "websocket", ...}), or {"realms": [...], "transports": [...]}, or a node config of Crossbar.io ({"version": 2, "workers": [...]})';

const CROSSBAR_MARKS = new Set(["version", "workers", "controller"]);
const ROUTER_MARKS = ["realms", "auto_realms", "transports"];
const TRANSPORT_MARKS = [RAWSOCKET, WEBSOCKET, UNIVERSAL, WEB]
  .flatMap(({ keys }) => Object.keys(keys));

/** Whether it is a node config of Crossbar.io, of whichever version. */
export function isNodeConfig({ entries }: ConfigNode): boolean {
  return [...entries.keys()].some((key) => CROSSBAR_MARKS.has(key));
}

/** Misspelled, a key still tells the form, if it is no other form's key. */
function isMark(key: string, marks: readonly string[]): boolean {
  const all = [...ROUTER_MARKS, ...TRANSPORT_MARKS];
  const meant = nearest(key, all);
  return meant !== undefined && marks.includes(meant);
}

function readTransport(
  root: ConfigNode,
  context: CheckContext,
): ConfigSections {
  return {
    root,
    parts: [{
      node: root,
      realms: undefined,
      transports: [TRANSPORT.check(root, context)],
    }],
    expectations: [],
    ...NOTHING_SAID,
  };
}

function readRouter(
  root: ConfigNode,
  context: CheckContext,
): ConfigSections | undefined {
  const router = ROUTER.check(root, context);
  if (router === undefined) return undefined;
  const { realms, transports = [] } = router.values;
  const hasRealms = ["realms", "auto_realms"].some((key) =>
    root.entries.has(key)
  );
  return {
    root,
    // Realms that are there but wrong must not bring in the implied one.
    parts: [{
      node: root,
      realms: hasRealms ? realms ?? [] : undefined,
      transports,
    }],
    autoRealms: router.values.auto_realms,
    expectations: router.values.expect ?? [],
    limits: statedLimits(router),
    file: propertiesOf(FILE, (name) => router.values[name]),
  };
}

function statedLimits(router: Section<typeof ROUTER.keys>): StatedLimits {
  return Object.fromEntries(
    Object.entries(router.values).filter(([name]) =>
      Object.hasOwn(LIMITS, name) && router.node.entries.has(name)
    ),
  );
}

function readCrossbar(
  root: ConfigNode,
  context: CheckContext,
): ConfigSections | undefined {
  if (isVersionOne(root)) {
    refuseVersionOne(root, context);
    return undefined;
  }
  const { workers = [], expect = [] } =
    CROSSBAR_NODE.check(root, context)?.values ?? {};
  const routers = workers.flatMap((worker) => worker?.section ?? []);
  if (routers.length > 1) {
    context.note(
      routers[1].node,
      "all router workers are served by this one process; through each transport the realms of its own worker can be joined",
    );
  }
  return {
    root,
    parts: routers.map((section) => workerPart(section, routers.length === 1)),
    expectations: expect,
    ...NOTHING_SAID,
  };
}

function workerPart(
  { node, values }: Section<typeof ROUTER_WORKER.keys>,
  isOnlyOne: boolean,
): RouterPart {
  const { realms, transports = [] } = values;
  // One of several has nothing to do with a realm that the file does not name.
  const impliesRealm = isOnlyOne && !node.entries.has("realms");
  return { node, realms: impliesRealm ? undefined : realms ?? [], transports };
}
