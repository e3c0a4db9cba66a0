/**
 * The command line as a value, or what is wrong with it.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import {
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
} from "../base/log.ts";
import { nearest } from "../config/nearest.ts";
import { choose } from "./choose.ts";
import { type Question, QUESTION_OPTIONS, readQuestion } from "./question.ts";
import {
  readStretching,
  type Stretching,
  STRETCHING_OPTIONS,
} from "./stretching.ts";

/** The commands, in the order of the help text. */
export const COMMANDS = [
  "start",
  "check",
  "explain",
  "permissions",
  "schema",
  "keygen",
  "secret",
  "version",
] as const;

/** A command. */
export type CommandName = typeof COMMANDS[number];

/** A command line that makes sense. */
export interface Arguments {
  readonly command: CommandName;
  /** `""` for commands that take none. */
  readonly configPath: string;
  /** What `keygen` and `secret` are about; `""`: nothing was named. */
  readonly operand: string;
  /** For `secret`. */
  readonly stretching: Stretching;
  /** For `explain`. */
  readonly question: Question;
  readonly ignoreUnsupported: boolean;
  /** For `permissions`: whether its paths are absolute. */
  readonly absolute: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** What a command line asks for. */
export type ParsedArguments =
  | { readonly kind: "run"; readonly arguments: Arguments }
  | { readonly kind: "help"; readonly command: CommandName | undefined }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

const TEXT_OPTIONS = [
  "log-level",
  "log-format",
  ...STRETCHING_OPTIONS,
  ...QUESTION_OPTIONS,
] as const;
const FLAGS = [
  "help",
  "version",
  "ignore-unsupported",
  "absolute",
] as const;
const OPTION_NAMES = [...TEXT_OPTIONS, ...FLAGS];

/** Reads the words after `main.ts`. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  const problems: string[] = [];
  const parsed = parseArgs(words, {
    string: ["_", ...TEXT_OPTIONS],
    boolean: [...FLAGS],
    alias: { help: "h", version: "V" },
    unknown(word, name) {
      // Words that are no options come here too, without a name.
      if (name === undefined) return true;
      problems.push(describeUnknown(word));
      return false;
    },
  });
  const rest = parsed._.map(String);
  const named = COMMANDS.find((name) => name === rest[0]);
  if (parsed.help) return { kind: "help", command: named };
  const command = parsed.version ? "version" : named ?? "start";
  const operands = named === undefined ? rest : rest.slice(1);
  const logLevel = choose(
    "log-level",
    parsed["log-level"],
    LOG_LEVELS,
    problems,
  );
  const logFormat = choose(
    "log-format",
    parsed["log-format"],
    LOG_FORMATS,
    problems,
  );
  const { stretching, problems: wrong } = readStretching(
    command,
    operands[0],
    parsed,
  );
  const question = readQuestion(command, parsed, problems);
  if (parsed.absolute && command !== "permissions") {
    problems.push('--absolute is only for "permissions"');
  }
  problems.push(...wrong, ...checkOperands(command, operands));
  if (problems.length > 0) return { kind: "wrong", problems };
  return {
    kind: "run",
    arguments: {
      command,
      configPath: takesConfig(command) ? operands[0] ?? "" : "",
      operand: takesConfig(command) ? "" : operands[0] ?? "",
      stretching,
      question,
      ignoreUnsupported: parsed["ignore-unsupported"],
      absolute: parsed.absolute,
      logLevel: logLevel ?? "info",
      logFormat: logFormat ?? "text",
    },
  };
}

/** Whether a command takes a config. */
export function takesConfig(command: CommandName): boolean {
  return command === "start" || command === "check" ||
    command === "explain" || command === "permissions";
}

/** What `secret` makes secrets for. */
const SECRET_KINDS = ["wampcra", "scram"] as const;

function checkOperands(
  command: CommandName,
  operands: readonly string[],
): string[] {
  if (command === "secret") return checkSecretKind(operands);
  if (command === "keygen") {
    return operands.length <= 1
      ? []
      : [`"keygen" takes one file at most, found ${quote(operands[1])}`];
  }
  if (!takesConfig(command)) {
    return operands.length === 0
      ? []
      : [`"${command}" takes no file, found ${quote(operands[0])}`];
  }
  if (operands.length === 0) {
    return ["the config file is missing: give its path"];
  }
  if (operands.length === 1) return [];
  const meant = nearest(operands[0], COMMANDS);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return [
    `one config file is wanted, found ${
      operands.map(quote).join(" and ")
    }${hint}`,
  ];
}

function checkSecretKind(operands: readonly string[]): string[] {
  const [kind, ...rest] = operands;
  const wanted = `"secret" takes one of ${SECRET_KINDS.join(", ")}`;
  if (kind === undefined) return [`${wanted}; it is missing`];
  if (rest.length > 0) return [`${wanted}, found also ${quote(rest[0])}`];
  if (SECRET_KINDS.some((name) => name === kind)) return [];
  const meant = nearest(kind, SECRET_KINDS);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return [`${wanted}, found ${quote(kind)}${hint}`];
}

function describeUnknown(word: string): string {
  const [option] = word.split("=", 1);
  const meant = nearest(option.replace(/^-+/, ""), OPTION_NAMES);
  const hint = meant === undefined ? "" : `; did you mean "--${meant}"?`;
  return `unknown option ${quote(option)}${hint}`;
}

function quote(word: string): string {
  return JSON.stringify(word);
}
