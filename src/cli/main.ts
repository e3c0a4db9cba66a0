/**
 * The program: arguments in, exit code out.
 *
 * @module
 */

import { SCHEMA, SHOW_VERSION } from "./about_commands.ts";
import { type HelpSubject, parseArguments } from "./arguments.ts";
import { CHECK } from "./check_command.ts";
import { ExitCode, type Program } from "./command.ts";
import { CONVERT } from "./convert_command.ts";
import { EXPLAIN } from "./explain_command.ts";
import { commandHelp, groupHelp, programHelp } from "./help.ts";
import { KEYGEN } from "./keygen_command.ts";
import { PERMISSIONS } from "./permissions_command.ts";
import { SECRET } from "./secret_command.ts";
import { START } from "./start_command.ts";
import { OutputError, print, printError } from "./terminal.ts";

/** A new command is a file of its own and a line here. */
export const PROGRAM: Program = {
  title: "Sluice: a WAMP router over RawSocket and WebSocket",
  entries: [
    START,
    CHECK,
    EXPLAIN,
    PERMISSIONS,
    CONVERT,
    SCHEMA,
    KEYGEN,
    SECRET,
    SHOW_VERSION,
  ],
  implied: START,
  version: SHOW_VERSION,
};

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
    // Who stopped reading knows why the output ends.
    if (!error.isUnwanted) printError(`error: ${error.message}\n`);
    return ExitCode.FAILED;
  }
}

async function runWords(
  words: readonly string[],
  programUrl: string,
): Promise<ExitCode> {
  const parsed = parseArguments(PROGRAM, words);
  switch (parsed.kind) {
    case "help":
      print(helpFor(parsed.about));
      return ExitCode.FINE;
    case "wrong":
      for (const problem of parsed.problems) printError(`error: ${problem}\n`);
      printError("--help says more\n");
      return ExitCode.WRONG_USAGE;
    case "run": {
      const { command, operands, options } = parsed;
      return await command.run({ operands, options, programUrl });
    }
  }
}

function helpFor(about: HelpSubject): string {
  if (about === undefined) return programHelp(PROGRAM);
  if (!("command" in about)) return groupHelp(about);
  return commandHelp(about, about.command === PROGRAM.implied);
}
