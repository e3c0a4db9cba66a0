/**
 * `secret`: the lines of a config that stand for a password, never the password.
 *
 * @module
 */

import { randomBytes } from "../auth/random_bytes.ts";
import { preparedPassword } from "../auth/saslprep.ts";
import { scramKeys, type ScramStretching } from "../auth/scram_keys.ts";
import { deriveWampCraKey } from "../auth/wampcra.ts";
import type { Arguments } from "./arguments.ts";
import { ExitCode } from "./exit_code.ts";
import { readPassword } from "./password.ts";
import type { Stretching } from "./stretching.ts";
import { print, printError } from "./terminal.ts";

const SALT_BYTES = 16;
/** All that clients in wide use can derive. */
const KEYLEN = 32;
/** Clients that do it in JavaScript need about a tenth of a second. */
const WAMPCRA_ITERATIONS = 10_000;
const PBKDF2_ITERATIONS = 100_000;
const ARGON2_ITERATIONS = 3;
const ARGON2_MEMORY_KIB = 65_536;

/** Runs `secret`. */
export async function secretCommand(
  { operand, stretching }: Arguments,
): Promise<ExitCode> {
  const { text, fault } = await readPassword();
  if (text === undefined) return refuse(fault);
  if (operand === "wampcra") {
    print(formatLines(await wampCraLines(text, stretching)));
    return ExitCode.FINE;
  }
  const password = preparedPassword(text);
  if (password === undefined) {
    return refuse(
      "the password has characters that no password can have (RFC 4013): control characters, or such as are newer than the rule",
    );
  }
  print(formatLines(await scramLines(password, stretching)));
  return ExitCode.FINE;
}

function refuse(fault: string): ExitCode {
  printError(`error: ${fault}\n`);
  return ExitCode.WRONG_USAGE;
}

type Lines = Readonly<Record<string, string | number>>;

async function wampCraLines(
  secret: string,
  { iterations = WAMPCRA_ITERATIONS }: Stretching,
): Promise<Lines> {
  const salt = randomBytes(SALT_BYTES).toBase64();
  const salting = { salt, iterations, keylen: KEYLEN };
  const derived = await deriveWampCraKey(secret, salting);
  return { derived_secret: derived, ...salting };
}

async function scramLines(
  password: string,
  { kdf = "argon2id13", iterations, memory }: Stretching,
): Promise<Lines> {
  const salt = randomBytes(SALT_BYTES);
  const parameters: ScramStretching = kdf === "pbkdf2"
    ? { kdf, salt, iterations: iterations ?? PBKDF2_ITERATIONS }
    : {
      kdf,
      salt,
      iterations: iterations ?? ARGON2_ITERATIONS,
      memory: memory ?? ARGON2_MEMORY_KIB,
    };
  const { storedKey, serverKey } = await scramKeys(password, parameters);
  return {
    ...parameters,
    salt: salt.toHex(),
    "stored-key": storedKey.toHex(),
    "server-key": serverKey.toHex(),
  };
}

/** As they go into the config. */
function formatLines(lines: Lines): string {
  const text = Object.entries(lines)
    .map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
  return `${text.join(",\n")}\n`;
}
