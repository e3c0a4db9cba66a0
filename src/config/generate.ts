/**
 * Writes what is made from the table: `docs/config.schema.json` and the part of
 * `docs/configuration.md` between its markers. `deno task schema` runs it.
 *
 * @module
 */

import { jsonSchemaText, updatePage } from "./documentation.ts";

const SCHEMA_URL = new URL("../../docs/config.schema.json", import.meta.url);
const PAGE_URL = new URL("../../docs/configuration.md", import.meta.url);

if (import.meta.main) {
  const page = Deno.readTextFileSync(PAGE_URL);
  Deno.writeTextFileSync(PAGE_URL, updatePage(page));
  Deno.writeTextFileSync(SCHEMA_URL, jsonSchemaText());
}
