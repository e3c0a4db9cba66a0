/**
 * From checked transports to the typed config: ids, endpoints, and what is served on
 * each.
 *
 * @module
 */

import { buildEndpoint, type EndpointSection } from "./build_endpoint.ts";
import { buildRawSocket, type RawSocketSection } from "./build_rawsocket.ts";
import type { PlacedService, ServicePlace } from "./build_speech.ts";
import {
  buildWeb,
  readPaths,
  type SocketPart,
  type WebParts,
  type WebSection,
} from "./build_web.ts";
import { buildWebSocket, type WebSocketSection } from "./build_websocket.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type {
  TransportConfig,
  WampServiceConfig,
  WebSocketConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { RouterPart, TransportSection } from "./forms.ts";
import { mergeLimits, type StatedLimits } from "./merge_limits.ts";
import { has, nodeOf, type Section } from "../schema/object_type.ts";
import type { PlacedTransport } from "./placed_transport.ts";
import { PORT_LIMITS } from "./table/limit_keys.ts";
import type { PROXY_KEYS } from "./table/proxy_keys.ts";
import type { UNIVERSAL } from "./table/transport_keys.ts";
import { joinPath } from "./web_paths.ts";

/** A transport of any type, as one. */
interface TransportParts {
  readonly type: TransportConfig["type"];
  readonly node: ConfigNode;
  readonly id: string | undefined;
  readonly endpoint: EndpointSection | undefined;
  /** Limits of the transport that are none of a single service. */
  readonly limits: StatedLimits | undefined;
  readonly rawsocket?: RawSocketSection | undefined;
  /** WebSocket at any path. */
  readonly websocket?: WebSocketSection;
  readonly sockets: readonly SocketPart[];
  readonly web?: WebSection | undefined;
  readonly webParts: WebParts;
  readonly trustedProxies: readonly string[];
}

/** The transports of the file, less those that are wrong. */
export function buildTransports(
  routerParts: readonly RouterPart[],
  limits: StatedLimits | undefined,
  context: CheckContext,
): PlacedTransport[] {
  const ids = new Map<string, ConfigNode>();
  const transports: PlacedTransport[] = [];
  let count = 0;
  for (const part of routerParts) {
    const realms = routerParts.length > 1 ? realmNames(part) : undefined;
    for (const section of part.transports) {
      count++;
      const parts = section && readParts(section, context);
      if (parts === undefined) continue;
      const id = parts.id ?? `transport${count}`;
      checkId(id, parts, ids, context);
      const built = buildTransport(id, parts, limits, context);
      if (built === undefined) continue;
      const config = { ...built.config, ...(realms && { realms }) };
      transports.push({ ...built, config, part });
    }
  }
  return transports;
}

function realmNames({ realms = [] }: RouterPart): readonly string[] {
  return realms.flatMap((realm) => realm?.values.name ?? []);
}

const NO_WEB: WebParts = {
  sockets: [],
  services: new Map(),
  bridges: [],
  folders: [],
};

function readParts(
  transport: TransportSection,
  context: CheckContext,
): TransportParts | undefined {
  const { node, values: { id, endpoint } } = transport.section;
  const common = {
    type: transport.variant,
    node,
    id,
    endpoint,
    limits: undefined,
    sockets: [],
    webParts: NO_WEB,
    trustedProxies: [],
  };
  switch (transport.variant) {
    case "rawsocket":
      return { ...common, rawsocket: transport.section };
    case "websocket": {
      const trustedProxies = proxiesOf(transport.section, context);
      return { ...common, websocket: transport.section, trustedProxies };
    }
    case "web": {
      const web = transport.section;
      const webParts = readPaths(web.values.paths ?? [], context);
      return {
        ...common,
        limits: web.values.options?.values,
        sockets: webParts.sockets,
        web,
        webParts,
        trustedProxies: proxiesOf(web, context),
      };
    }
    case "universal":
      return { ...common, ...readUniversal(transport.section, context) };
  }
}

function readUniversal(
  section: Section<typeof UNIVERSAL.keys>,
  context: CheckContext,
): Partial<TransportParts> {
  const { rawsocket, websocket = [], web, options } = section.values;
  const own = websocket.map(({ name, value }) => ({
    path: joinPath("", name),
    section: value,
  }));
  const names = new Set(websocket.map(({ name }) => name));
  const entries = (web?.values.paths ?? []).filter(({ name, node }) => {
    if (!names.has(name)) return true;
    const first = nodeOf(section, "websocket").path;
    context.warn(node, `is not served: ${first} has the same path`);
    return false;
  });
  const webParts = readPaths(entries, context);
  return {
    limits: { ...options?.values, ...statedOf(web?.values.options?.values) },
    rawsocket,
    sockets: [...own, ...webParts.sockets],
    web,
    webParts,
    trustedProxies: proxiesOf(section, context),
  };
}

function statedOf(values: StatedLimits = {}): StatedLimits {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  );
}

function proxiesOf(
  section: Section<typeof PROXY_KEYS>,
  context: CheckContext,
): readonly string[] {
  const { forwarded, trusted_proxies } = section.values;
  if (forwarded) return trusted_proxies.flatMap((one) => one ?? []);
  if (has(section, "trusted_proxies")) {
    context.warn(
      nodeOf(section, "trusted_proxies"),
      'has no effect without "forwarded": true',
    );
  }
  return [];
}

