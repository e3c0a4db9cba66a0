/**
 * What a secret in a config must look like. Nothing that is said about a secret
 * shows any of it.
 *
 * @module
 */

/** The form of a secret. */
export interface SecretForm {
  /** What it is, after "write". */
  readonly wanted: string;
  /** The whole text must match. */
  readonly pattern: RegExp;
}

/** Any text that is not empty. */
export const TEXT_SECRET: SecretForm = {
  wanted: "text that is not empty",
  pattern: /^[^]+$/,
};

/** A key of 32 octets. */
export const HEX_SECRET: SecretForm = {
  wanted: "64 hex digits",
  pattern: /^[0-9a-fA-F]{64}$/,
};

/** Octets in base64, with padding. */
export const BASE64_SECRET: SecretForm = {
  wanted: "base64 with its padding, as the `secret` command prints it",
  pattern: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

/** What is wrong with `secret`; undefined where nothing is. */
export function secretFault(
  secret: string,
  form: SecretForm,
): string | undefined {
  if (secret === "") return "is empty";
  if (form.pattern.test(secret)) return undefined;
  return "does not have the form that is needed here";
}

/** The secret in a file: all of it but the line end behind it. */
export function secretInFile(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r?\n$/, "");
}
