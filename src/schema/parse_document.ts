/**
 * A config in JSON or YAML, whichever it is written in.
 *
 * @module
 */

import type { ConfigDocument } from "./document.ts";
import { parseJson } from "./json_document.ts";
import { parseYaml } from "./yaml_document.ts";

/** Reads the text of the config `path`. */
export function parseDocument(text: string, path: string): ConfigDocument {
  return isYaml(text, path) ? parseYaml(text) : parseJson(text);
}

/** Whether it is YAML: by its name, or because it does not begin as JSON does. */
export function isYaml(text: string, path: string): boolean {
  if (/\.ya?ml$/i.test(path)) return true;
  const start = text.replace(/^(\s+|\/\/.*|\/\*[^]*?\*\/)+/, "");
  return start !== "" && !/^([[{"/]|-?\d)/.test(start);
}
