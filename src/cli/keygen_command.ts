/**
 * `keygen`: a key pair for WAMP-cryptosign.
 *
 * @module
 */

import { generateKeyPair, type KeyPair } from "../auth/key_pair.ts";
import type { Arguments } from "./arguments.ts";
import { ExitCode } from "./exit_code.ts";
import { howToPermit } from "./how_to_permit.ts";
import { print, printError } from "./terminal.ts";

/** Runs `keygen`. */
export async function keygenCommand({ operand }: Arguments): Promise<ExitCode> {
  const pair = await generateKeyPair();
  if (operand === "") {
    print(`private key, to be kept secret:
${pair.privateKey}
public key, for the config:
"authorized_keys": ["${pair.publicKey}"]
`);
    return ExitCode.FINE;
  }
  const fault = await writeKey(operand, pair);
  if (fault !== undefined) {
    printError(`error: cannot write ${operand}: ${fault}\n`);
    return ExitCode.FAILED;
  }
  try {
    print(`private key, to be kept secret: in ${operand}
public key, for the config:
"authorized_keys": ["${pair.publicKey}"]
`);
  } catch (error) {
    // Without its public key it is of no use, and would be in the way next time.
    await Deno.remove(operand);
    throw error;
  }
  return ExitCode.FINE;
}

/** Into a new file that only its owner can read: no key is ever written over. */
async function writeKey(
  path: string,
  { privateKey }: KeyPair,
): Promise<string | undefined> {
  const { state } = Deno.permissions.querySync({ name: "write", path });
  if (state !== "granted") {
    return howToPermit(`--allow-write=${path}`);
  }
  try {
    const options = { write: true, createNew: true, mode: 0o600 };
    (await Deno.open(path, options)).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      return "there is such a file already";
    }
    return error instanceof Error ? error.message : String(error);
  }
  try {
    await Deno.writeTextFile(path, `${privateKey}\n`);
    return undefined;
  } catch (error) {
    // Half a key would only be in the way.
    await Deno.remove(path);
    return error instanceof Error ? error.message : String(error);
  }
}
