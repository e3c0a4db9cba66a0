/**
 * `permissions`: the command that starts the router with the least permissions.
 *
 * @module
 */

import { permissionLine } from "../permissions/permission_line.ts";
import type { PermissionSubject } from "../permissions/required_permissions.ts";
import type { Arguments } from "./arguments.ts";
import { ExitCode } from "./exit_code.ts";
import { problemLines, readConfig } from "./read_config.ts";
import { print, printError } from "./terminal.ts";

/** Runs `permissions`. */
export async function permissionsCommand(
  args: Arguments,
  programUrl: string,
): Promise<ExitCode> {
  const subject = await readConfig(args);
  if (subject === undefined) return ExitCode.WRONG_USAGE;
  printError(problemLines(subject.warnings));
  print(`${leastCommand(subject, args, programUrl)}\n`);
  return ExitCode.FINE;
}

/** The command for this config, as it can be pasted here. */
export function leastCommand(
  subject: PermissionSubject,
  args: Arguments,
  programUrl: string,
): string {
  return permissionLine(subject, {
    program: programPath(programUrl, Deno.cwd()),
    options: args.ignoreUnsupported ? ["--ignore-unsupported"] : [],
  });
}

/** The program's path, from here if it is below. */
function programPath(programUrl: string, folder: string): string {
  const path = decodeURIComponent(new URL(programUrl).pathname);
  const start = `${folder}/`;
  return path.startsWith(start) ? path.slice(start.length) : path;
}
