/**
 * What a command is: one entry with all that the parser, the help texts and the
 * program need of it. `main.ts` lists the entries.
 *
 * @module
 */

import type { CommandOptions, OptionValues } from "../base/command_option.ts";

/** How a command ended, for the shell. */
export const ExitCode = {
  FINE: 0,
  /** The address is in use, output cannot be written, something broke, ... */
  FAILED: 1,
  /** Wrong options, a config with errors, missing permissions. */
  WRONG_USAGE: 2,
  /** Ended at once by a second SIGHUP: 128 and the signal's number. */
  HUNG_UP: 129,
  /** Ended at once by a second SIGINT. */
  INTERRUPTED: 130,
  /** Ended at once by a second SIGTERM. */
  TERMINATED: 143,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** A word that a command takes beside its options. */
export interface Operand {
  /** In the help text, such as `CONFIG`. */
  readonly name: string;
  /** What to give, for the error where it is missing. */
  readonly help: string;
  readonly isOptional?: true;
}

/** What a command is run with. */
export interface Invocation<O extends CommandOptions = CommandOptions> {
  /** In the order of the command's operands; optional ones can be missing. */
  readonly operands: readonly string[];
  readonly options: OptionValues<O>;
  /** Where the program is, for printing how to run it. */
  readonly programUrl: string;
}

/** A command. */
export interface Command<O extends CommandOptions = CommandOptions> {
  readonly name: string;
  /** What it does, as a line of the general help text. */
  readonly summary: string;
  readonly operands: readonly Operand[];
  readonly options: O;
  /** What its usage line says after operands and required options. */
  readonly synopsis?: string;
  /** What it does, in lines of at most 84 characters. */
  readonly help: string;
  /** What its exit codes mean, where they are not those of all commands. */
  readonly exitCodes?: string;
  /** What is wrong with the options together; each alone is checked before. */
  problems?(options: Partial<OptionValues<O>>): readonly string[];
  run(invocation: Invocation<O>): ExitCode | Promise<ExitCode>;
}

/** Commands that have their first word in common. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  readonly commands: readonly Command[];
}

/** All commands. */
export interface Program {
  readonly title: string;
  /** In the order of the help text. */
  readonly entries: readonly (Command | CommandGroup)[];
  /** The command that runs where none is named. */
  readonly implied: Command;
  /** The command that `--version` stands for. */
  readonly version: Command;
}

/** A command with the words that name it. */
export interface NamedCommand {
  /** Such as `secret scram`. */
  readonly path: string;
  readonly command: Command;
}

/** `command` with the types of its options' values. */
export function defineCommand<const O extends CommandOptions>(
  command: Command<O>,
): Command<O> {
  return command;
}

/** Every command of `program`, those of groups included. */
export function allCommands({ entries }: Program): NamedCommand[] {
  return entries.flatMap((entry) =>
    isGroup(entry) ? commandsOf(entry) : [{ path: entry.name, command: entry }]
  );
}

/** The commands of a group. */
export function commandsOf({ name, commands }: CommandGroup): NamedCommand[] {
  return commands.map((command) => ({
    path: `${name} ${command.name}`,
    command,
  }));
}

/** Whether `entry` is a group of commands. */
export function isGroup(entry: Command | CommandGroup): entry is CommandGroup {
  return "commands" in entry;
}
