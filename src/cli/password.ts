/**
 * A password from the terminal, without echo, or from standard input.
 *
 * @module
 */

import { promptSecret } from "@std/cli";
import { decodeUtf8, NotUtf8Error } from "../base/utf8_text.ts";
import { secretInFile } from "../config/secret_forms.ts";
import { OutputError } from "./terminal.ts";

/** What came of asking for a password. */
export type Password =
  | { readonly text: string; readonly fault: undefined }
  | { readonly text: undefined; readonly fault: string };

/** Asks at the terminal, twice; reads all of standard input where there is none. */
export async function readPassword(): Promise<Password> {
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
