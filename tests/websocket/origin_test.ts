import { assertEquals } from "@std/assert";
import { isAllowedOrigin } from "../../src/websocket/origin.ts";

const NONE = { allowedOrigins: [], allowNullOrigin: false };

/** Which origins may connect to a host where none is listed. */
const SAME_HOST: [origin: string, host: string, allowed: boolean][] = [
  ["http://example.com", "example.com", true],
  ["http://example.com:80", "example.com", true],
  ["http://example.com", "example.com:80", true],
  ["http://EXAMPLE.com", "example.COM", true],
  ["http://example.com:8080", "example.com:8080", true],
  ["http://[::1]:8080", "[::1]:8080", true],
  // TLS ends at a proxy, which passes Host on as it is.
  ["https://example.com", "example.com", true],
  ["https://example.com", "example.com:443", true],
  ["https://example.com:443", "example.com", true],
  ["http://example.com", "example.com:8080", false],
  ["http://example.com:8080", "example.com", false],
  ["https://example.com", "example.com:80", false],
  ["http://sub.example.com", "example.com", false],
  ["http://example.com.evil.org", "example.com", false],
  ["http://evil.org", "example.com", false],
  ["http://example.com", "evil@example.com", false],
  ["http://example.com", "example.com/x", false],
  ["http://example.com", "example.com?x", false],
  ["chrome-extension://example.com", "example.com", false],
  ["file://", "example.com", false],
  ["example.com", "example.com", false],
  ["", "example.com", false],
];

for (const [origin, host, isAllowed] of SAME_HOST) {
  const word = isAllowed ? "may" : "may not";
  Deno.test(`WS-09: a page of "${origin}" ${word} connect to Host "${host}"`, () => {
    assertEquals(isAllowedOrigin(origin, host, NONE), isAllowed);
  });
}

Deno.test("WS-09: pages without an origin may connect where that is on", () => {
  const rules = { ...NONE, allowNullOrigin: true };
  assertEquals(isAllowedOrigin("null", "example.com", rules), true);
  assertEquals(isAllowedOrigin("null", "example.com", NONE), false);
  const all = { ...NONE, allowedOrigins: ["*"] };
  assertEquals(isAllowedOrigin("null", "example.com", all), false);
});

Deno.test("WS-09: a listed origin may connect; a star stands for any text", () => {
  const allows = (pattern: string, origin: string) =>
    isAllowedOrigin(origin, "other.org", {
      allowedOrigins: [pattern],
      allowNullOrigin: false,
    });
  assertEquals(allows("*", "https://any.example"), true);
  assertEquals(allows("https://a.org", "https://a.org"), true);
  assertEquals(allows("https://A.org", "https://a.ORG"), true);
  assertEquals(allows("https://a.org:443", "https://a.org"), true);
  assertEquals(allows("http://a.org", "https://a.org"), false);
  assertEquals(allows("https://*.a.org", "https://b.a.org"), true);
  assertEquals(allows("https://*.a.org", "https://a.org"), false);
  assertEquals(allows("https://*.a.org", "https://b.a.org.evil.org"), false);
  assertEquals(allows("https://a.org:*", "https://a.org:8443"), true);
  assertEquals(allows("*a*b*", "chrome-extension://aXb"), true);
  assertEquals(allows("*ab*ba", "x://aba"), false);
  assertEquals(allows("*a*b*", "x://cd"), false);
  assertEquals(allows("*b*a*", "x://ab"), false);
  assertEquals(allows("x*:/*/a*", "x://ab"), true);
});

Deno.test("WS-09: without Host no origin is that of the same host", () => {
  assertEquals(isAllowedOrigin("http://a.org", undefined, NONE), false);
});
