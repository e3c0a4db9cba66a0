import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  isReservedUri,
  isRouterUri,
  routerPrefixOf,
} from "../../src/wamp/router_uris.ts";
import {
  isValidUri,
  type MatchPolicy,
  URI_LENGTH_MAX,
  type UriCheck,
  uriMatches,
} from "../../src/wamp/uri.ts";
import { withSeed } from "../support/seed.ts";

/** The specification's regular expressions (§3.2). */
const PATTERNS: Record<UriCheck, Record<MatchPolicy, RegExp>> = {
  loose: {
    exact: /^([^\s\.#]+\.)*([^\s\.#]+)$/,
    prefix: /^([^\s\.#]+\.)*([^\s\.#]*)$/,
    wildcard: /^(([^\s\.#]+\.)|\.)*([^\s\.#]+)?$/,
  },
  strict: {
    exact: /^([0-9a-z_]+\.)*([0-9a-z_]+)$/,
    prefix: /^([0-9a-z_]+\.)*([0-9a-z_]*)$/,
    wildcard: /^(([0-9a-z_]+\.)|\.)*([0-9a-z_]+)?$/,
  },
};
const POLICIES: MatchPolicy[] = ["exact", "prefix", "wildcard"];
const CHECKS: UriCheck[] = ["loose", "strict"];

Deno.test("URIs that are valid loosely (UR-01, §16)", () => {
  for (
    const uri of ["com.a", "A-b", "ä.b", "a", "0", "_", "com.a_b.c9", "😀"]
  ) {
    assertStrictEquals(isValidUri(uri, "exact", "loose"), true, uri);
  }
});

Deno.test("URIs that are invalid everywhere (UR-01, UR-13, A-19, §16)", () => {
  const spaces = [
    ..." \t\n\v\f\r\u00a0\u1680\u2000\u2028\u2029\u202f\u3000\ufeff",
  ];
  const invalid = ["a b", "a#b", "#", "a\n", "\na", ...spaces];
  for (const space of spaces) invalid.push(`a${space}b`, `a.${space}`);
  for (const uri of invalid) {
    for (const match of POLICIES) {
      for (const check of CHECKS) {
        assertStrictEquals(isValidUri(uri, match, check), false, uri);
      }
    }
  }
});

Deno.test("URIs that are invalid strictly alone (UR-01, §16)", () => {
  for (const uri of ["A.b", "a-b", "ä.b", "a.B", "a/b", "a:b", "a\u0000"]) {
    assertStrictEquals(isValidUri(uri, "exact", "strict"), false, uri);
    assertStrictEquals(isValidUri(uri, "exact", "loose"), true, uri);
  }
});

Deno.test("empty components by match policy (UR-02, UR-03, UR-04, A-16)", () => {
  const rows: [string, boolean, boolean, boolean][] = [
    ["", false, true, true],
    ["a", true, true, true],
    ["com.a.", false, true, true],
    ["a..b", false, false, true],
    [".a", false, false, true],
    ["a.", false, true, true],
    [".", false, false, true],
    ["..", false, false, true],
    ["a.b.c", true, true, true],
  ];
  for (const [uri, ...expected] of rows) {
    for (const check of CHECKS) {
      assertEquals(
        POLICIES.map((match) => isValidUri(uri, match, check)),
        expected,
        uri,
      );
    }
  }
});

Deno.test("random URIs are valid where the specification's patterns match (UR-01 to UR-04)", () => {
  const units = [..."ab0_.A-# \nä\u00a0\u3000😀"];
  withSeed((random) => {
    for (let i = 0; i < 20_000; i++) {
      const uri = Array.from(
        { length: random.below(7) },
        () => random.oneIn(3) ? "." : random.pick(units),
      ).join("");
      for (const match of POLICIES) {
        for (const check of CHECKS) {
          assertStrictEquals(
            isValidUri(uri, match, check),
            PATTERNS[check][match].test(uri),
            `${JSON.stringify(uri)} ${match} ${check}`,
          );
        }
      }
    }
  });
});

Deno.test("the length of URIs is bounded, and none that is longer is looked at (UR-15)", () => {
  for (const match of POLICIES) {
    for (const check of CHECKS) {
      const longest = "a".repeat(URI_LENGTH_MAX);
      assertStrictEquals(isValidUri(longest, match, check), true);
      assertStrictEquals(isValidUri(longest + "a", match, check), false);
    }
  }
  const endless = {
    length: URI_LENGTH_MAX + 1,
    charCodeAt: () => {
      throw new Error("It was looked at");
    },
  } as unknown as string;
  for (const match of POLICIES) {
    assertStrictEquals(isValidUri(endless, match, "loose"), false);
  }
});

Deno.test("`wamp` is reserved as the first component alone (UR-09, A-18)", () => {
  for (const uri of ["wamp", "wamp.", "wamp.session.count", "wamp..a"]) {
    assertStrictEquals(isReservedUri(uri), true, uri);
  }
  for (
    const uri of ["", "wam", "wampx", "wampx.y", "Wamp.a", "a.wamp", ".wamp"]
  ) {
    assertStrictEquals(isReservedUri(uri), false, uri);
  }
});

Deno.test("procedures and topics of the router's own are below `wamp.` and two prefixes of ours (UR-09)", () => {
  const rows: [uri: string, prefix: string | undefined][] = [
    ["wamp", "wamp."],
    ["wamp.session.on_join", "wamp."],
    ["sluice.authorization.flush", "sluice.authorization."],
    ["sluice.event.on_lost", "sluice.event."],
    ["sluice.event.", "sluice.event."],
    ["sluice.event", undefined],
    ["sluice.events.a", undefined],
    ["sluice.", undefined],
    ["com.sluice.event.a", undefined],
  ];
  for (const [uri, prefix] of rows) {
    assertStrictEquals(routerPrefixOf(uri), prefix, uri);
    assertStrictEquals(isRouterUri(uri), prefix !== undefined, uri);
  }
});

Deno.test("matching by each policy (PM-02 to PM-05, UR-12, A-67)", () => {
  const rows: [MatchPolicy, string, string, boolean][] = [
    ["exact", "com.a", "com.a", true],
    ["exact", "com.a", "com.A", false],
    ["exact", "com.a", "com.a.b", false],
    // Composed and decomposed: no normalization.
    ["exact", "\u00e4", "a\u0308", false],
    ["prefix", "com.a", "com.a", true],
    ["prefix", "com.a", "com.ab", true],
    ["prefix", "com.a.", "com.a.b", true],
    ["prefix", "com.a.", "com.a", false],
    ["prefix", "", "com", true],
    ["prefix", "com.ab", "com.a", false],
    ["wildcard", "com..b", "com.a.b", true],
    ["wildcard", "com..b", "com.a.c", false],
    ["wildcard", "com..b", "com.b", false],
    ["wildcard", "com..b", "com.a.a.b", false],
    ["wildcard", "com.a", "com.a", true],
    ["wildcard", "..", "a.b.c", true],
    ["wildcard", "..", "a.b", false],
    ["wildcard", "", "a", true],
    ["wildcard", "", "a.b", false],
    ["wildcard", ".a", "x.a", true],
    ["wildcard", "a.", "a.x", true],
    ["wildcard", "a.", "a", false],
  ];
  for (const [match, pattern, uri, expected] of rows) {
    const shown = `${match} ${pattern} ${uri}`;
    assertStrictEquals(uriMatches(pattern, match, uri), expected, shown);
  }
});
