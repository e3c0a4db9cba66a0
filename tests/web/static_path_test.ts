/** Which names can be asked for, and where paths lead. */
import { assertEquals } from "@std/assert";
import { parseTarget, RouteTable } from "../../src/web/route_path.ts";
import { isServedPath } from "../../src/web/static_path.ts";

Deno.test("names that mean something else to some system are served by none", () => {
  const served = [
    ["a.html"],
    ["a", "b", "c.js"],
    ["ä ö.txt"],
    ["console.log"],
    ["com"],
    [".well-known", "acme-challenge", "x"],
    ["%2e%2e"],
    ["a..b"],
  ];
  for (const path of served) assertEquals(isServedPath(path), true, `${path}`);
  const refused = [
    [".."],
    ["."],
    ["a", "..", "b"],
    ["a/b"],
    ["../x"],
    ["a\\b"],
    ["..\\x"],
    ["a\0"],
    ["a\n"],
    ["a\x7f"],
    ["a", "", "b"],
    [""],
    [".git", "config"],
    ["a", ".htpasswd"],
    ["a", ".well-known"],
    ["c:"],
    ["a.txt::$DATA"],
    ["nul"],
    ["NUL"],
    ["con.html"],
    ["Aux.tar.gz"],
    ["COM1"],
    ["lpt9.txt"],
    ["a."],
    ["a "],
  ];
  for (const path of refused) {
    assertEquals(isServedPath(path), false, JSON.stringify(path));
  }
});

Deno.test("a target is taken apart: path decoded, query as it is", () => {
  const cases: [string, string[] | undefined, string][] = [
    ["/", [""], ""],
    ["/a/b", ["a", "b"], ""],
    ["/a/b/", ["a", "b", ""], ""],
    ["/a%2Fb/%C3%A4?x=1&y?", ["a/b", "ä"], "x=1&y?"],
    ["/a%252e", ["a%2e"], ""],
    ["//evil.example/x", ["", "evil.example", "x"], ""],
    ["http://host:1/a?b", ["a"], "b"],
    ["HTTPS://host", [""], ""],
    ["http://host?q", [""], "q"],
    ["*", undefined, ""],
    ["a/b", undefined, ""],
    ["", undefined, ""],
    ["ftp://host/", undefined, ""],
    ["/a#b", undefined, ""],
    ["/%", undefined, ""],
    ["/%f", undefined, ""],
    ["/%ff", undefined, ""],
    ["/%ed%a0%80", undefined, ""],
  ];
  for (const [target, segments, query] of cases) {
    const expected = segments === undefined ? undefined : { segments, query };
    assertEquals(parseTarget(target), expected, target);
  }
});

Deno.test("the service with the most segments in common answers; segments are compared whole", () => {
  const table = new RouteTable([
    ["/", "root"],
    ["a", "a"],
    ["/a/b/", "ab"],
    ["x/y/z", "xyz"],
  ]);
  const cases: [string[], string, string[]][] = [
    [[""], "root", [""]],
    [["a"], "a", []],
    [["a", ""], "a", [""]],
    [["a", "c"], "a", ["c"]],
    [["a", "b"], "ab", []],
    [["a", "b", "c", "d"], "ab", ["c", "d"]],
    [["ab"], "root", ["ab"]],
    [["x", "y"], "root", ["x", "y"]],
    [["x", "y", "z"], "xyz", []],
    [["__proto__"], "root", ["__proto__"]],
  ];
  for (const [segments, service, rest] of cases) {
    assertEquals(table.find(segments), { service, rest }, segments.join("/"));
  }
  assertEquals(new RouteTable([["a", 1]]).find(["b"]), undefined);
});
