import { saslprep as prepare } from "@mongodb-js/saslprep";

/**
 * A name as RFC 4013 (SASLprep) compares it; undefined where `text` has a
 * prohibited character. Characters that are newer than the RFC are left as they are.
 */
export function preparedName(text: string): string | undefined {
  // SASLprep leaves ASCII as it is, except for control characters.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return tryPrepare(text, true);
}

/** A password as RFC 4013 stores it; undefined where `text` has a prohibited character. */
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
