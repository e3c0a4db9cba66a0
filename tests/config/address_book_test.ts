/** Which endpoints would listen on an address that is taken. */
import { assertEquals } from "@std/assert";
import { AddressBook } from "../../src/config/address_book.ts";
import { canonicalHost } from "../../src/config/build_endpoint.ts";
import type { EndpointConfig } from "../../src/config/config.ts";
import { isIpv4 } from "../../src/schema/special_types.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";

const HOSTS = [
  "0.0.0.0",
  "::",
  "0::0",
  "127.0.0.1",
  "localhost",
  "LOCALHOST",
  "10.0.0.1",
  "::1",
  "0:0::1",
  "example.org",
];

function randomEndpoint(random: SeededRandom): EndpointConfig {
  if (random.oneIn(5)) {
    const path = random.pick(["/run/a", "/run/b"]);
    return { type: "unix", path, mode: 0o600, backlog: undefined };
  }
  return {
    type: "tcp",
    hostname: random.pick(HOSTS),
    port: random.pick([0, 80, 81]),
    backlog: undefined,
    reusePort: random.oneIn(2),
    tls: undefined,
  };
}

/** Whether the system would refuse the second of two listeners. */
function collide(a: EndpointConfig, b: EndpointConfig): boolean {
  if (a.type === "unix") return b.type === "unix" && a.path === b.path;
  if (b.type === "unix" || a.port !== b.port || a.port === 0) return false;
  if (a.reusePort && b.reusePort) return false;
  const [left, right] = [a, b].map((one) => canonicalHost(one.hostname));
  if (left === right || left === "::" || right === "::") return true;
  return left === "0.0.0.0" && isIpv4(right) ||
    right === "0.0.0.0" && isIpv4(left);
}

Deno.test("AddressBook finds the first that collides, as a look at each does, at random", () => {
  withSeed((random) => {
    for (let round = 0; round < 500; round++) {
      const book = new AddressBook<number>();
      const entered: EndpointConfig[] = [];
      for (let index = 0; index < 12; index++) {
        const endpoint = randomEndpoint(random);
        const first = entered.findIndex((other) => collide(other, endpoint));
        assertEquals(
          book.enter(endpoint, index),
          first < 0 ? undefined : first,
          Deno.inspect([...entered, endpoint]),
        );
        entered.push(endpoint);
      }
    }
  });
});
