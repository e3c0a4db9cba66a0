/**
 * The program: arguments in, exit code out.
 *
 * @module
 */

import { jsonSchemaText } from "../config/json_schema.ts";
import { type Arguments, parseArguments } from "./arguments.ts";
import { checkCommand } from "./check_command.ts";
import { ExitCode } from "./exit_code.ts";
import { explainCommand } from "./explain_command.ts";
import { helpText } from "./help.ts";
import { keygenCommand } from "./keygen_command.ts";
import { permissionsCommand } from "./permissions_command.ts";
import { secretCommand } from "./secret_command.ts";
import { startCommand } from "./start_command.ts";
import { OutputError, print, printError } from "./terminal.ts";
import { VERSION } from "./version.ts";

/**
 * Runs the command that `words` ask for.
 *
 * @param words The arguments of the program.
 * @param programUrl Where the program is, for printing how to run it.
 */
export async function main(
  words: readonly string[],
  programUrl: string,
): Promise<ExitCode> {
  try {
    return await runWords(words, programUrl);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    // Who reads no further knows it.
    if (!error.isUnwanted) printError(`error: ${error.message}\n`);
    return ExitCode.FAILED;
  }
}

async function runWords(
  words: readonly string[],
  programUrl: string,
): Promise<ExitCode> {
  const parsed = parseArguments(words);
  switch (parsed.kind) {
    case "help":
      print(helpText(parsed.command));
      return ExitCode.FINE;
    case "wrong":
      for (const problem of parsed.problems) printError(`error: ${problem}\n`);
      printError("--help says more\n");
      return ExitCode.WRONG_USAGE;
    case "run":
      return await runCommand(parsed.arguments, programUrl);
  }
}

async function runCommand(
  args: Arguments,
  programUrl: string,
): Promise<ExitCode> {
  switch (args.command) {
    case "start":
      return await startCommand(args, programUrl);
    case "check":
      return await checkCommand(args);
    case "explain":
      return await explainCommand(args, args.question);
    case "permissions":
      return await permissionsCommand(args, programUrl);
    case "schema":
      print(jsonSchemaText());
      return ExitCode.FINE;
    case "keygen":
      return await keygenCommand(args);
    case "secret":
      return await secretCommand(args);
    case "version":
      print(`sluice ${VERSION} (deno ${Deno.version.deno})\n`);
      return ExitCode.FINE;
  }
}
