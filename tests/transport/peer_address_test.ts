import { assertEquals } from "@std/assert";
import { describeAddress } from "../../src/transport/peer_address.ts";

const ADDRESSES: [address: Deno.Addr, expected: string][] = [
  [
    { transport: "tcp", hostname: "127.0.0.1", port: 4711 },
    "127.0.0.1:4711",
  ],
  [{ transport: "tcp", hostname: "::1", port: 4711 }, "[::1]:4711"],
  [{ transport: "unix", path: "/run/sluice.sock" }, "unix"],
];

for (const [address, expected] of ADDRESSES) {
  Deno.test(`describeAddress() writes ${expected}`, () => {
    assertEquals(describeAddress(address), expected);
  });
}
