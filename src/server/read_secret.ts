import type { SecretConfig } from "../config/config.ts";
import {
  secretFault,
  type SecretForm,
  secretInFile,
} from "../config/secret_forms.ts";

/**
 * The secret itself, from its file if it has one.
 *
 * @throws {Error} Where the file is gone, or holds something else by now.
 */
export async function readSecret(
  secret: SecretConfig,
  form: SecretForm,
): Promise<string> {
  if (!("path" in secret)) return secret.reveal();
  const text = secretInFile(await Deno.readTextFile(secret.path));
  const fault = secretFault(text, form);
  if (fault === undefined) return text;
  throw new Error(
    `Cannot use the secret in ${secret.path}: it ${fault}; it must hold ${form.wanted} and nothing else`,
  );
}
