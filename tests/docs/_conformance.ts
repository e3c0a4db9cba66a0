/**
 * `docs/conformance.md` and the numbers in tests' names, so that each can be
 * compared with the other.
 */

/** How many numbers each section of the checklist has. */
export const SECTION_SIZES: Readonly<Record<string, number>> = {
  ...{ RS: 19, FR: 22, SE: 13, SJ: 8, SM: 7, SC: 5, ID: 11, UR: 15, MF: 12 },
  ...{ SL: 13, PV: 9, HW: 16, GB: 6, AU: 13, AN: 2, TK: 3, CR: 7, SR: 11 },
  ...{ CS: 11, DY: 4, AZ: 12, PS: 13, PX: 2, BW: 6, PI: 4, PT: 1, PM: 8 },
  ...{ SS: 1, EH: 11, ER: 7, SV: 4, RP: 16, CX: 13, TO: 8, PR: 9, PG: 14 },
  ...{ CI: 4, CT: 1, PB: 7, SH: 7, RR: 4, RV: 4, SD: 1, PP: 10, MS: 11 },
  ...{ MR: 7, MU: 7, TS: 7, RF: 1, RL: 3, RE: 1, FD: 5, OG: 10 },
  // Our own, beside the checklist's.
  WS: 32,
};

/** All numbers, in the document's order. */
export const ALL_NUMBERS: readonly string[] = Object.entries(SECTION_SIZES)
  .flatMap(([section, size]) =>
    Array.from(
      { length: size },
      (_, i) => `${section}-${String(i + 1).padStart(2, "0")}`,
    )
  );

/** The states that a number can have. */
export const STATES = ["done", "later", "different"] as const;

/** One row of the document. */
export interface Row {
  readonly number: string;
  readonly level: string;
  readonly what: string;
  readonly state: string;
  /** What follows the state; empty where nothing does. */
  readonly remark: string;
  /** Test files, from `tests/`. */
  readonly shownBy: readonly string[];
}

const ROW = /^\| ([A-Z]{2}-\d{2}) \|(.*)\|$/;

/** The rows of the document that have a number. */
export function parseRows(page: string): Row[] {
  return page.split("\n").flatMap((line) => {
    const match = ROW.exec(line);
    return match === null ? [] : [parseRow(match[1], match[2])];
  });
}

function parseRow(number: string, rest: string): Row {
  const [level = "", what = "", stated = "", shown = ""] = rest.split("|")
    .map((cell) => cell.trim());
  const [state, ...remark] = stated.split(": ");
  return {
    number,
    level,
    what,
    state,
    remark: remark.join(": "),
    shownBy: shown.split(", ").filter((file) => file !== "")
      .map((file) => file.replaceAll("`", "")),
  };
}

/** The numbers that a string literal of `source` begins with. */
export function numbersNamedIn(source: string): Set<string> {
  const numbers = new Set<string>();
  const literals = source.matchAll(/["'`]((?:[A-Z]{2}-\d{2}\b[ ,]*)+)/g);
  for (const [, text] of literals) {
    for (const [number] of text.matchAll(/[A-Z]{2}-\d{2}/g)) {
      numbers.add(number);
    }
  }
  return numbers;
}

/** By number: the test files under `root` that name it, in order. */
export async function readNamedNumbers(
  root: URL,
): Promise<Map<string, string[]>> {
  const named = new Map<string, string[]>();
  for (const file of await testFiles(root, "")) {
    const source = await Deno.readTextFile(new URL(file, root));
    for (const number of numbersNamedIn(source)) {
      named.set(number, [...named.get(number) ?? [], file]);
    }
  }
  return named;
}

async function testFiles(root: URL, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${entry.name}`;
    // This folder's tests are about the document itself.
    if (entry.isDirectory && path !== "docs") {
      files.push(...await testFiles(root, `${path}/`));
    } else if (entry.name.endsWith("_test.ts")) files.push(path);
  }
  return files.sort();
}

/** The files that the document shows for a number: black-box tests, if any. */
export function shownFiles(files: readonly string[]): readonly string[] {
  const blackBox = files.filter((file) => file.startsWith("conformance/"));
  return blackBox.length > 0 ? blackBox : files;
}

/** `page` with its last column, and the counts by section, made anew. */
export function renderPage(
  page: string,
  named: ReadonlyMap<string, readonly string[]>,
): string {
  const lines = page.split("\n").map((line) => {
    const match = ROW.exec(line);
    if (match === null) return line;
    const row = parseRow(match[1], match[2]);
    const stated = row.remark === ""
      ? row.state
      : `${row.state}: ${row.remark}`;
    const shown = shownFiles(named.get(row.number) ?? [])
      .map((file) => `\`${file}\``).join(", ");
    return `| ${row.number} | ${row.level} | ${row.what} | ${stated} |${
      shown === "" ? "" : ` ${shown}`
    } |`;
  });
  return lines.join("\n").replace(
    /(<!-- counts -->\n).*(<!-- \/counts -->)/s,
    (_, begin, end) => `${begin}\n${countTable(parseRows(page))}\n${end}`,
  );
}

function countTable(rows: readonly Row[]): string {
  const count = (section: string, state: string) =>
    rows.filter((row) => row.number.startsWith(section) && row.state === state)
      .length;
  const line = (title: string, section: string) =>
    `| ${title} | ${
      STATES.map((state) => count(section, state)).join(" | ")
    } |`;
  return [
    "| section | done | later | different |",
    "|---|---|---|---|",
    ...Object.keys(SECTION_SIZES).map((section) => line(section, section)),
    line("all", ""),
    "",
  ].join("\n");
}
