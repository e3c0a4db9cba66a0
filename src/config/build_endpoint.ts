/**
 * From checked endpoints to the typed config.
 *
 * @module
 */

import { hostAndPort } from "../base/addresses.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type {
  EndpointConfig,
  TcpEndpointConfig,
  TlsConfig,
  UnixEndpointConfig,
} from "./config.ts";
import { configOf, has, nodeOf, type Section } from "../schema/object_type.ts";
import { isIpv4, isIpv6, isLoopback } from "../schema/special_types.ts";
import type {
  ENDPOINT,
  TCP_ENDPOINT,
  TLS,
  UNIX_ENDPOINT,
} from "./table/endpoint_keys.ts";

/** An endpoint that was checked. */
export type EndpointSection = NonNullable<ReturnType<typeof ENDPOINT.check>>;

type TcpSection = Section<typeof TCP_ENDPOINT.keys>;
type UnixSection = Section<typeof UNIX_ENDPOINT.keys>;
type TlsSection = Section<typeof TLS.keys>;

/** The endpoint, or `undefined` if a part that it needs is wrong. */
export function buildEndpoint(
  endpoint: EndpointSection,
  context: CheckContext,
): EndpointConfig | undefined {
  return endpoint.variant === "tcp"
    ? buildTcp(endpoint.section, context)
    : buildUnix(endpoint.section, context);
}

/** The address as people write it: `tcp://127.0.0.1:8080`, `unix:/tmp/x`. */
export function formatAddress(endpoint: EndpointConfig): string {
  if (endpoint.type === "unix") return `unix:${endpoint.path}`;
  const scheme = endpoint.tls === undefined ? "tcp" : "tls";
  return `${scheme}://${hostAndPort(endpoint)}`;
}

/** Whether only processes on this machine can connect. */
export function isLocal(endpoint: EndpointConfig): boolean {
  return endpoint.type === "unix" || isLoopback(endpoint.hostname);
}

/** All addresses of IPv4. */
export const ANY_IPV4 = "0.0.0.0";
/** All addresses, of both versions. */
export const ANY_IPV6 = "::";

/** The same for all ways to write an address. */
export function canonicalHost(host: string): string {
  if (isIpv6(host)) return new URL(`http://[${host}]/`).hostname.slice(1, -1);
  const name = host.toLowerCase();
  return name === "localhost" ? "127.0.0.1" : name;
}

function buildTcp(
  section: TcpSection,
  context: CheckContext,
): TcpEndpointConfig | undefined {
  const hostname = chooseHost(section, context);
  const tls = section.values.tls && buildTls(section.values.tls, context);
  if (section.values.port === undefined) return undefined;
  if (hostname === undefined) return undefined;
  return configOf(section, { hostname, version: undefined, tls });
}

function chooseHost(
  section: TcpSection,
  context: CheckContext,
): string | undefined {
  const { interface: host, version } = section.values;
  if (host === undefined) {
    if (has(section, "interface")) return undefined;
    return version === 6 ? ANY_IPV6 : ANY_IPV4;
  }
  if (version === undefined) return host;
  const place = nodeOf(section, "version");
  if (host.toLowerCase() === "localhost") {
    return version === 6 ? "::1" : "127.0.0.1";
  }
  const fits = version === 6 ? isIpv6(host) : isIpv4(host);
  if (fits) return host;
  const wrong = isIpv4(host) || isIpv6(host)
    ? `is ${version}, but the interface is an address of version ${
      version === 6 ? 4 : 6
    }`
    : `is ${version}, but the interface is a name, which can be of either version`;
  context.error(
    place,
    wrong,
    `remove it, or give an address of version ${version}`,
  );
  return undefined;
}

function buildTls(
  section: TlsSection,
  context: CheckContext,
): TlsConfig | undefined {
  const { key, certificate, chain_certificates = [] } = section.values;
  if (key !== undefined) context.addFile(nodeOf(section, "key"), key, "key");
  if (certificate !== undefined) {
    const place = nodeOf(section, "certificate");
    context.addFile(place, certificate, "certificate", key);
  }
  const chainNode = nodeOf(section, "chain_certificates");
  for (const [index, path] of chain_certificates.entries()) {
    if (path === undefined) continue;
    const place = chainNode.items[index];
    context.addFile(place, path, "chain certificate", certificate);
  }
  if (key === undefined || certificate === undefined) return undefined;
  return configOf(section);
}

function buildUnix(
  section: UnixSection,
  context: CheckContext,
): UnixEndpointConfig | undefined {
  const { path, backlog } = section.values;
  if (backlog !== undefined) {
    context.note(
      nodeOf(section, "backlog"),
      "is not applied: Deno has no such setting for Unix sockets",
    );
  }
  if (context.form === "crossbar" && !has(section, "mode")) {
    context.note(
      section.node,
      "the socket is for its owner alone (mode 0600), where Crossbar.io leaves it to all",
    );
  }
  if (path === undefined) return undefined;
  context.addFile(nodeOf(section, "path"), path, "socket");
  return configOf(section);
}
