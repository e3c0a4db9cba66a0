/**
 * The Deno permissions that a config needs, no more: computed, not guessed.
 *
 * *Permission* means Deno's here; what sessions may do is called a rule.
 *
 * @module
 */

import { dirname } from "node:path";
import type {
  AuthConfig,
  EndpointConfig,
  RealmConfig,
  RouterConfig,
  TlsConfig,
  TransportConfig,
} from "../config/config.ts";
import {
  privateSocketFolder,
  privateSocketPath,
} from "../base/socket_paths.ts";

/** The kinds of permission that a router can need. */
export type PermissionName = "net" | "read" | "write" | "env";

/** One permission. */
export interface Permission {
  readonly name: PermissionName;
  /** What it is for; `undefined`: for everything of its kind. */
  readonly value: string | undefined;
  /** What the router does with it. */
  readonly reason: string;
}

/** What permissions are computed from. */
export interface PermissionSubject {
  readonly config: RouterConfig;
  /** The config file as it was named. */
  readonly configPath: string;
  /** The environment variables that the config uses. */
  readonly environment: readonly string[];
}

/** Everything that the config needs, each thing once. */
export function requiredPermissions(subject: PermissionSubject): Permission[] {
  const permissions = [
    file("read", subject.configPath, "to read the config"),
    ...subject.environment.map((value): Permission => ({
      name: "env",
      value,
      reason: "to read a variable that the config uses",
    })),
    ...subject.config.realms.flatMap(storePermissions),
    ...subject.config.transports.flatMap(transportPermissions),
  ];
  const seen = new Set<string>();
  return permissions.filter((permission) => {
    const text = formatFlag(permission);
    return !seen.has(text) && seen.add(text);
  });
}

/**
 * What must stay after the start: sockets' files are removed at the end, where
 * they still are the router's own. Of a store nothing need stay: Deno asks when a
 * database is opened, and SQLite works on its open files then, those beside the
 * database included.
 */
export function lastingPermissions(config: RouterConfig): Permission[] {
  return config.transports.flatMap(({ endpoint }) =>
    endpoint.type === "unix"
      ? [look(endpoint.path), removal(endpoint.path)]
      : []
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

function storePermissions({ name, store }: RealmConfig): Permission[] {
  if (store.type !== "sqlite") return [];
  return [
    file("read", store.path, `to keep events (realm ${name})`),
    file("write", store.path, `to keep events (realm ${name})`),
  ];
}

function transportPermissions(
  { id, endpoint, auth }: TransportConfig,
): Permission[] {
  return [...endpointPermissions(id, endpoint), ...secretPermissions(id, auth)];
}

function secretPermissions(id: string, auth: AuthConfig): Permission[] {
  const secrets = [
    ...(auth.ticket ?? []).map((one) => one.ticket),
    ...(auth.wampcra ?? []).map((one) => one.secret),
    ...(auth.scram ?? []).flatMap((one) => [one.storedKey, one.serverKey]),
    ...(auth.routerKey === undefined ? [] : [auth.routerKey]),
  ];
  return secrets.flatMap((secret) =>
    "path" in secret
      ? [file("read", secret.path, `to read a secret (transport ${id})`)]
      : []
  );
}

function endpointPermissions(
  id: string,
  endpoint: EndpointConfig,
): Permission[] {
  const listen = `to listen (transport ${id})`;
  if (endpoint.type === "unix") return socketPermissions(endpoint.path, listen);
  return [
    { name: "net", value: hostAndPort(endpoint), reason: listen },
    ...(endpoint.tls === undefined ? [] : tlsPermissions(endpoint.tls, id)),
  ];
}

function hostAndPort(
  { hostname, port }: EndpointConfig & { type: "tcp" },
): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

function tlsPermissions(tls: TlsConfig, id: string): Permission[] {
  const paths = [
    tls.keyPath,
    tls.certificatePath,
    ...tls.chainCertificatePaths,
  ];
  return paths.map((path) =>
    file("read", path, `to read a key or certificate (transport ${id})`)
  );
}

function socketPermissions(path: string, listen: string): Permission[] {
  const folder = privateSocketFolder(path);
  return [
    socket(privateSocketPath(path), listen),
    socket(path, "to find out whether a socket is alive before replacing it"),
    look(path),
    file("read", folder, "to make the socket in a private folder"),
    removal(path),
    file("write", folder, "to make the socket in a private folder"),
  ];
}

function look(path: string): Permission {
  return file("read", path, "to look at the socket's file");
}

function removal(path: string): Permission {
  return file("write", path, "to make and remove the socket's file");
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
  // A flag cannot name a path with a comma: the folder above that can be.
  let value = path;
  while (value.includes(",")) value = dirname(value);
  return { name, value, reason };
}
