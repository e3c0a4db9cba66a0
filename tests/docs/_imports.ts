/** What source files import and mention, and what they may. */

/** A source file: its path from `src/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** By folder: the folders that it may import. */
export type ImportTable = ReadonlyMap<string, readonly string[]>;

/** The table `| folder | may import |` of a page. */
export function parseImportTable(page: string): ImportTable {
  const lines = page.split("\n");
  const start = lines.indexOf("| folder | may import |");
  if (start < 0) throw new Error("The page has no import table");
  const table = new Map<string, string[]>();
  for (const line of lines.slice(start + 2)) {
    const row = /^\| ([a-z]+) \| (.+) \|$/.exec(line);
    if (row === null) break;
    table.set(row[1], row[2] === "–" ? [] : row[2].split(", "));
  }
  return table;
}

/** All TypeScript files below `root`. */
export async function readSources(root: URL): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  async function visit(folder: string): Promise<void> {
    for await (
      const { name, isDirectory } of Deno.readDir(new URL(folder, root))
    ) {
      const path = `${folder}${name}`;
      if (isDirectory) await visit(`${path}/`);
      else if (name.endsWith(".ts")) {
        const text = await Deno.readTextFile(new URL(path, root));
        files.push({ path, text });
      }
    }
  }
  await visit("./");
  return files.map(({ path, text }) => ({ path: path.slice(2), text }))
    .sort((a, b) => a.path < b.path ? -1 : 1);
}

/** `text` without comments; strings stay. */
export function withoutComments(text: string): string {
  // A string or template first, so that what looks like a comment in it stays.
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, literal) => literal ?? " ",
  );
}

/** `text` without comments and quoted strings; templates stay, they hold code. */
function withoutWords(text: string): string {
  return withoutComments(text).replace(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g,
    '""',
  );
}

/** All that a file imports or exports from elsewhere, types as well. */
export function importsOf({ text }: SourceFile): string[] {
  const code = withoutComments(text);
  const patterns = [
    /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']/g,
  ];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, specifier]) => specifier)
  );
}

/** Where the relative `specifier` in the file at `path` leads, from `src/`. */
export function resolveImport(path: string, specifier: string): string {
  const base = new URL(`file:///project/src/${path}`);
  const target = new URL(specifier, base).pathname;
  return target.startsWith("/project/src/")
    ? target.slice("/project/src/".length)
    : `..${target.slice("/project".length)}`;
}

function folderOf(path: string): string {
  return path.split("/")[0];
}

/** Imports between folders that the table does not allow. */
export function forbiddenImports(
  files: readonly SourceFile[],
  table: ImportTable,
): string[] {
  const problems: string[] = [];
  for (const file of files) {
    const from = folderOf(file.path);
    const allowed = table.get(from);
    if (allowed === undefined) problems.push(`${from} is not in the table`);
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith(".")) continue;
      const target = resolveImport(file.path, specifier);
      const to = folderOf(target);
      // A data file of the project, such as deno.json.
      if (to === ".." && target.endsWith(".json")) continue;
      if (to !== from && allowed?.includes(to) !== true) {
        problems.push(`${file.path} imports ${target}`);
      }
    }
  }
  return [...new Set(problems)];
}

/**
 * Files that need each other, directly or around corners, be it for types alone: each
 * such circle with all its files.
 */
export function importCircles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [
    file.path,
    importsOf(file).filter((specifier) => specifier.startsWith("."))
      .map((specifier) => resolveImport(file.path, specifier)),
  ]));
  return circlesIn(imports).map((circle) => circle.sort().join(" ↔ ")).sort();
}

/** The strongly connected components of a graph, but for single nodes (Tarjan). */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const done = new Set<string>();
  /** The first node on the stack that `node` leads to. */
  function visit(node: string): number {
    const own = order.size;
    let first = own;
    order.set(node, own);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (done.has(next)) continue;
      first = Math.min(first, order.get(next) ?? visit(next));
    }
    if (first < own) return first;
    const circle = stack.splice(stack.indexOf(node));
    for (const member of circle) done.add(member);
    if (circle.length > 1) circles.push(circle);
    return own;
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}

/** Names of the world outside, which pure code is given as parameters. */
const IMPURE =
  /\bDeno\b|\bsetTimeout\b|\bsetInterval\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bMath\.random\b|\bcrypto\b|\bconsole\b|\basync\b|\bawait\b/g;

/** What the files of the folders in `pure` mention of the world outside. */
export function impureMentions(
  files: readonly SourceFile[],
  pure: readonly string[],
): string[] {
  const problems: string[] = [];
  for (const { path, text } of files) {
    if (!pure.includes(folderOf(path))) continue;
    for (const [name] of withoutWords(text).matchAll(IMPURE)) {
      problems.push(`${path} mentions ${name}`);
    }
  }
  return problems;
}

/** What the files of the folders in `pure` import from outside the project. */
export function foreignImports(
  files: readonly SourceFile[],
  pure: readonly string[],
): string[] {
  return files.filter(({ path }) => pure.includes(folderOf(path)))
    .flatMap((file) =>
      importsOf(file).filter((specifier) => !specifier.startsWith("."))
        .map((specifier) => `${file.path} imports ${specifier}`)
    );
}
