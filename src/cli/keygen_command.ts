/**
 * `keygen`: a key pair for WAMP-cryptosign.
 *
 * @module
 */

import { generateKeyPair, type KeyPair } from "../auth/ed25519_keys.ts";
import { howToPermit } from "../permissions/missing_permissions.ts";
import { defineCommand, ExitCode } from "./command.ts";
import { print, printError } from "./terminal.ts";

/** `keygen`. */
export const KEYGEN = defineCommand({
  name: "keygen",
  summary: "make a key pair for WAMP-cryptosign",
  operands: [{
    name: "FILE",
    help: "the file for the private key",
    isOptional: true,
  }],
  options: {},
  help:
    `Makes an Ed25519 key pair for WAMP-cryptosign and prints it, the public key as it
goes into the config. With FILE, the private key is not printed but written to that
file. The file must not exist yet, and only its owner can read it.`,
  async run(
    { operands: [path] }: { operands: readonly (string | undefined)[] },
  ) {
    const pair = await generateKeyPair();
    if (path === undefined) {
      print(pairText(pair, `\n${pair.privateKey}`));
      return ExitCode.FINE;
    }
    const fault = await writeKey(path, pair);
    if (fault !== undefined) {
      printError(`error: cannot write ${path}: ${fault}\n`);
      return ExitCode.FAILED;
    }
    try {
      print(pairText(pair, ` in ${path}`));
    } catch (error) {
      // Without its public key it is of no use, and would be in the way next time.
      await Deno.remove(path);
      throw error;
    }
    return ExitCode.FINE;
  },
});

function pairText({ publicKey }: KeyPair, privateKey: string): string {
  return `private key, to be kept secret:${privateKey}
public key, for the config:
"authorized_keys": ["${publicKey}"]
`;
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
      return "the file exists already";
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
