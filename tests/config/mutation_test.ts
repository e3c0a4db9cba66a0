/**
 * Whatever stands in a config: findings with a place in it, never an exception.
 */
import { assert } from "@std/assert";
import { SeededRandom } from "../support/seed.ts";
import { load } from "./_load.ts";

const ROUNDS = 3_000;

const EXAMPLES = [
  "config.json",
  "tls.json",
  "crossbar.json",
  "mysocket.json",
  "universal.json",
  "../tests/config/published/tls.json",
  "../tests/config/published/websocket_url.json",
  "../tests/config/published/workers.yaml",
];

const PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "null",
  "-1",
  "1e999",
  '"*"',
  "\n- ",
  "*all",
  "<<: ",
  '"$X"',
  '"__proto__": 1,',
  '"type": "tcp",',
  "/*",
  "//",
  "\n",
  "\u2028",
];

Deno.test("loadConfig() finds a place for everything in damaged files", async () => {
  const given = Deno.env.get("SLUICE_SEED");
  const seed = Number(given ?? Math.floor(Math.random() * 2 ** 32));
  const random = new SeededRandom(seed);
  const texts = EXAMPLES.map((name) =>
    Deno.readTextFileSync(new URL(`../../examples/${name}`, import.meta.url))
  );
  for (let round = 0; round < ROUNDS; round++) {
    const text = damage(random.pick(texts), random);
    try {
      await checkPlaces(text);
    } catch (cause) {
      throw new Error(`SLUICE_SEED=${seed} repeats this:\n${text}`, { cause });
    }
  }
});

function damage(whole: string, random: SeededRandom): string {
  let text = whole;
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const at = random.below(text.length);
    const piece = random.oneIn(2) ? "" : random.pick(PIECES);
    text = text.slice(0, at) + piece + text.slice(at + random.below(8));
  }
  return text;
}

async function checkPlaces(text: string): Promise<void> {
  const lines = text.split(/\r\n|\n|\r/);
  const { config, errors, warnings, notes } = await load(text);
  assert((config === undefined) === (errors.length > 0));
  for (const { line, column } of [...errors, ...warnings, ...notes]) {
    assert(line >= 1 && line <= lines.length);
    assert(column >= 1 && column <= lines[line - 1].length + 1);
  }
}
