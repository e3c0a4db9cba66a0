/**
 * YAML 1.2 as a tree whose parts know where they stand: aliases and merge keys are
 * followed, and what JSON does not have is a fault.
 *
 * @module
 */

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import {
  type ConfigDocument,
  type ConfigNode,
  type DocumentFault,
  DOUBLE_KEY,
  type Entry,
  keyPath,
  type NodeKind,
  type Place,
  textFault,
  TOO_DEEP,
} from "./document.ts";

/** Values of one file, each counted as often as it is named: aliases can multiply. */
const VALUES_MAX = 1_000_000;

/** Reads YAML. Of many faults in its form only the first is told: it brings the others. */
export function parseYaml(text: string): ConfigDocument {
  try {
    const document = parseDocument(text, {
      prettyErrors: false,
      uniqueKeys: false,
      strict: true,
    });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
      const message = `cannot be read as YAML: ${fault.message}`;
      return failed(fault.pos[0], message);
    }
    if (document.contents === null) return failed(0, "there is nothing in it");
    return new Converter(document).convert(document.contents);
  } catch (error) {
    // The parser recurses: nesting can exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    return failed(0, TOO_DEEP);
  }
}

function failed(offset: number, message: string): ConfigDocument {
  return { root: undefined, faults: [{ offset, path: "", message }] };
}

class Converter {
  readonly #document: Document;
  readonly #faults: DocumentFault[] = [];
  /** What is being followed: an alias to what it stands in would never end. */
  readonly #open = new Set<Node>();
  #count = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  convert(contents: Node): ConfigDocument {
    const root = this.#node(contents, { offset: 0, path: "" });
    return { root, faults: this.#faults };
  }

  /** @param at Where it is named. */
  #node(node: Node | null, at: Place): ConfigNode {
    if (++this.#count > VALUES_MAX) return this.#tooMany(at);
    if (node === null) return leaf("null", null, at);
    if (isAlias(node)) return this.#alias(node, at);
    const place = { offset: node.range?.[0] ?? at.offset, path: at.path };
    if (isMap(node)) return this.#map(node, place);
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.#node(item as Node | null, {
          offset: place.offset,
          path: `${place.path}[${index}]`,
        })
      );
      return { ...leaf("array", null, place), items };
    }
    return this.#scalar(node as Scalar, place);
  }

  #tooMany(at: Place): ConfigNode {
    if (this.#count === VALUES_MAX + 1) {
      this.#fault(at, `has more than ${VALUES_MAX} values, aliases counted`);
    }
    return leaf("null", null, at);
  }

  #alias(alias: Alias, at: Place): ConfigNode {
    const target = alias.resolve(this.#document);
    const offset = alias.range?.[0] ?? at.offset;
    if (target === undefined || this.#open.has(target)) {
      const message = target === undefined
        ? `*${alias.source} stands for what is nowhere before it`
        : `*${alias.source} stands for what it stands in`;
      this.#fault({ offset, path: at.path }, message);
      return leaf("null", null, at);
    }
    return this.#node(target, { offset, path: at.path });
  }

  #map(map: YAMLMap, place: Place): ConfigNode {
    this.#open.add(map);
    const entries = new Map<string, Entry>();
    for (const pair of map.items) {
      if (!isMergeKey(pair)) this.#pair(pair, place, entries);
    }
    for (const pair of map.items) {
      if (isMergeKey(pair)) this.#merge(pair, place, entries);
    }
    this.#open.delete(map);
    return { ...leaf("object", null, place), entries };
  }

  #pair(
    pair: Pair,
    { offset, path }: Place,
    entries: Map<string, Entry>,
  ): void {
    const key = pair.key as Node | null;
    if (!isScalar(key)) {
      return this.#fault({ offset, path }, "has a key that is no text");
    }
    const name = String(key.value);
    const place = {
      offset: key.range?.[0] ?? offset,
      path: keyPath(path, name),
    };
    this.#checkText(name, place);
    if (entries.has(name)) return this.#fault(place, DOUBLE_KEY);
    const node = this.#node(pair.value as Node | null, place);
    entries.set(name, { place, node });
  }

  /** `<<`: the entries of other objects, less those that are there. */
  #merge(pair: Pair, place: Place, entries: Map<string, Entry>): void {
    const merged = this.#node(pair.value as Node | null, place);
    for (const object of merged.kind === "array" ? merged.items : [merged]) {
      if (object.kind !== "object") {
        return this.#fault(object, "<< needs an object, or a list of them");
      }
      for (const [name, entry] of object.entries) {
        if (!entries.has(name)) entries.set(name, entry);
      }
    }
  }

  #scalar({ value }: Scalar, place: Place): ConfigNode {
    if (value === null) return leaf("null", null, place);
    if (typeof value === "string") {
      this.#checkText(value, place);
      return leaf("string", value, place);
    }
    if (typeof value === "number") return leaf("number", value, place);
    if (typeof value === "boolean") return leaf("boolean", value, place);
    this.#fault(place, "is none of the values that JSON has");
    return leaf("null", null, place);
  }

  #checkText(text: string, place: Place): void {
    const message = textFault(text);
    if (message !== undefined) this.#fault(place, message);
  }

  #fault({ offset, path }: Place, message: string): void {
    this.#faults.push({ offset, path, message });
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function leaf(
  kind: NodeKind,
  value: ConfigNode["value"],
  { offset, path }: Place,
): ConfigNode {
  return { kind, value, entries: new Map(), items: [], offset, path };
}
