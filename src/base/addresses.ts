/**
 * Addresses of listeners: hosts with ports, and paths of Unix sockets.
 *
 * A Unix socket is made in a private folder, and then moved to its place. The
 * folder's mode is 0700, so the socket is never open to more than its mode says.
 * Its name is fixed, since Deno grants permissions for exact socket paths only.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/** `127.0.0.1:8080`; an IPv6 address stands in brackets. */
export function hostAndPort(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/** `tcp://127.0.0.1:8080`, or another scheme for the same. */
export function tcpUrl(
  scheme: string,
  endpoint: { readonly hostname: string; readonly port: number },
): string {
  return `${scheme}://${hostAndPort(endpoint)}`;
}

/** The private folder for the socket that will be at `path`. */
export function privateSocketFolder(path: string): string {
  return join(dirname(path), `.${basename(path)}~`);
}

/** The path that the socket is bound to in its private folder. */
export function privateSocketPath(path: string): string {
  return join(privateSocketFolder(path), "s");
}
