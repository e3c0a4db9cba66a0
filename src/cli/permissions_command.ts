/**
 * `permissions`: the command that starts the router with the least permissions.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { compileLine, permissionLine } from "../permissions/permission_line.ts";
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

/**
 * The command for this config, as it can be pasted here, or from any folder. A
 * compiled router has its permissions from `deno compile`, which takes paths as
 * they are: relative ones would start where the router is started.
 */
export function leastCommand(
  subject: PermissionSubject,
  args: Arguments,
  programUrl: string,
): string {
  const { standalone } = Deno.build;
  const named = standalone || args.absolute
    ? { ...subject, configPath: resolve(subject.configPath) }
    : subject;
  if (standalone) return compileLine(named, basename(Deno.execPath()));
  const path = decodeURIComponent(new URL(programUrl).pathname);
  return permissionLine(named, {
    program: args.absolute ? path : fromHere(path, Deno.cwd()),
    options: args.ignoreUnsupported ? ["--ignore-unsupported"] : [],
  });
}

/** A path from the folder `here`, if it is below. */
function fromHere(path: string, here: string): string {
  const start = `${here}/`;
  return path.startsWith(start) ? path.slice(start.length) : path;
}
