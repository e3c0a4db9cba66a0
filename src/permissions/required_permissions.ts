/**
 * The Deno permissions that a config needs, and no more.
 *
 * *Permission* means Deno's here; what sessions may do is called a rule.
 *
 * @module
 */

import { dirname } from "node:path";
import {
  hostAndPort,
  privateSocketFolder,
  privateSocketPath,
} from "../base/addresses.ts";
import type { NamedFile } from "../schema/check_context.ts";
import type {
  RouterConfig,
  TransportConfig,
  WebConfig,
} from "../config/config.ts";
import { servicePaths } from "../config/web_paths.ts";

/** The kinds of permission that a router can need. */
export type PermissionName = "net" | "read" | "write" | "env";

/** One permission. */
export interface Permission {
  readonly name: PermissionName;
  /** The host, path or variable; `undefined`: all of them. */
  readonly value: string | undefined;
  /** What the router needs it for. */
  readonly reason: string;
}

/** What permissions are computed from. */
export interface PermissionSubject {
  readonly config: RouterConfig;
  /** The config file as it was named. */
  readonly configPath: string;
  /** The environment variables that the config uses. */
  readonly environment: readonly string[];
  /** The files that the config names. */
  readonly files: readonly NamedFile[];
}

const SERVING = "to serve its files";

/** All permissions that the config needs, each once. */
export function requiredPermissions(subject: PermissionSubject): Permission[] {
  const permissions = [
    file("read", subject.configPath, "to read the config"),
    ...subject.environment.map((value): Permission => ({
      name: "env",
      value,
      reason: "to read an environment variable that the config uses",
    })),
    ...subject.files.flatMap(filePermissions),
    ...subject.config.transports.flatMap(endpointPermissions),
  ];
  const seen = new Set<string>();
  return permissions.filter((permission) => {
    const text = formatFlag(permission);
    return !seen.has(text) && seen.add(text);
  });
}

/**
 * What must stay after the start: to listen again should a TCP listener die, and to
 * put the file of a socket back that was removed, and to serve files. A socket is removed at the end, if it
 * is still the router's own. A store needs nothing any more: Deno checks
 * permissions when a database is opened, and SQLite works on open files.
 */
export function lastingPermissions(config: RouterConfig): Permission[] {
  return config.transports.flatMap(({ id, endpoint, web }) => [
    ...endpoint.type === "tcp"
      ? [listening(id, endpoint)]
      : filesOfSocket(endpoint.path),
    ...web === undefined
      ? []
      : servedFolders(web).map((path) => file("read", path, SERVING)),
  ]);
}

function servedFolders({ paths }: WebConfig): string[] {
  return servicePaths(paths).flatMap(([, service]) =>
    service.type === "static" ? [service.directory] : []
  );
}

/** The permission as Deno's flag: `--allow-net=127.0.0.1:8080`. */
export function formatFlag({ name, value }: Permission): string {
  return value === undefined ? `--allow-${name}` : `--allow-${name}=${value}`;
}

/** The permission as Deno's programming interface takes it. */
export function descriptorOf(
  { name, value }: Permission,
): Deno.PermissionDescriptor {
  if (value === undefined) return { name };
  switch (name) {
    case "net":
      return { name, host: value };
    case "env":
      return { name, variable: value };
    case "read":
    case "write":
      return { name, path: value };
  }
}

function filePermissions({ use, path, keyPath }: NamedFile): Permission[] {
  switch (use) {
    case "socket":
      // Its endpoint needs more than that.
      return [];
    case "directory":
      return [file("read", path, `${SERVING} (${keyPath})`)];
    case "store":
      return [
        file("read", path, `to keep events (${keyPath})`),
        file("write", path, `to keep events (${keyPath})`),
      ];
    default:
      return [file("read", path, `to read a ${use} (${keyPath})`)];
  }
}

function endpointPermissions(
  { id, endpoint }: TransportConfig,
): Permission[] {
  return endpoint.type === "unix"
    ? socketPermissions(endpoint.path, listenReason(id))
    : [listening(id, endpoint)];
}

function listening(
  id: string,
  endpoint: { readonly hostname: string; readonly port: number },
): Permission {
  return {
    name: "net",
    value: hostAndPort(endpoint),
    reason: listenReason(id),
  };
}

function listenReason(id: string): string {
  return `to listen (transport ${id})`;
}

/** The socket, and the folder in which it is made and has its second name. */
function filesOfSocket(path: string): Permission[] {
  const folder = privateSocketFolder(path);
  const reason = "to create the socket in a private folder";
  return [
    file("read", path, "to check the socket file"),
    file("read", folder, reason),
    file("write", path, "to create and remove the socket file"),
    file("write", folder, reason),
  ];
}

function socketPermissions(path: string, listen: string): Permission[] {
  return [
    socket(privateSocketPath(path), listen),
    socket(
      path,
      "to find out whether another router listens before replacing the socket",
    ),
    ...filesOfSocket(path),
  ];
}

function socket(path: string, reason: string): Permission {
  // A flag cannot name a path with a comma.
  const value = path.includes(",") ? undefined : `unix:${path}`;
  return { name: "net", value, reason };
}

function file(
  name: "read" | "write",
  path: string,
  reason: string,
): Permission {
  // A flag cannot name a path with a comma: a folder above it then.
  let value = path;
  while (value.includes(",")) value = dirname(value);
  return { name, value, reason };
}
