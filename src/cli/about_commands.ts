/**
 * `schema` and `version`: what this program is and takes.
 *
 * @module
 */

import { VERSION } from "../server/version.ts";
import { jsonSchemaText } from "../config/documentation.ts";
import { defineCommand, ExitCode } from "./command.ts";
import { print } from "./terminal.ts";

/** `schema`. */
export const SCHEMA = defineCommand({
  name: "schema",
  summary: "print the JSON Schema of the config, for editors",
  operands: [],
  options: {},
  help: `Prints the JSON Schema of the config, for editors.`,
  run() {
    print(jsonSchemaText());
    return ExitCode.FINE;
  },
});

/** `version`. */
export const SHOW_VERSION = defineCommand({
  name: "version",
  summary: "print the versions of Sluice and of Deno",
  operands: [],
  options: {},
  help: `Prints the versions of Sluice and of Deno.`,
  run() {
    print(`sluice ${VERSION} (deno ${Deno.version.deno})\n`);
    return ExitCode.FINE;
  },
});
