/**
 * Addresses and networks by which clients are told apart.
 */
import { BlockList } from "node:net";

/** A set of IP addresses; IPv4 addresses mapped into IPv6 are those. */
export class AddressList {
  readonly #list = new BlockList();

  /** @param entries Addresses, or networks such as `10.0.0.0/8`. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address, prefix] = entry.split("/", 2);
      const family = familyOf(address);
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /** Whether `address` is one of them, or in one of the networks. */
  has(address: string): boolean {
    return this.#list.check(address, familyOf(address));
  }
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}
