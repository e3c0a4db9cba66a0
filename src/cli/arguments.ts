/**
 * The command line: which command it names with what, or what is wrong with it.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import type { CommandOption, CommandOptions } from "../base/command_option.ts";
import { nearest } from "../schema/nearest.ts";
import {
  allCommands,
  type CommandGroup,
  type Invocation,
  isGroup,
  type NamedCommand,
  type Program,
} from "./command.ts";

/** What help is asked about; undefined: the whole program. */
export type HelpSubject = NamedCommand | CommandGroup | undefined;

/** What a command line asks for. */
export type ParsedArguments =
  | (Omit<Invocation, "programUrl"> & NamedCommand & { readonly kind: "run" })
  | { readonly kind: "help"; readonly about: HelpSubject }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** Options that every command has. */
const COMMON_FLAGS = ["help", "version"] as const;

/** Reads the words after `main.ts`. */
export function parseArguments(
  program: Program,
  words: readonly string[],
): ParsedArguments {
  const commands = allCommands(program);
  const anyOptions = mergeOptions(commands);
  // An option of two commands may be a flag of one only: first whose it is.
  const [first, ...rest] = splitWords(words, anyOptions).operands;
  const named = commands.find(({ path }) =>
    path === first || path === `${first} ${rest[0]}`
  );
  const group = program.entries.filter(isGroup)
    .find(({ name }) => name === first);
  const { given, operands, unknown } = splitWords(words, {
    ...anyOptions,
    ...named?.command.options,
  });
  if (given["help"]) return { kind: "help", about: named ?? group };
  const problems = unknown.map((option) => describeUnknown(option, anyOptions));
  if (named === undefined && group !== undefined) {
    problems.push(describeUnnamed(group, operands[1]));
    return { kind: "wrong", problems };
  }
  const { path, command } = given["version"]
    ? { path: program.version.name, command: program.version }
    : named ?? { path: program.implied.name, command: program.implied };
  const own = operands.slice(named?.path.split(" ").length ?? 0);
  const options: Record<string, string | number | boolean | undefined> = {};
  for (const [name, option] of Object.entries(command.options)) {
    options[name] = readOption(path, name, option, given[name], problems);
  }
  problems.push(
    ...describeForeign(given, command.options, commands),
    ...command.problems?.(options) ?? [],
    ...checkOperands({ path, command }, own),
  );
  if (named === undefined && own.length > 1) {
    const meant = didYouMean(own[0], program.entries.map(({ name }) => name));
    if (meant !== "") problems[problems.length - 1] += meant;
  }
  return problems.length > 0
    ? { kind: "wrong", problems }
    : { kind: "run", path, command, operands: own, options };
}

interface SplitWords {
  readonly given: Readonly<Record<string, string | boolean | undefined>>;
  readonly operands: readonly string[];
  /** Options that no command has. */
  readonly unknown: readonly string[];
}

function splitWords(
  words: readonly string[],
  options: CommandOptions,
): SplitWords {
  const unknown: string[] = [];
  const isFlag = (name: string) => options[name].type === "flag";
  const names = Object.keys(options);
  const { _: operands, ...given } = parseArgs(words, {
    string: ["_", ...names.filter((name) => !isFlag(name))],
    boolean: [...names.filter(isFlag), ...COMMON_FLAGS],
    alias: { help: "h", version: "V" },
    unknown(word, name) {
      // Operands come here too, without a name.
      if (name === undefined) return true;
      unknown.push(word.split("=", 1)[0]);
      return false;
    },
  });
  return { given, operands: operands.map(String), unknown };
}

function mergeOptions(commands: readonly NamedCommand[]): CommandOptions {
  return Object.assign({}, ...commands.map(({ command }) => command.options));
}

/** The value of an option; what is wrong with it goes to `problems`. */
function readOption(
  path: string,
  name: string,
  option: CommandOption,
  given: string | boolean | undefined,
  problems: string[],
): string | number | boolean | undefined {
  if (option.type === "flag") return given === true;
  const text = given as string | undefined;
  switch (option.type) {
    case "required":
      if (text === undefined || text === "") {
        problems.push(`"${path}" needs --${name} ${option.placeholder}`);
      }
      return text;
    case "text":
      return text;
    case "choice": {
      if (text === undefined) return option.byDefault;
      if (option.values.includes(text)) return text;
      const list = option.values.join(", ");
      const found = text === "" ? "nothing" : quote(text);
      const meant = didYouMean(text, option.values);
      problems.push(`--${name} takes one of ${list}, found ${found}${meant}`);
      return undefined;
    }
    case "integer": {
      if (text === undefined) return undefined;
      const { min, max } = option;
      const value = Number(text);
      if (/^\d+$/.test(text) && value >= min && value <= max) return value;
      problems.push(
        `--${name} takes an integer from ${min} to ${max}, found ${
          quote(text)
        }`,
      );
      return undefined;
    }
  }
}

/** Options that only other commands have. */
function describeForeign(
  given: SplitWords["given"],
  own: CommandOptions,
  commands: readonly NamedCommand[],
): string[] {
  return Object.keys(mergeOptions(commands))
    .filter((name) =>
      !(name in own) && given[name] !== undefined && given[name] !== false
    )
    .map((name) => {
      const owners = commands
        .filter(({ command }) => name in command.options)
        .map(({ path }) => quote(path));
      return `--${name} is only for ${owners.join(", ")}`;
    });
}

function checkOperands(
  { path, command }: NamedCommand,
  found: readonly string[],
): string[] {
  const { operands } = command;
  const missing = operands.slice(found.length)
    .filter(({ isOptional }) => !isOptional)
    .map(({ name, help }) => `${name} is missing: give ${help}`);
  if (found.length <= operands.length) return missing;
  const takes = operands.length === 0
    ? "no operand"
    : `only ${operands.map(({ name }) => name).join(" ")}`;
  return [`"${path}" takes ${takes}, found ${found.map(quote).join(" and ")}`];
}

function describeUnknown(option: string, known: CommandOptions): string {
  const names = [...Object.keys(known), ...COMMON_FLAGS];
  const meant = nearest(option.replace(/^-+/, ""), names);
  const hint = meant === undefined ? "" : `; did you mean "--${meant}"?`;
  return `unknown option ${quote(option)}${hint}`;
}

/** A group is named, and none of its commands. */
function describeUnnamed(
  { name, commands }: CommandGroup,
  found: string | undefined,
): string {
  const names = commands.map((command) => command.name);
  const wanted = `"${name}" takes one of ${names.join(", ")}`;
  return found === undefined
    ? `${wanted}; it is missing`
    : `${wanted}, found ${quote(found)}${didYouMean(found, names)}`;
}

function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

function quote(word: string): string {
  return JSON.stringify(word);
}
