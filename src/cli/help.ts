/**
 * The help texts, from the entries of the commands.
 *
 * @module
 */

import type { CommandOption, CommandOptions } from "../base/command_option.ts";
import {
  type Command,
  type CommandGroup,
  commandsOf,
  isGroup,
  type NamedCommand,
  type Program,
} from "./command.ts";

const LINE_CHARS = 84;
/** Where the text about an option begins. */
const OPTION_TEXT_AT = 27;

const HELP_OPTION = row("-h, --help", "print this text");

const EXIT_CODES =
  `Exit code: 0 fine, 1 failed while running, 2 wrong usage or config.`;

/** What the general help says of them. */
const ALL_EXIT_CODES = `Exit codes:
  0                        fine
  1                        failed while running: an address is in use, output cannot be
                           written, ...
  2                        wrong usage or config, missing permissions
  129, 130, 143            ended at once by a second SIGHUP, SIGINT or SIGTERM`;

/** The help for the whole program. */
export function programHelp(program: Program): string {
  const { title, entries, implied } = program;
  const lines = entries.map((entry): [words: string, summary: string] => {
    const name = entry === implied ? `[${entry.name}]` : entry.name;
    return [`main.ts ${name}${briefOperands(entry)}`, entry.summary];
  });
  return paragraphs(
    title,
    `Usage:\n${
      table([
        ...lines,
        ["main.ts COMMAND --help", "say more about a command"],
      ])
    }`,
    `Options:\n${
      [
        ...optionRows(implied.options),
        HELP_OPTION,
        row("-V, --version", "print the version"),
      ].join("\n")
    }`,
    ALL_EXIT_CODES,
  );
}

/** The help for commands with their first word in common. */
export function groupHelp(group: CommandGroup): string {
  const { name, commands, help } = group;
  const lines = commandsOf(group).map(({ path, command }) =>
    [`main.ts ${usage(path, command)}`, command.summary] as const
  );
  return paragraphs(
    `Usage:\n${table(lines)}`,
    help,
    `main.ts ${name} ${
      commands.map((command) => command.name).join("|")
    } --help says more.`,
  );
}

/** The help for a command; `isImplied`: its name may be left out. */
export function commandHelp(
  { path, command }: NamedCommand,
  isImplied: boolean,
): string {
  const { options, help, exitCodes = EXIT_CODES } = command;
  const name = isImplied ? `[${path}]` : path;
  return paragraphs(
    `Usage: main.ts ${usage(name, command)}`,
    help,
    `Options:\n${[...optionRows(options), HELP_OPTION].join("\n")}`,
    exitCodes,
  );
}

/** A command's words: `explain [OPTIONS] CONFIG --realm REALM`. */
function usage(name: string, command: Command): string {
  const { operands, options, synopsis } = command;
  const required = Object.entries(options)
    .filter(([, { type }]) => type === "required")
    .map(([key, option]) => nameOption(key, option));
  return [
    name,
    ...(Object.keys(options).length === 0 ? [] : ["[OPTIONS]"]),
    ...operands.map((operand) =>
      operand.isOptional ? `[${operand.name}]` : operand.name
    ),
    ...required,
    ...(synopsis === undefined ? [] : [synopsis]),
  ].join(" ");
}

/** What follows the name of a command in the general help. */
function briefOperands(entry: Command | CommandGroup): string {
  if (isGroup(entry)) {
    return ` ${entry.commands.map(({ name }) => name).join("|")}`;
  }
  const operands = entry.operands.map(({ name, isOptional }) =>
    isOptional ? ` [${name}]` : ` ${name}`
  ).join("");
  const isLonger = Object.values(entry.options).some(({ type }) =>
    type === "required"
  );
  return isLonger ? `${operands} ...` : operands;
}

function optionRows(options: CommandOptions): string[] {
  return Object.entries(options).map(([name, option]) =>
    row(nameOption(name, option), describeOption(option))
  );
}

function nameOption(name: string, option: CommandOption): string {
  return option.type === "flag"
    ? `--${name}`
    : `--${name} ${option.placeholder}`;
}

function describeOption(option: CommandOption): string {
  if (option.type !== "choice") return option.help;
  const { help, values, byDefault } = option;
  const list = `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  return `${help}: ${list} (default: ${byDefault})`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([words]) => words.length));
  return rows.map(([words, text]) => `  ${words.padEnd(width)}  ${text}`)
    .join("\n");
}

/** A line for an option; its text goes on below itself. */
function row(name: string, text: string): string {
  const lines = [`  ${name}`.padEnd(OPTION_TEXT_AT - 1)];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`;
    if (longer.length <= LINE_CHARS) lines[lines.length - 1] = longer;
    else lines.push(`${" ".repeat(OPTION_TEXT_AT)}${word}`);
  }
  return lines.join("\n");
}

function paragraphs(...texts: readonly string[]): string {
  return `${texts.join("\n\n")}\n`;
}
