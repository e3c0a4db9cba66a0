/**
 * Which of many endpoints would listen on an address that another has already.
 *
 * @module
 */

import { ANY_IPV4, ANY_IPV6, canonicalHost } from "./build_endpoint.ts";
import type { EndpointConfig } from "./config.ts";
import { isIpv4 } from "../schema/special_types.ts";

/** The first that listens so, and the first that does not share its port. */
interface Listeners<Value> {
  readonly first: Listed<Value>;
  unshared: Listed<Value> | undefined;
}

interface Listed<Value> {
  readonly index: number;
  readonly value: Value;
}

/** Endpoints in the order in which they were entered. */
export class AddressBook<Value> {
  readonly #listeners = new Map<string, Listeners<Value>>();
  #count = 0;

  /** Enters `value`; gives the first of the others with which it collides. */
  enter(endpoint: EndpointConfig, value: Value): Value | undefined {
    const isShared = endpoint.type === "tcp" && endpoint.reusePort;
    const found = placesInTheWay(endpoint).flatMap((place) => {
      const listeners = this.#listeners.get(place);
      const one = isShared ? listeners?.unshared : listeners?.first;
      return one ?? [];
    });
    const listed = { index: this.#count++, value };
    for (const place of placesOf(endpoint)) {
      const listeners = this.#listeners.get(place);
      const unshared = isShared ? undefined : listed;
      if (listeners === undefined) {
        this.#listeners.set(place, { first: listed, unshared });
      } else listeners.unshared ??= unshared;
    }
    return found.toSorted((a, b) => a.index - b.index)[0]?.value;
  }
}

/** Under what an endpoint is found. */
function placesOf(endpoint: EndpointConfig): string[] {
  if (endpoint.type === "unix") return [`unix ${endpoint.path}`];
  const { port } = endpoint;
  if (port === 0) return [];
  const host = canonicalHost(endpoint.hostname);
  const kinds = isIpv4(host) ? ["some IPv4", "some"] : ["some"];
  return [host, ...kinds].map((place) => `${port} ${place}`);
}

/** What it would collide with: the same address, or one that stands for it too. */
function placesInTheWay(endpoint: EndpointConfig): string[] {
  if (endpoint.type === "unix") return placesOf(endpoint);
  const { port } = endpoint;
  if (port === 0) return [];
  const host = canonicalHost(endpoint.hostname);
  return [host, ...othersInTheWay(host)].map((place) => `${port} ${place}`);
}

function othersInTheWay(host: string): string[] {
  // A socket on "::" takes both versions.
  if (host === ANY_IPV6) return ["some"];
  if (host === ANY_IPV4) return ["some IPv4", ANY_IPV6];
  return isIpv4(host) ? [ANY_IPV4, ANY_IPV6] : [ANY_IPV6];
}
