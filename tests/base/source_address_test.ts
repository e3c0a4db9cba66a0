import { assertEquals } from "@std/assert";
import { sourceOf } from "../../src/base/source_address.ts";

/** Each address with what counts as its source. */
const SOURCES: [address: string, source: string][] = [
  ["192.0.2.7", "192.0.2.7"],
  // The same client, on a socket for both versions.
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
];

for (const [address, source] of SOURCES) {
  Deno.test(`sourceOf() counts ${address} as ${source}`, () => {
    assertEquals(sourceOf(address), source);
  });
}
