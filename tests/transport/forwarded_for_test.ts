import { assertEquals } from "@std/assert";
import { TrustedProxies } from "../../src/transport/forwarded_for.ts";

const PROXIES = new TrustedProxies(["127.0.0.1", "10.0.0.0/8", "::1"]);

Deno.test("a trusted proxy's client is the last address in X-Forwarded-For that is no proxy of ours", () => {
  const cases: [string, string, string | undefined][] = [
    ["127.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"],
    ["127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"],
    ["10.9.9.9", " 2001:db8::7 ", "2001:db8::7"],
    ["::1", "[2001:db8::7]:4711", "2001:db8::7"],
    ["::ffff:10.0.0.1", "203.0.113.7:4711", "203.0.113.7"],
    ["127.0.0.1", "10.1.2.3", undefined],
  ];
  for (const [peer, header, client] of cases) {
    assertEquals(PROXIES.clientOf(peer, header), client, header);
  }
});

Deno.test("nobody else's X-Forwarded-For is believed, and none that holds no address", () => {
  assertEquals(PROXIES.clientOf("203.0.113.9", "198.51.100.1"), undefined);
  assertEquals(PROXIES.clientOf("127.0.0.1", undefined), undefined);
  for (const header of ["", "unknown", "203.0.113.7, _hidden", "evil\r\nx"]) {
    assertEquals(PROXIES.clientOf("127.0.0.1", header), undefined, header);
  }
});

Deno.test("on a Unix socket the proxy is whoever may open it", () => {
  assertEquals(PROXIES.clientOf(undefined, "203.0.113.7"), "203.0.113.7");
});
