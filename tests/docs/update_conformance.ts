/** Writes into `docs/conformance.md` which tests show each number. */
import { readNamedNumbers, renderPage } from "./_conformance.ts";

const PAGE = new URL("../../docs/conformance.md", import.meta.url);

if (import.meta.main) {
  const named = await readNamedNumbers(new URL("../", import.meta.url));
  const page = await Deno.readTextFile(PAGE);
  await Deno.writeTextFile(PAGE, renderPage(page, named));
}
