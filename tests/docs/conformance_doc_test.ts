/** `docs/conformance.md` says what the tests show, number by number. */
import { assertEquals } from "@std/assert";
import {
  ALL_NUMBERS,
  numbersNamedIn,
  parseRows,
  readNamedNumbers,
  renderPage,
  type Row,
  SECTION_SIZES,
  STATES,
} from "./_conformance.ts";

const TESTS = new URL("../", import.meta.url);
const PAGE = new URL("../../docs/conformance.md", import.meta.url);

/** What the document and the tests disagree about. */
function disagreements(
  rows: readonly Row[],
  named: ReadonlyMap<string, readonly string[]>,
): string[] {
  const problems: string[] = [];
  for (const { number, state, remark } of rows) {
    const files = named.get(number) ?? [];
    if (!(STATES as readonly string[]).includes(state)) {
      problems.push(`${number} has the unknown state "${state}"`);
    } else if (state === "done" && files.length === 0) {
      problems.push(`${number} is done, but no test names it`);
    } else if (state !== "done" && remark === "") {
      problems.push(`${number} is "${state}" without saying more`);
    } else if (state === "later" && files.length > 0) {
      problems.push(`${number} is for later, but ${files[0]} names it`);
    }
  }
  const known = new Set(rows.map(({ number }) => number));
  for (const [number, [file]] of named) {
    if (!known.has(number)) problems.push(`${file} names ${number}: unknown`);
  }
  return problems;
}

Deno.test("the checklist has 426 numbers in 53 sections", () => {
  const { WS, ...checklist } = SECTION_SIZES;
  assertEquals(ALL_NUMBERS.length - WS, 426);
  assertEquals(Object.keys(checklist).length, 53);
});

Deno.test("docs/conformance.md has every number once, in order, with a level", async () => {
  const rows = parseRows(await Deno.readTextFile(PAGE));
  assertEquals(rows.map(({ number }) => number), ALL_NUMBERS);
  for (const { number, level, what } of rows) {
    assertEquals(/^(MUST|SHOULD|MAY)°?$/.test(level), true, number);
    assertEquals(what === "", false, number);
  }
});

Deno.test("what docs/conformance.md calls done is named by a test, and nothing else is", async () => {
  const rows = parseRows(await Deno.readTextFile(PAGE));
  assertEquals(disagreements(rows, await readNamedNumbers(TESTS)), []);
});

Deno.test("docs/conformance.md shows the right files and counts", async () => {
  const page = await Deno.readTextFile(PAGE);
  assertEquals(
    renderPage(page, await readNamedNumbers(TESTS)),
    page,
    "out of date; write it anew: deno run -RW tests/docs/update_conformance.ts",
  );
});

Deno.test("numbers are found at the start of a test's name and of a table's row", () => {
  const source = `
    Deno.test("AB-01: one", () => {});
    scenario(\`AB-02 CD-03: two at once\`, () => {});
    const ROWS = [["AB-04", 1], { name: 'AB-05 AB-06, AB-07: more' }];
    // AB-08: a comment
    Deno.test("not at the start: AB-09", () => {});
    Deno.test("AB-010: three digits", () => {});
  `;
  assertEquals(
    [...numbersNamedIn(source)].sort(),
    ["AB-01", "AB-02", "AB-04", "AB-05", "AB-06", "AB-07", "CD-03"],
  );
});

Deno.test("every kind of disagreement is found", () => {
  const rows = parseRows([
    "| AB-01 | MUST | shown | done | `a_test.ts` |",
    "| AB-02 | MUST° | not shown | done | |",
    "| AB-03 | MAY | shown too early | later: some work | |",
    "| AB-04 | MAY | no work named | later | |",
    "| AB-05 | MAY | no reason | different | |",
    "| AB-06 | MAY | a reason | different: a reason: this one | |",
    "| AB-07 | MAY | misspelt | doen | |",
  ].join("\n"));
  assertEquals(rows[0].shownBy, ["a_test.ts"]);
  assertEquals(rows[5].remark, "a reason: this one");
  const named = new Map([
    ["AB-01", ["a_test.ts"]],
    ["AB-03", ["b_test.ts"]],
    ["AB-06", ["c_test.ts"]],
    ["AB-99", ["d_test.ts"]],
  ]);
  assertEquals(disagreements(rows, named), [
    "AB-02 is done, but no test names it",
    "AB-03 is for later, but b_test.ts names it",
    'AB-04 is "later" without saying more',
    'AB-05 is "different" without saying more',
    'AB-07 has the unknown state "doen"',
    "d_test.ts names AB-99: unknown",
  ]);
});
