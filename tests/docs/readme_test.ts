/** What README.md shows of the program's output is what the program prints. */
import { assert, assertEquals } from "@std/assert";
import { PROJECT, run, RunningProgram, Scratch } from "../cli/_program.ts";

/** A command of README.md, and what is shown below it. */
interface Sample {
  readonly words: readonly string[];
  readonly lines: readonly string[];
}

const PROMPT = "$ deno run -A main.ts ";

async function readme(): Promise<string> {
  return await Deno.readTextFile(`${PROJECT}/README.md`);
}

/** The text between fences, without what all of a block is indented by. */
function blocks(text: string): string[][] {
  const found = text.matchAll(/^( *)```\w*\n([^]*?)^ *```$/gm);
  return [...found].map(([, indent, block]) =>
    block.trimEnd().split("\n").map((line) => line.slice(indent.length))
  );
}

async function samples(): Promise<Sample[]> {
  return blocks(await readme())
    .filter(([first]) => first.startsWith(PROMPT))
    .map(([first, ...lines]) => ({
      words: first.slice(PROMPT.length).split(" "),
      lines,
    }));
}

/** Keys are new each time. */
function withoutKeys(line: string): string {
  return line.replace(/[0-9a-f]{64}/g, "KEY");
}

Deno.test("README.md shows what commands print", async (t) => {
  const shown = await samples();
  assert(shown.length >= 3, `${shown.length} samples`);
  for (const { words, lines } of shown) {
    await t.step(words.join(" "), async () => {
      await using scratch = await Scratch.make();
      const real = words.map((word) =>
        word.endsWith(".key") ? scratch.file(word) : word
      );
      const { code, stdout, stderr } = await run(real);
      assertEquals(code, 0, stderr);
      const printed = stdout.replaceAll(`${scratch.path}/`, "").trimEnd()
        .split("\n").map(withoutKeys);
      const isCut = (line: string) => line.endsWith(" ...");
      assertEquals(
        printed.map((line, at) => {
          const wanted = lines[at] ?? "";
          return isCut(wanted)
            ? `${line.slice(0, wanted.length - 3)}...`
            : line;
        }),
        lines.map(withoutKeys),
      );
    });
  }
});

Deno.test("README.md shows what a start prints", async () => {
  const shown = blocks(await readme())
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
