/** What README.md and docs/ show of the program's output is what it prints. */
import { assert, assertEquals } from "@std/assert";
import { PROJECT, run, RunningProgram, Scratch } from "../cli/_program.ts";

/** A command in a page, and what is shown below it. */
interface Sample {
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly lines: readonly string[];
  /** The block before it, which may be the file that the command reads. */
  readonly before: string;
}

const PROMPT = /^\$ ((?:[A-Z]+=\S+ )*)deno run -A main\.ts (.*)$/;
const PAGES = ["README.md", "docs/security.md", "docs/configuration.md"];

function page(path: string): Promise<string> {
  return Deno.readTextFile(`${PROJECT}/${path}`);
}

/** The text between fences, without what all of a block is indented by. */
function blocks(text: string): string[][] {
  const found = text.matchAll(/^( *)```\w*\n([^]*?)^ *```$/gm);
  return [...found].map(([, indent, block]) =>
    block.trimEnd().split("\n").map((line) => line.slice(indent.length))
  );
}

function samples(text: string): Sample[] {
  const all = blocks(text);
  return all.flatMap(([first, ...lines], at) => {
    const found = PROMPT.exec(first);
    if (found === null) return [];
    const [, variables, words] = found;
    return [{
      env: Object.fromEntries(
        variables.trim().split(" ").filter((one) => one !== "")
          .map((one) => one.split("=") as [string, string]),
      ),
      words: words.split(" "),
      lines,
      before: all[at - 1]?.join("\n") ?? "",
    }];
  });
}

/** Keys are new each time. */
function withoutKeys(line: string): string {
  return line.replace(/[0-9a-f]{64}/g, "KEY");
}

/** What the command of a sample prints, cut where the sample is cut. */
async function printed(
  { env, words, lines, before }: Sample,
): Promise<string[]> {
  await using scratch = await Scratch.make({ "config.json": before });
  const real = words.map((word) =>
    /^[a-z]+\.(key|json)$/.test(word) ? scratch.file(word) : word
  );
  const { stdout, stderr } = await run(real, { env });
  assertEquals(stderr, "");
  return stdout.replaceAll(`${scratch.path}/`, "").trimEnd().split("\n")
    .map((line, at) => {
      const wanted = lines[at] ?? "";
      return wanted.endsWith(" ...")
        ? `${line.slice(0, wanted.length - 3)}...`
        : line;
    });
}

for (const path of PAGES) {
  Deno.test(`${path} shows what commands print`, async (t) => {
    const shown = samples(await page(path));
    assert(shown.length >= 1);
    for (const sample of shown) {
      await t.step(sample.words.join(" "), async () => {
        assertEquals(
          (await printed(sample)).map(withoutKeys),
          sample.lines.map(withoutKeys),
        );
      });
    }
  });
}

Deno.test("README.md shows what a start prints", async () => {
  const shown = blocks(await page("README.md"))
    .find(([first]) => first.startsWith("INFO  listening"));
  const example = await Deno.readTextFile(`${PROJECT}/examples/config.json`);
  await using scratch = await Scratch.make({
    "c.json": example.replace("8080", "0").replace(
      "/tmp/sluice.sock",
      "sluice.sock",
    ),
  });
  await using program = await RunningProgram.startMain([
    scratch.file("c.json"),
  ]);
  const printed = program.log
    .map((line) => line.replace(/^\S+ /, ""))
    // A machine that allows few open files is warned about.
    .filter((line) => line.startsWith("INFO"))
    .map((line) =>
      line.replace(`:${program.port}`, ":8080")
        .replace(`${scratch.path}/`, "/tmp/")
    );
  assertEquals(printed, shown);
});

/** Text of source files below `folder`. */
async function sourceText(folder: string): Promise<string> {
  let text = "";
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    text += isDirectory
      ? await sourceText(path)
      : await Deno.readTextFile(path);
  }
  return text;
}

/** Whether `line` is a text of `source`, where `${...}` may stand for a word. */
function isWritten(line: string, source: string): boolean {
  const words = line.split(" ")
    .map((word) => `(?:${RegExp.escape(word)}|\\$\\{[^}]+\\})`);
  return new RegExp(words.join(" ")).test(source);
}

Deno.test("docs/security.md names log lines that the router can write", async () => {
  const text = await page("docs/security.md");
  const [, table = ""] =
    /\| line \| what it means \|\n([^]*?)\n\n/.exec(text) ?? [];
  const lines = table.split("\n").slice(1)
    .flatMap((row) => [...row.split("|")[1].matchAll(/`([^`]+)`/g)])
    .map(([, line]) => line);
  assert(lines.length > 10, `${lines.length} lines`);
  const source = await sourceText(`${PROJECT}/src`);
  assertEquals(lines.filter((line) => !isWritten(line, source)), []);
});
