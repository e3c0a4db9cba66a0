/** The time of day can be set back and forth: it is shown, and nothing is measured by it. */
import { assertEquals } from "@std/assert";
import { readSources, withoutComments } from "./_imports.ts";

/** Who reads it, and how often: created, timestamp of a CHALLENGE, validity of certificates. */
const SHOWN: Readonly<Record<string, number>> = {
  "auth/wampcra.ts": 1,
  "cli/read_config.ts": 1,
  "server/server.ts": 1,
};

Deno.test("the time of day is read where it is shown or compared with dates, and nowhere else", async () => {
  const sources = await readSources(new URL("../../src/", import.meta.url));
  const found: Record<string, number> = {};
  for (const { path, text } of sources) {
    const reads = withoutComments(text).match(/\bDate\.now\(|\bnew Date\(\)/g);
    if (reads !== null) found[path] = reads.length;
  }
  assertEquals(found, SHOWN);
});
