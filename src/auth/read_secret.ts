import type { SecretConfig } from "../schema/secret_type.ts";
import { decodeUtf8, NotUtf8Error } from "../base/source_text.ts";
import {
  secretFault,
  type SecretForm,
  secretInFile,
} from "../schema/secret_forms.ts";

/**
 * The secret itself, from its file if it has one.
 *
 * @throws {Error} Where the file is gone, or no longer holds a secret of that form.
 */
export async function readSecret(
  secret: SecretConfig,
  form: SecretForm,
): Promise<string> {
  if (!("path" in secret)) return secret.reveal();
  const text = secretInFile(await textOf(secret.path));
  const fault = secretFault(text, form);
  if (fault === undefined) return text;
  throw new Error(
    `Cannot use the secret in ${secret.path}: it ${fault}; it must hold ${form.wanted} and nothing else`,
  );
}

async function textOf(path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    throw new Error(`Cannot use the secret in ${path}: ${error.message}`);
  }
}

/**
 * The text of a file.
 *
 * @throws {NotUtf8Error} Where it is not UTF-8.
 */
export async function readTextFile(path: string): Promise<string> {
  return decodeUtf8(await Deno.readFile(path));
}
