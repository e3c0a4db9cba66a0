/**
 * The table as a JSON Schema, for editors.
 *
 * @module
 */

import { CROSSBAR_NODE, ROUTER } from "./table/file_keys.ts";
import { TRANSPORT } from "./table/transport_keys.ts";
import type { Definitions, JsonSchema } from "../schema/value_types.ts";

/** The schema of a config file in any of its three forms. */
export function jsonSchema(): JsonSchema {
  const definitions: Definitions = new Map();
  const forms = [TRANSPORT, ROUTER, CROSSBAR_NODE];
  const anyOf = forms.map((form) => form.schema(definitions));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Config of the WAMP router Sluice",
    description:
      "One transport; or realms and transports; or a node config of Crossbar.io.",
    anyOf,
    definitions: Object.fromEntries(definitions),
  };
}

/** The text of `docs/config.schema.json`. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}
