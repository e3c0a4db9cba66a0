/**
 * Whose connection it is that a proxy passes on.
 */
import { isIP } from "node:net";
import { AddressList } from "./address_list.ts";

/** The proxies whose word is taken. */
export class TrustedProxies {
  readonly #list: AddressList;

  /** @param proxies Addresses, or networks such as `10.0.0.0/8`. */
  constructor(proxies: readonly string[]) {
    this.#list = new AddressList(proxies);
  }

  /**
   * The client's address: the last in `X-Forwarded-For` that no proxy of ours has.
   * What stands before it, anybody can have written.
   *
   * @param peer Who has connected to us; undefined: on a Unix socket, by its owner's
   * proxy.
   * @param header Undefined: there is none.
   * @returns Undefined where the proxy is not trusted or has not said it.
   */
  clientOf(
    peer: string | undefined,
    header: string | undefined,
  ): string | undefined {
    if (header === undefined) return undefined;
    if (peer !== undefined && !this.#list.has(peer)) return undefined;
    const hops = header.split(",").map(withoutPort);
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) return undefined;
      if (!this.#list.has(hop)) return hop;
    }
    return undefined;
  }
}

/** Some proxies write `1.2.3.4:567` or `[::1]:567`. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}
