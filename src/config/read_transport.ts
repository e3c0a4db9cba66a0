/**
 * Transports of all types, brought to one: what each serves, checked value by value.
 *
 * @module
 */

import type { EndpointSection } from "./build_endpoint.ts";
import type { RawSocketSection } from "./build_rawsocket.ts";
import {
  readPaths,
  type SocketPart,
  type WebParts,
  type WebSection,
} from "./build_web.ts";
import type { WebSocketSection } from "./build_websocket.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { TransportConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { TransportSection } from "./forms.ts";
import type { StatedLimits } from "./merge_limits.ts";
import { has, nodeOf, type Section } from "../schema/object_type.ts";
import type { PROXY_KEYS } from "./table/proxy_keys.ts";
import type { UNIVERSAL } from "./table/transport_keys.ts";
import { joinPath } from "./web_paths.ts";

/** A transport of any type, as one. */
export interface TransportParts {
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

const NO_WEB: WebParts = {
  sockets: [],
  services: new Map(),
  bridges: [],
  folders: [],
};

/** Takes a transport apart. */
export function readTransport(
  transport: TransportSection,
  context: CheckContext,
): TransportParts {
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
