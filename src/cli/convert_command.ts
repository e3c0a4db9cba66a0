/**
 * `convert`: version 2 of a node config of Crossbar.io.
 *
 * @module
 */

import { convertConfig } from "../config/convert_config.ts";
import { defineCommand, ExitCode } from "./command.ts";
import { findConfig } from "./find_config.ts";
import {
  CONFIG_OPERAND,
  problemLines,
  readPermittedText,
} from "./read_config.ts";
import { print, printError } from "./terminal.ts";

/** `convert`. */
export const CONVERT = defineCommand({
  name: "convert",
  summary: "write a Crossbar.io config of version 1 as version 2",
  operands: [CONFIG_OPERAND],
  options: {},
  help:
    `Writes version 2 of a node config of Crossbar.io to standard output. Comments, and
whatever is the same in both versions, stay as they are. The file is not changed.`,
  exitCodes: "Exit code: 0 fine, 2 the file is no such config.",
  async run({ operands: [operand] }) {
    const configPath = findConfig(operand);
    let text: string;
    try {
      text = await readPermittedText(configPath);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      printError(`error: cannot read ${configPath}: ${reason}\n`);
      return ExitCode.WRONG_USAGE;
    }
    const converted = convertConfig(text, configPath);
    if ("errors" in converted) {
      printError(problemLines(converted.errors));
      return ExitCode.WRONG_USAGE;
    }
    if (!converted.isChanged) {
      printError(`note: ${configPath} is of version 2 already\n`);
    }
    print(converted.text);
    return ExitCode.FINE;
  },
});