function checkId(
  id: string,
  parts: TransportParts,
  ids: Map<string, ConfigNode>,
  context: CheckContext,
): void {
  const first = ids.get(id);
  if (first === undefined) {
    ids.set(id, parts.node);
    return;
  }
  const wrong = parts.id === undefined
    ? `the id "${id}", which this has by default, is already that of ${first.path}`
    : `"${id}" is already the id of ${first.path}`;
  const place = parts.node.entries.get("id")?.node ?? parts.node;
  context.error(place, wrong, "give each transport an id of its own");
}

/** What is served on a transport, built. */
interface Services {
  readonly rawsocket: PlacedService<WampServiceConfig> | undefined;
  readonly websockets: readonly PlacedService<WebSocketConfig>[];
  /** Whether none was left out for what is wrong with it. */
  readonly isWhole: boolean;
}

function buildTransport(
  id: string,
  parts: TransportParts,
  routerLimits: StatedLimits | undefined,
  context: CheckContext,
): Omit<PlacedTransport, "part"> | undefined {
  const { type, node, web, webParts, trustedProxies } = parts;
  const endpoint = parts.endpoint && buildEndpoint(parts.endpoint, context);
  const services = buildServices(parts, routerLimits, context);
  if (endpoint === undefined || !services.isWhole) return undefined;
  const { rawsocket, websockets } = services;
  const placed = [...rawsocket === undefined ? [] : [rawsocket], ...websockets];
  if (placed.length === 0 && webParts.services.size === 0) {
    tellOfNothing(node, context);
    return undefined;
  }
  const limits = portLimits(
    parts,
    placed.map(({ config }) => config),
    routerLimits,
  );
  return {
    config: {
      id,
      type,
      endpoint,
      limits,
      ...(rawsocket !== undefined && { rawsocket: rawsocket.config }),
      websockets: websockets.map(({ config }) => config),
      ...(web && { web: buildWeb(web, webParts.services, limits) }),
      trustedProxies,
    },
    endpointNode: node.entries.get("endpoint")?.node ?? node,
    auths: placed.map(({ auth }) => auth),
    bridges: webParts.bridges,
    folders: webParts.folders,
  };
}

function tellOfNothing(node: ConfigNode, context: CheckContext): void {
  const { entries } = node;
  const isNamed =
    ["rawsocket", "web", "mqtt"].some((name) => entries.has(name)) ||
    ["websocket", "paths"].some((name) => entries.get(name)?.node.entries.size);
  if (!isNamed) context.unsupported(node, "this transport serves nothing");
  // Of each service it has been said why not.
  else if (context.leavesOut) {
    context.warn(node, "nothing of this transport is served; left out");
  }
}

function buildServices(
  parts: TransportParts,
  routerLimits: StatedLimits | undefined,
  context: CheckContext,
): Services {
  const { type, rawsocket, websocket, sockets } = parts;
  const mustChoose = type === "rawsocket" && context.form !== "crossbar";
  const place: ServicePlace = {
    limits: [parts.limits, routerLimits],
    mustChoose,
  };
  checkPortLimits(parts, context);
  const raw = rawsocket && buildRawSocket(rawsocket, place, context);
  const all = [
    ...websocket === undefined
      ? []
      : [buildWebSocket(websocket, undefined, place, context)],
    ...sockets.map(({ section, path }) =>
      buildWebSocket(section, path, place, context)
    ),
  ];
  const websockets = all.filter((one) => one !== undefined);
  const isWhole = (raw === undefined) === (rawsocket === undefined) &&
    websockets.length === all.length;
  return { rawsocket: raw, websockets, isWhole };
}

/** Of one service among several no limits of their socket can be stated. */
function checkPortLimits(
  { type, rawsocket, sockets }: TransportParts,
  context: CheckContext,
): void {
  if (type === "rawsocket" || type === "websocket") return;
  const options = [rawsocket, ...sockets.map(({ section }) => section)]
    .flatMap((section) => section?.values.options?.node ?? []);
  for (const { entries } of options) {
    for (const name of PORT_LIMITS) {
      const entry = entries.get(name);
      if (entry === undefined) continue;
      const wrong = "is a limit of the whole transport";
      context.error(entry.place, wrong, 'write it in "options" of that');
    }
  }
}

/** Those of the socket: of its only service, or of what holds for all of them. */
function portLimits(
  { type, limits }: TransportParts,
  services: readonly WampServiceConfig[],
  routerLimits: StatedLimits | undefined,
): TransportConfig["limits"] {
  if (type === "rawsocket" || type === "websocket") return services[0].limits;
  const own = mergeLimits([limits, routerLimits]);
  const isStated = limits?.handshake_timeout_ms !== undefined;
  if (isStated || services.length === 0) return own;
  // Until it has chosen one, a client may take as long as any of them allows.
  const handshakeTimeoutMs = Math.max(
    ...services.map(({ limits }) => limits.handshakeTimeoutMs),
  );
  return { ...own, handshakeTimeoutMs };
}
