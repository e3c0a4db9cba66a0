/** The import table of `docs/architecture.md`, and what pure folders are. */
import { assertEquals } from "@std/assert";
import {
  forbiddenImports,
  foreignImports,
  importCircles,
  importsOf,
  impureMentions,
  parseImportTable,
  readSources,
  type SourceFile,
  withoutComments,
} from "./_imports.ts";

const SOURCE = new URL("../../src/", import.meta.url);
const PAGE = new URL("../../docs/architecture.md", import.meta.url);

const PURE = ["base", "wamp", "framing", "rawsocket", "serializer", "router"];
/** Hands lines to a library. */
const NOT_PURE = "base/log.ts";
/** Reckons with text and nothing else. */
const PURE_IMPORT = "node:path";

Deno.test("the import table of docs/architecture.md has the folders of src/", async () => {
  const table = parseImportTable(await Deno.readTextFile(PAGE));
  const folders = new Set<string>();
  for (const { path } of await readSources(SOURCE)) {
    folders.add(path.split("/")[0]);
  }
  assertEquals([...table.keys()].sort(), [...folders].sort());
});

Deno.test("folders import only what the table allows", async () => {
  const table = parseImportTable(await Deno.readTextFile(PAGE));
  assertEquals(forbiddenImports(await readSources(SOURCE), table), []);
});

Deno.test("what the table allows is not allowed both ways", async () => {
  const table = parseImportTable(await Deno.readTextFile(PAGE));
  for (const [folder, allowed] of table) {
    for (const other of allowed) {
      assertEquals(
        table.get(other)?.includes(folder),
        false,
        `${folder} and ${other}`,
      );
    }
  }
});

Deno.test("no files need each other, not even for types", async () => {
  assertEquals(importCircles(await readSources(SOURCE)), []);
});

Deno.test("pure folders mention no clock, timer, randomness, console or promise", async () => {
  const files = (await readSources(SOURCE))
    .filter(({ path }) => path !== NOT_PURE);
  assertEquals(impureMentions(files, PURE), []);
  assertEquals(
    foreignImports(files, PURE).filter((one) => !one.endsWith(PURE_IMPORT)),
    [],
  );
});

function file(path: string, text: string): SourceFile {
  return { path, text };
}

Deno.test("imports are found in every form, but not in comments", () => {
  const text = `
    import { a } from "../a/a.ts";
    import type { B } from "../a/b.ts";
    import c, {
      d,
    } from '../a/c.ts';
    import * as e from "npm:e";
    import "../a/f.ts";
    export { g } from "../a/g.ts";
    export * from "../a/h.ts";
    const i = await import("../a/i.ts");
    // import { x } from "../x/x.ts";
    /* import { y } from "../y/y.ts"; */
    const text = "// no comment";
  `;
  assertEquals(importsOf(file("b/b.ts", text)).sort(), [
    "../a/a.ts",
    "../a/b.ts",
    "../a/c.ts",
    "../a/f.ts",
    "../a/g.ts",
    "../a/h.ts",
    "../a/i.ts",
    "npm:e",
  ]);
  assertEquals(withoutComments(text).includes("// no comment"), true);
});

Deno.test("a forbidden import, an unknown folder and a circle are found", () => {
  const table = parseImportTable(
    [
      "| folder | may import |",
      "|---|---|",
      "| base | – |",
      "| wamp | base |",
      "",
      "| other | base, wamp |",
    ].join("\n"),
  );
  const files = [
    file("base/a.ts", 'import { b } from "./b.ts";'),
    file("base/b.ts", 'import { type C } from "../wamp/c.ts";'),
    file("wamp/c.ts", 'import { a } from "../base/a.ts";'),
    file("wamp/d.ts", 'import d from "../../deno.json" with {};'),
    file("wamp/e.ts", 'import { main } from "../../main.ts";'),
    file("other/f.ts", ""),
  ];
  assertEquals(forbiddenImports(files, table), [
    "base/b.ts imports wamp/c.ts",
    "wamp/e.ts imports ../main.ts",
    "other is not in the table",
  ]);
  assertEquals(importCircles(files), [
    "base/a.ts ↔ base/b.ts ↔ wamp/c.ts",
  ]);
});

Deno.test("every impure name is found, but not in comments and longer words", () => {
  const names = [
    "Deno.args",
    "setTimeout(f)",
    "setInterval(f)",
    "Date.now()",
    "new Date()",
    "performance.now()",
    "Math.random()",
    "crypto.subtle",
    "console.log(1)",
    "async () => {}",
    "await f()",
  ];
  for (const name of names) {
    const files = [file("base/a.ts", `const x = ${name};`)];
    assertEquals(impureMentions(files, ["base"]).length, 1, name);
    assertEquals(impureMentions(files, ["wamp"]), [], name);
    const comment = [file("base/a.ts", `// ${name}\n/** ${name} */`)];
    assertEquals(impureMentions(comment, ["base"]), [], name);
  }
  const harmless = [
    file("base/a.ts", "const awaited = asyncRelay(Denominator);"),
  ];
  assertEquals(impureMentions(harmless, ["base"]), []);
  const foreign = [file("base/a.ts", 'import { log } from "@std/log";')];
  assertEquals(foreignImports(foreign, ["base"]).length, 1);
});

Deno.test("circles are found one by one, of types as well, and nothing else is", () => {
  assertEquals(
    importCircles([
      file("a/start.ts", 'import "./b.ts";'),
      file("a/b.ts", 'import type { C } from "./c.ts"; import "./leaf.ts";'),
      file("a/c.ts", 'export * from "./d.ts";\nimport "./leaf.ts";'),
      file("a/d.ts", 'import { type B } from "./b.ts";\nimport "./e.ts";'),
      file("a/e.ts", 'import type { F } from "./f.ts";'),
      file("a/f.ts", 'import "./e.ts";'),
      file("a/leaf.ts", ""),
    ]),
    ["a/b.ts ↔ a/c.ts ↔ a/d.ts", "a/e.ts ↔ a/f.ts"],
  );
});
