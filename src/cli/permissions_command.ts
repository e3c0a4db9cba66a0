/**
 * `permissions`: the command that starts the router with the least permissions.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { flag, type OptionValues } from "../base/command_option.ts";
import { compileLine, permissionLine } from "../permissions/permission_line.ts";
import type { PermissionSubject } from "../permissions/required_permissions.ts";
import { defineCommand, ExitCode } from "./command.ts";
import { findConfig } from "./find_config.ts";
import {
  CONFIG_OPERAND,
  CONFIG_OPTIONS,
  problemLines,
  readConfig,
} from "./read_config.ts";
import { print, printError } from "./terminal.ts";

const OPTIONS = {
  absolute: flag("print absolute paths, which are right in every folder"),
  ...CONFIG_OPTIONS,
};

/** `permissions`. */
export const PERMISSIONS = defineCommand({
  name: "permissions",
  summary: "print the command that starts with the least permissions",
  operands: [CONFIG_OPERAND],
  options: OPTIONS,
  help:
    `Prints the command that starts the router with exactly the Deno permissions that this
config needs. Its relative paths are right in the folder where it is printed. A
compiled router prints the command that compiles one with these permissions.`,
  exitCodes: "Exit code: 0 fine, 2 wrong usage or config.",
  async run({ operands: [operand], options, programUrl }) {
    const subject = await readConfig(findConfig(operand), options);
    if (subject === undefined) return ExitCode.WRONG_USAGE;
    printError(problemLines(subject.warnings));
    print(`${leastCommand(subject, options, programUrl)}\n`);
    return ExitCode.FINE;
  },
});

/**
 * The command for this config, as it can be pasted here, or in any folder. A
 * compiled router has its permissions from `deno compile`, which takes paths as
 * they are: relative ones would start where the router is started.
 */
export function leastCommand(
  subject: PermissionSubject,
  options: OptionValues<typeof OPTIONS>,
  programUrl: string,
): string {
  const { standalone } = Deno.build;
  const { absolute } = options;
  const named = standalone || absolute
    ? { ...subject, configPath: resolve(subject.configPath) }
    : subject;
  if (standalone) return compileLine(named, basename(Deno.execPath()));
  const path = decodeURIComponent(new URL(programUrl).pathname);
  return permissionLine(named, {
    program: absolute ? path : fromHere(path, Deno.cwd()),
    options: options["ignore-unsupported"] ? ["--ignore-unsupported"] : [],
  });
}

/** A path from the folder `here`, if it is below. */
function fromHere(path: string, here: string): string {
  const start = `${here}/`;
  return path.startsWith(start) ? path.slice(start.length) : path;
}
