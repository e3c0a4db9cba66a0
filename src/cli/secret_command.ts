/**
 * `secret`: the lines of a config that stand for a password, never the password.
 *
 * @module
 */

import { promptSecret } from "@std/cli";
import { METHOD_LIST } from "../auth/methods.ts";
import type { ConfigLines, SecretPrinter } from "../auth/secret_printer.ts";
import { decodeUtf8, NotUtf8Error } from "../base/source_text.ts";
import { secretInFile } from "../schema/secret_forms.ts";
import { type Command, type CommandGroup, ExitCode } from "./command.ts";
import { OutputError, print, printError } from "./terminal.ts";

const HELP =
  `Asks for a password at the terminal, without showing it, or reads it from standard
input. Prints the lines that stand for it in the config, never the password itself.`;

/** `secret`. */
export const SECRET: CommandGroup = {
  name: "secret",
  summary: "turn a password into lines for the config",
  help: HELP,
  commands: METHOD_LIST.flatMap(({ secret }) =>
    secret === undefined ? [] : [commandFor(secret)]
  ),
};

function commandFor(printer: SecretPrinter): Command {
  return {
    name: printer.method,
    summary: `for ${printer.place}`,
    operands: [],
    options: printer.options,
    help: `${HELP}\nThe lines are for ${printer.place}.`,
    problems: (options) => printer.problems?.(options) ?? [],
    async run({ options }) {
      const { text, fault } = await readPassword();
      if (text === undefined) return refuse(fault);
      const lines = await printer.lines(text, options);
      if (lines === undefined) {
        return refuse(
          "the password has characters that are not allowed in passwords (RFC 4013): control characters, or characters that are newer than Unicode 3.2",
        );
      }
      print(formatLines(lines));
      return ExitCode.FINE;
    },
  };
}

function refuse(fault: string): ExitCode {
  printError(`error: ${fault}\n`);
  return ExitCode.WRONG_USAGE;
}

/** As they go into the config. */
function formatLines(lines: ConfigLines): string {
  const text = Object.entries(lines)
    .map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
  return `${text.join(",\n")}\n`;
}

type Password =
  | { readonly text: string; readonly fault: undefined }
  | { readonly text: undefined; readonly fault: string };

/** Asks at the terminal, twice; reads all of standard input where there is none. */
async function readPassword(): Promise<Password> {
  const text = Deno.stdin.isTerminal() ? promptTwice() : await readInput();
  if (text instanceof NotUtf8Error) return faulty(text.message);
  if (text === undefined) return faulty("the two passwords are not the same");
  return text === "" ? faulty("the password is empty") : {
    text,
    fault: undefined,
  };
}

function promptTwice(): string | undefined {
  try {
    const first = promptSecret("Password:", { mask: "" });
    const second = promptSecret("Once more:", { mask: "" });
    return first === second ? first ?? "" : undefined;
  } catch (error) {
    // It asks on standard output.
    throw new OutputError(error);
  }
}

async function readInput(): Promise<string | NotUtf8Error> {
  const bytes = await new Response(Deno.stdin.readable).bytes();
  try {
    return secretInFile(decodeUtf8(bytes));
  } catch (error) {
    if (error instanceof NotUtf8Error) return error;
    throw error;
  }
}

function faulty(fault: string): Password {
  return { text: undefined, fault };
}
