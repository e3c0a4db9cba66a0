/**
 * From checked services by path to the typed config: WebSocket on one hand, plain
 * HTTP on the other.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type {
  BridgeConfig,
  StaticConfig,
  TransportConfig,
  WebConfig,
  WebhookConfig,
  WebServiceConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import { has, nodeOf, type Section } from "../schema/object_type.ts";
import {
  BRIDGE_OPTIONS,
  type CALLER,
  type PUBLISHER,
  type ServiceEntry,
  type STATIC,
  STATIC_OPTIONS,
  type WEB_PART,
  type WEBHOOK,
} from "./table/web_keys.ts";
import type { WebSocketSection } from "./build_websocket.ts";
import { joinPath } from "./web_paths.ts";

/** A `web` transport, or the web part of a universal one. */
export type WebSection = Section<
  Pick<typeof WEB_PART.keys, "paths" | "options">
>;

/** WebSocket at a path. */
export interface SocketPart {
  /** Such as `/ws`. */
  readonly path: string;
  readonly section: WebSocketSection;
}

/** A service that acts for HTTP clients under a role. */
export interface PlacedBridge {
  readonly config: BridgeConfig | WebhookConfig;
  readonly node: ConfigNode;
  readonly realmNode: ConfigNode;
  readonly roleNode: ConfigNode;
}

/** A folder whose files are served. */
export interface PlacedFolder {
  readonly path: string;
  readonly node: ConfigNode;
}

/** What stands at the paths of a transport. */
export interface WebParts {
  readonly sockets: readonly SocketPart[];
  readonly services: ReadonlyMap<string, WebServiceConfig>;
  readonly bridges: readonly PlacedBridge[];
  readonly folders: readonly PlacedFolder[];
}

/** Takes services by path apart. */
export function readPaths(
  entries: readonly ServiceEntry[],
  context: CheckContext,
): WebParts {
  const reader = new PathReader(context);
  const services = reader.read(entries, "");
  const { sockets, bridges, folders } = reader;
  return { sockets, services, bridges, folders };
}

const IDLE_TIMEOUT_S = 60;

/** How HTTP is spoken on a transport with these limits. */
export function buildWeb(
  { values: { options } }: WebSection,
  paths: ReadonlyMap<string, WebServiceConfig>,
  { handshakeTimeoutMs, frameTimeoutMs }: TransportConfig["limits"],
): WebConfig {
  const { access_log, hsts, hsts_max_age, client_timeout } = options?.values ??
    {};
  return {
    paths,
    accessLog: access_log ?? false,
    ...(hsts && hsts_max_age !== undefined && { hstsMaxAgeS: hsts_max_age }),
    idleTimeoutMs: (client_timeout ?? IDLE_TIMEOUT_S) * 1000,
    headTimeoutMs: handshakeTimeoutMs,
    requestTimeoutMs: frameTimeoutMs,
  };
}

class PathReader {
  readonly sockets: SocketPart[] = [];
  readonly bridges: PlacedBridge[] = [];
  readonly folders: PlacedFolder[] = [];
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  /** @param base The path that leads to them. */
  read(
    entries: readonly ServiceEntry[],
    base: string,
  ): Map<string, WebServiceConfig> {
    const services = new Map<string, WebServiceConfig>();
    for (const entry of entries) {
      const service = this.#service(entry, joinPath(base, entry.name));
      if (service !== undefined) services.set(entry.name, service);
    }
    return services;
  }

