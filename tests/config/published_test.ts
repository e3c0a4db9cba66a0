/**
 * Node configs of the kinds that people publish, written for these tests, and what
 * `check` says of each: `published/NAME.txt`.
 */
import { assertEquals } from "@std/assert";
import { PROJECT, run } from "../cli/_program.ts";

const FOLDER = "tests/config/published";

/** The configs of the folder. */
function configs(): string[] {
  return [...Deno.readDirSync(`${PROJECT}/${FOLDER}`)]
    .map(({ name }) => name)
    .filter((name) => /\.(json|yaml)$/.test(name))
    .toSorted();
}

/** What depends on the machine, or on how the files came to be there. */
const PASSING = /^ {2}memory: |is open to every user of this machine/;

for (const name of configs()) {
  Deno.test(`check says of published/${name} what is served and what is not`, async () => {
    const expected = name.replace(/\.\w+$/, ".txt");
    const { code, stdout } = await run(
      ["check", "--ignore-unsupported", `${FOLDER}/${name}`],
      { env: { PORT: "5000", APP_ROOT: "/srv/sluice-test/app" } },
    );
    const lines = stdout.split("\n").filter((line) => !PASSING.test(line));
    assertEquals(
      lines.join("\n").replaceAll(`${FOLDER}/`, ""),
      await Deno.readTextFile(`${PROJECT}/${FOLDER}/${expected}`),
    );
    assertEquals(code, name.startsWith("version_one") ? 2 : 0);
  });
}

Deno.test("convert writes of published/version_one.json what check has nothing against", async () => {
  const { code, stdout } = await run(
    ["convert", `${FOLDER}/version_one.json`],
    { flags: [`--allow-read=${FOLDER}`] },
  );
  assertEquals(code, 0);
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, stdout);
  const checked = await run(["check", file]);
  await Deno.remove(file);
  assertEquals(checked.code, 0);
});
