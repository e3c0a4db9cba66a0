/**
 * The text of a config as a tree whose parts know where they stand.
 *
 * JSON with comments and trailing commas. A key that stands twice in one object
 * is a fault here, since JSON itself would keep the last and say nothing.
 *
 * @module
 */

import { type Node, type ParseError, parseTree } from "jsonc-parser";

/** A place that a finding can point to. */
export interface Place {
  /** Where it starts in the text. */
  readonly offset: number;
  /** The path of keys that leads to it. */
  readonly path: string;
}

/** One entry of an object. */
export interface Entry {
  /** Where the key stands. */
  readonly place: Place;
  /** The value. */
  readonly node: ConfigNode;
}

/** The kinds of value in JSON. */
export type NodeKind =
  | "object"
  | "array"
  | "string"
  | "number"
  | "boolean"
  | "null";

/** One value. */
export interface ConfigNode extends Place {
  readonly kind: NodeKind;
  /** The value itself, of the four kinds that have no parts. */
  readonly value: string | number | boolean | null;
  /** An object's entries, by key, in the order of the file. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** An array's elements. */
  readonly items: readonly ConfigNode[];
}

/** What is wrong with the text as such. */
export interface DocumentFault extends Place {
  readonly message: string;
}

/** A text that was read. */
export interface ConfigDocument {
  /** `undefined` when there is no value, or the text is not well formed. */
  readonly root: ConfigNode | undefined;
  readonly faults: readonly DocumentFault[];
}

/** Reads the text of a config. */
export function parseDocument(text: string): ConfigDocument {
  const faults: DocumentFault[] = [];
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // The parser recurses: nesting can exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    const message = "cannot be read: it is nested too deeply";
    return { root: undefined, faults: [{ offset: 0, path: "", message }] };
  }
  for (const { error, offset } of errors) {
    faults.push({ offset, path: "", message: describeParseError(error) });
  }
  if (tree === undefined || errors.length > 0) {
    return { root: undefined, faults };
  }
  return { root: convert(tree, "", faults), faults };
}

/** Turns offsets into lines and columns, both from 1. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (const match of text.matchAll(/\r\n|\n|\r/g)) {
      this.#starts.push(match.index + match[0].length);
    }
  }

  /** The line and column of `offset`. */
  locate(offset: number): { line: number; column: number } {
    let line = 0;
    let behind = this.#starts.length;
    while (behind - line > 1) {
      const middle = (line + behind) >> 1;
      if (this.#starts[middle] <= offset) line = middle;
      else behind = middle;
    }
    return { line: line + 1, column: offset - this.#starts[line] + 1 };
  }
}

/** `path` with one more key. */
export function keyPath(path: string, key: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) {
    return `${path}[${JSON.stringify(key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
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

/** On the wire half of a surrogate pair would become U+FFFD, as any other would. */
function checkCharacters(
  { value, offset }: Node,
  path: string,
  faults: DocumentFault[],
): void {
  if (typeof value !== "string" || value.isWellFormed()) return;
  const message =
    "holds half of a surrogate pair, which is not a character: a \\u escape from D800 to DFFF needs its other half";
  faults.push({ offset, path, message });
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
    const message = "stands twice in one object; keep one of them";
    faults.push({ ...place, message });
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