  #service(
    { value: service, node }: ServiceEntry,
    path: string,
  ): WebServiceConfig | undefined {
    switch (service.variant) {
      case "websocket":
        this.sockets.push({ path, section: service.section });
        return undefined;
      case "path": {
        const { paths = [] } = service.section.values;
        return { type: "path", paths: this.read(paths, path) };
      }
      case "static":
        return this.#static(service.section);
      case "nodeinfo":
        return { type: "nodeinfo" };
      case "json":
        return { type: "json", value: service.section.values.value?.value };
      case "redirect": {
        const { url } = service.section.values;
        return url === undefined ? undefined : { type: "redirect", url };
      }
      case "caller":
      case "publisher":
        return this.#place(
          buildBridge(service.variant, service.section, this.#context),
          service.section,
          node,
        );
      case "webhook":
        return this.#place(
          buildWebhook(service.section),
          service.section,
          node,
        );
    }
  }

  #static(section: Section<typeof STATIC.keys>): StaticConfig | undefined {
    const config = buildStatic(section, this.#context);
    if (config === undefined) return undefined;
    const node = nodeOf(section, "directory");
    this.folders.push({ path: config.directory, node });
    this.#context.addFile(node, config.directory, "directory");
    return config;
  }

  #place<Config extends BridgeConfig | WebhookConfig>(
    config: Config | undefined,
    section: Section<Pick<typeof CALLER.keys, "realm" | "role">>,
    node: ConfigNode,
  ): Config | undefined {
    if (config === undefined) return undefined;
    const realmNode = nodeOf(section, "realm");
    const roleNode = nodeOf(section, "role");
    this.bridges.push({ config, node, realmNode, roleNode });
    return config;
  }
}

function buildStatic(
  section: Section<typeof STATIC.keys>,
  context: CheckContext,
): StaticConfig | undefined {
  const { directory, options } = section.values;
  if (directory === undefined) {
    const isSaid = ["directory", "package", "resource"].some((name) =>
      section.node.entries.has(name)
    );
    if (!isSaid) {
      context.error(section.node, '"directory" is missing', "add it (path)");
    }
    return undefined;
  }
  const { enable_directory_listing, mime_types, cache_timeout, default_file } =
    options?.values ?? {};
  return {
    type: "static",
    directory,
    ...(default_file !== undefined && { defaultFile: default_file }),
    listsDirectories: enable_directory_listing ??
      STATIC_OPTIONS.keys.enable_directory_listing.default,
    mimeTypes: new Map(
      (mime_types ?? []).map(({ name, value }) => [name, value]),
    ),
    ...(cache_timeout !== undefined && { cacheTimeoutS: cache_timeout }),
  };
}

function buildBridge(
  type: BridgeConfig["type"],
  section: Section<typeof CALLER.keys> | Section<typeof PUBLISHER.keys>,
  context: CheckContext,
): BridgeConfig | undefined {
  const { realm, role, options } = section.values;
  if (realm === undefined || role === undefined) return undefined;
  const { require_tls, require_ip, post_body_limit, debug } = options?.values ??
    {};
  const signature = options && buildSignature(options, context);
  return {
    type,
    realm,
    role,
    maxBodyBytes: bodyLimit(post_body_limit),
    debug: debug ?? false,
    ...(signature && { signature }),
    requireTls: require_tls ?? false,
    ...(require_ip && { requireIp: require_ip.flatMap((one) => one ?? []) }),
  };
}

function buildSignature(
  options: Section<typeof BRIDGE_OPTIONS.keys>,
  context: CheckContext,
): BridgeConfig["signature"] {
  const { key, secret, timestamp_delta_limit: delta } = options.values;
  for (const [one, other] of [["key", "secret"], ["secret", "key"]] as const) {
    if (!has(options, one) || has(options, other)) continue;
    const wrong = `needs "${other}" beside it`;
    context.error(nodeOf(options, one), wrong, "add it");
  }
  if (key === undefined || secret === undefined) return undefined;
  return { key, secret, ...(delta && { maxTimestampDeltaS: delta }) };
}

function buildWebhook(
  section: Section<typeof WEBHOOK.keys>,
): WebhookConfig | undefined {
  const { realm, role, options } = section.values;
  const topic = options?.values.topic;
  if (realm === undefined || role === undefined) return undefined;
  if (options === undefined || topic === undefined) return undefined;
  const { success_response, error_response, github_secret } = options.values;
  return {
    type: "webhook",
    realm,
    role,
    topic,
    successResponse: success_response,
    errorResponse: error_response,
    ...(github_secret && { githubSecret: github_secret }),
    maxBodyBytes: bodyLimit(options.values.post_body_limit),
    debug: options.values.debug,
  };
}

function bodyLimit(stated: number | undefined): number {
  return stated || BRIDGE_OPTIONS.keys.post_body_limit.default;
}
