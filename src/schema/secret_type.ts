/**
 * Secrets in the config's table: written there, in an environment variable, or
 * in a file of their own.
 *
 * @module
 */

import { Secret } from "../base/secret.ts";
import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";
import { required } from "./key.ts";
import { object } from "./object_type.ts";
import { secretFault, type SecretForm } from "./secret_forms.ts";
import { path } from "./special_types.ts";
import { type Type, wrongKind } from "./value_types.ts";

/** A secret, or the file that holds it: it is read at the start. */
export type SecretConfig = Secret | { readonly path: string };

/** In place of a secret: the file that holds it. */
export const SECRET_FILE = object({
  name: "secret file",
  help:
    "In place of a secret: a file that holds it and nothing else, but for a line end behind it. It is read at the start.",
  keys: { file: required(path(), "The file.") },
});

const WANTED = 'a string, or {"file": PATH}';
const VARIABLE_PATTERN = /^\$\{([A-Za-z_]\w*)\}$/;

/** A secret of that form. No finding about it shows any of it. */
export function secret(form: SecretForm): Type<SecretConfig> {
  return {
    text: `secret: string, "\${NAME}", or object: ${SECRET_FILE.name}`,
    check(node, context) {
      if (node.kind === "object") return checkFile(node, form, context);
      if (node.kind !== "string") return wrongKind(node, context, WANTED);
      return checkText(node, form, context);
    },
    schema: (definitions) => ({
      anyOf: [
        { type: "string", pattern: form.pattern.source },
        { type: "string", pattern: VARIABLE_PATTERN.source },
        SECRET_FILE.schema(definitions),
      ],
    }),
  };
}

function checkFile(
  node: ConfigNode,
  form: SecretForm,
  context: CheckContext,
): SecretConfig | undefined {
  const file = SECRET_FILE.check(node, context)?.values.file;
  if (file === undefined) return undefined;
  context.addSecretFile(node, file, form);
  return { path: file };
}

function checkText(
  node: ConfigNode,
  form: SecretForm,
  context: CheckContext,
): SecretConfig | undefined {
  const written = String(node.value);
  const name = VARIABLE_PATTERN.exec(written)?.[1];
  const text = name === undefined ? written : context.variable(name, node);
  if (text === undefined) return undefined;
  const fault = secretFault(text, form);
  if (fault !== undefined) {
    const what = name === undefined
      ? fault
      : `environment variable ${name} ${fault}`;
    context.error(node, what, `write ${form.wanted}`);
    return undefined;
  }
  if (name === undefined && written.includes("${")) {
    context.warn(
      node,
      '"${" is taken literally here: a variable must be the whole value',
    );
  }
  return new Secret(text);
}
