/**
 * Changes of single values in the text of a config: its comments and the rest of its
 * form stay.
 *
 * @module
 */

import { applyEdits, modify } from "jsonc-parser";
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  type Node,
  parseDocument,
} from "yaml";
import { isYaml } from "./parse_document.ts";

/** A value to be written. */
export interface DocumentEdit {
  /** The keys that lead to it; of its object or list, that is there. */
  readonly keys: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * The text of the config `path` with changed values. A key that is new at the top
 * becomes the first.
 *
 * @param text Well formed.
 */
export function editDocument(
  text: string,
  path: string,
  edits: readonly DocumentEdit[],
): string {
  if (isYaml(text, path)) return editYaml(text, edits);
  const unit = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  const formattingOptions = {
    insertSpaces: !unit.startsWith("\t"),
    tabSize: unit.startsWith("\t") ? 4 : unit.length,
  };
  return edits.reduce((edited, { keys, value }) => {
    const options = { formattingOptions, getInsertionIndex: () => 0 };
    return applyEdits(edited, modify(edited, [...keys], value, options));
  }, text);
}

function editYaml(text: string, edits: readonly DocumentEdit[]): string {
  const document = parseDocument(text);
  for (const { keys, value } of edits) {
    const key = keys[keys.length - 1];
    const parent = keys.slice(0, -1)
      .reduce<unknown>(
        (node, one) => child(node, one, document),
        document.contents,
      );
    const target = followed(parent, document);
    if (keys.length === 1 && isMap(target) && !target.has(key)) {
      target.items.unshift(document.createPair(key, value));
    } else if (isCollection(target)) {
      target.set(key, document.createNode(value));
    }
  }
  return document.toString({ lineWidth: 0 });
}

function child(
  node: unknown,
  key: string | number,
  document: Document,
): unknown {
  const target = followed(node, document);
  return isCollection(target) ? target.get(key, true) : undefined;
}

function followed(node: unknown, document: Document): Node | undefined {
  if (!isAlias(node)) return node as Node | undefined;
  return node.resolve(document);
}
