/**
 * JSON with comments and trailing commas, as a tree whose parts know where they
 * stand. A key that stands twice in one object is a fault here, since JSON itself
 * would keep the last and say nothing.
 *
 * @module
 */

import { type Node, type ParseError, parseTree } from "jsonc-parser";
import {
  type ConfigDocument,
  type ConfigNode,
  type DocumentFault,
  DOUBLE_KEY,
  type Entry,
  keyPath,
  textFault,
  TOO_DEEP,
} from "./document.ts";

/** Reads JSON. */
export function parseJson(text: string): ConfigDocument {
  const faults: DocumentFault[] = [];
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // The parser recurses: nesting can exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    const fault = { offset: 0, path: "", message: TOO_DEEP };
    return { root: undefined, faults: [fault] };
  }
  if (tree === undefined || errors.length > 0) {
    return { root: undefined, faults: formFaults(errors) };
  }
  return { root: convert(tree, "", faults), faults };
}

/** More than this, and the file is no JSON: each fault brings the next. */
const FAULTS_MAX = 3;

function formFaults(errors: readonly ParseError[]): DocumentFault[] {
  const faults = errors.map(({ error, offset }) => ({
    offset,
    path: "",
    message: describeParseError(error),
  }));
  if (faults.length <= FAULTS_MAX) return faults;
  const [first] = faults;
  const more = `${faults.length - 1} more faults behind it may come of this`;
  return [{ ...first, message: `${first.message}; ${more}` }];
}

function convert(
  node: Node,
  path: string,
  faults: DocumentFault[],
): ConfigNode {
  const entries = new Map<string, Entry>();
  const items: ConfigNode[] = [];
  if (node.type === "object") {
    for (const property of node.children ?? []) {
      addEntry(property, path, entries, faults);
    }
  } else if (node.type === "array") {
    for (const [index, child] of (node.children ?? []).entries()) {
      items.push(convert(child, `${path}[${index}]`, faults));
    }
  }
  checkCharacters(node, path, faults);
  return {
    kind: node.type === "property" ? "null" : node.type,
    value: node.value ?? null,
    entries,
    items,
    offset: node.offset,
    path,
  };
}

function checkCharacters(
  { value, offset }: Node,
  path: string,
  faults: DocumentFault[],
): void {
  if (typeof value !== "string") return;
  const message = textFault(value);
  if (message !== undefined) faults.push({ offset, path, message });
}

function addEntry(
  property: Node,
  path: string,
  entries: Map<string, Entry>,
  faults: DocumentFault[],
): void {
  const [keyNode, valueNode] = property.children ?? [];
  if (keyNode === undefined || valueNode === undefined) return;
  const key = String(keyNode.value);
  checkCharacters(keyNode, path, faults);
  const place = { offset: keyNode.offset, path: keyPath(path, key) };
  const node = convert(valueNode, place.path, faults);
  if (entries.has(key)) {
    faults.push({ ...place, message: DOUBLE_KEY });
    return;
  }
  entries.set(key, { place, node });
}

/** What each code of the parser means to the one who wrote the file. */
const PARSE_ERRORS: Readonly<Record<number, string>> = {
  1: "this is not a JSON value: expected an object, a list, a string in double quotes, a number, true, false or null",
  2: "this is not a number as JSON writes it",
  3: "expected a key in double quotes",
  4: "expected a value",
  5: 'expected ":" after the key',
  6: 'expected "," between two entries',
  7: 'expected "}" at the end of the object',
  8: 'expected "]" at the end of the list',
  9: "expected nothing more after the config's object",
  10: "this comment has no place here",
  11: "this comment does not end",
  12: "this string does not end: the closing double quote is missing",
  13: "this number is cut off",
  14: "this \\u escape is not four hexadecimal digits",
  15:
    'unknown escape in a string: write \\\\ for a backslash, or one of \\" \\/ \\b \\f \\n \\r \\t',
  16:
    "this character has no place in a string: write it as \\u and four hexadecimal digits",
};

function describeParseError(code: number): string {
  return PARSE_ERRORS[code] ?? "this is not JSON";
}
