/**
 * The text of a config as a tree whose parts know where they stand.
 *
 * @module
 */

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

/** The kinds of value. */
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

/** The value of `node`, as JavaScript has it. */
export function plainValue(
  { kind, value, entries, items }: ConfigNode,
): unknown {
  if (kind === "array") return items.map(plainValue);
  if (kind !== "object") return value;
  return Object.fromEntries(
    [...entries].map(([key, { node }]) => [key, plainValue(node)]),
  );
}

/** What is wrong with `text` as text; undefined where nothing is. */
export function textFault(text: string): string | undefined {
  // On the wire half of a surrogate pair would become U+FFFD, as any other would.
  if (text.isWellFormed()) return undefined;
  return "holds half of a surrogate pair, which is not a character: a \\u escape from D800 to DFFF needs its other half";
}

/** What is said of a key that an object has already. */
export const DOUBLE_KEY = "stands twice in one object; keep one of them";

/** What is said where nesting has exhausted the stack of a parser. */
export const TOO_DEEP = "cannot be read: it is nested too deeply";
