/**
 * From checked transports to the typed config: ids, endpoints, and what is served on
 * each.
 *
 * @module
 */

import { buildEndpoint } from "./build_endpoint.ts";
import { buildRawSocket } from "./build_rawsocket.ts";
import type { PlacedService, ServicePlace } from "./build_speech.ts";
import { buildWeb } from "./build_web.ts";
import { buildWebSocket } from "./build_websocket.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type {
  TransportConfig,
  WampServiceConfig,
  WebSocketConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { RouterPart } from "./forms.ts";
import { mergeLimits, type StatedLimits } from "./merge_limits.ts";
import type { PlacedTransport } from "./placed_transport.ts";
import { readTransport, type TransportParts } from "./read_transport.ts";
import { PORT_LIMITS } from "./table/limit_keys.ts";

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
      const parts = section && readTransport(section, context);
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
