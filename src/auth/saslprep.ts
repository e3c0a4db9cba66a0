import { saslprep as prepare } from "@mongodb-js/saslprep";

/**
 * `text` as RFC 4013 has names compared (SASLprep); undefined where it holds
 * what no name can. Characters that are newer than the RFC are left as they are.
 */
export function preparedName(text: string): string | undefined {
  // Of ASCII only the control characters are not their own preparation.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return tryPrepare(text, true);
}

/** `text` as RFC 4013 has passwords kept; undefined where it cannot be one. */
export function preparedPassword(text: string): string | undefined {
  return tryPrepare(text, false);
}

function tryPrepare(
  text: string,
  allowUnassigned: boolean,
): string | undefined {
  try {
    return prepare(text, { allowUnassigned });
  } catch {
    return undefined;
  }
}
