/** `docs/features.md` claims no more than `docs/conformance.md` does. */
import { assert, assertEquals } from "@std/assert";
import { parseRows } from "./_conformance.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("features.md", DOCS));
const UNDONE = parseRows(
  await Deno.readTextFile(new URL("conformance.md", DOCS)),
).filter(({ state }) => state !== "done").map(({ number }) => number);

interface Feature {
  readonly name: string;
  /** Letters, as in "(PX)" or "(PT, CT)"; empty where the name has none. */
  readonly sections: readonly string[];
  readonly here: string;
}

/** The rows of the tables that have a column "here". */
function features(): Feature[] {
  let column = -1;
  return PAGE.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    if (cells[1] === "feature") column = cells.indexOf("here");
    const name = cells[1];
    const here = cells[column];
    if (here === undefined || /^(feature|-+)$/.test(name)) return [];
    const [, letters = ""] = /\(([A-Z, ]+)\)$/.exec(name) ?? [];
    const sections = letters.split(", ").filter((section) => section !== "");
    return [{ name, sections, here }];
  });
}

Deno.test('docs/features.md: "all" is said where every number of the section is done, and what is not is named', () => {
  for (const { name, sections, here } of features()) {
    const missing = UNDONE.filter((number) =>
      sections.some((section) => number.startsWith(section))
    );
    const named = here.match(/[A-Z]{2}-\d{2}/g) ?? [];
    assertEquals([...named], missing, name);
    assertEquals(/^all\b/.test(here), sections.length > 0, name);
    assert(/^(all|done)\b/.test(here), name);
  }
});

Deno.test("docs/features.md has the tables that the test above reads", () => {
  assert(features().length > 35);
});

Deno.test("docs/features.md and the README name each example for a feature", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", DOCS));
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../examples/", DOCS))) {
    const isProgram = /\.(mjs|py)$/.test(name) && name !== "session.mjs";
    if (isProgram && !name.startsWith("autobahn_")) files.push(name);
  }
  assertEquals(files.length, 6);
  for (const file of files) {
    assert(PAGE.includes(`(../examples/${file})`), file);
    assert(readme.includes(`examples/${file}`), file);
  }
});

Deno.test("docs/features.md links to files that are there", async () => {
  for (const [, path] of PAGE.matchAll(/\]\(([^)#]+)\)/g)) {
    await Deno.stat(new URL(path, DOCS));
  }
});
