/**
 * Whose connection it is that a proxy passes on.
 */
import { BlockList, isIP } from "node:net";

/** The proxies whose word is taken. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** @param proxies Addresses, or networks such as `10.0.0.0/8`. */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address, prefix] = proxy.split("/", 2);
      const family = familyOf(address);
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
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
    if (peer !== undefined && !this.#trusts(peer)) return undefined;
    const hops = header.split(",").map(withoutPort);
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) return undefined;
      if (!this.#trusts(hop)) return hop;
    }
    return undefined;
  }

  #trusts(address: string): boolean {
    return this.#list.check(address, familyOf(address));
  }
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** Some proxies write `1.2.3.4:567` or `[::1]:567`. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}
