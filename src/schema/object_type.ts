/**
 * Objects in the config's table: which keys they take, and what is wrong with one.
 *
 * @module
 */

import type { CheckContext } from "./check_context.ts";
import type { ConfigNode, Entry } from "./document.ts";
import type { Key, Keys, Values } from "./key.ts";
import { nearest } from "./nearest.ts";
import {
  type Definitions,
  type JsonSchema,
  type Type,
  wrongKind,
} from "./value_types.ts";

/** An object that was checked. Absent and wrong values are the default. */
export interface Section<V> {
  readonly node: ConfigNode;
  readonly values: V;
}

/** The node of a section's key, or the section's own if it is absent. */
export function nodeOf<V>(section: Section<V>, name: keyof V): ConfigNode {
  return section.node.entries.get(String(name))?.node ?? section.node;
}

/** Whether the file has the key. */
export function has<V>(section: Section<V>, name: keyof V): boolean {
  return section.node.entries.has(String(name));
}

/** An object type with its rows, for documentation. */
export interface ObjectType<K extends Keys> extends Type<Section<Values<K>>> {
  readonly name: string;
  readonly help: string;
  readonly keys: K;
}

/** Options for {@linkcode object}. */
export interface ObjectOptions<K extends Keys> {
  /** Names the object in the schema and in the documentation. */
  readonly name: string;
  readonly help: string;
  readonly keys: K;
  /** More for the schema: what rows alone cannot say. */
  readonly schema?: JsonSchema;
  /** Whether Crossbar.io lets keys pass that it does not know. */
  readonly hasLooseKeys?: boolean;
}

/** An object with exactly these keys. */
export function object<K extends Keys>(
  options: ObjectOptions<K>,
): ObjectType<K> {
  const { name, help, keys, hasLooseKeys = false } = options;
  return {
    name,
    help,
    keys,
    text: `object: ${name}`,
    check(node, context) {
      if (node.kind !== "object") return wrongKind(node, context, "an object");
      return { node, values: checkKeys(keys, hasLooseKeys, node, context) };
    },
    schema(definitions) {
      const id = definitionId(name);
      if (!definitions.has(id)) {
        definitions.set(id, {}); // Ends a recursion, should there be one.
        definitions.set(id, objectSchema(options, definitions));
      }
      return { $ref: `#/definitions/${id}` };
    },
  };
}

/** The object's name as an identifier: schemas and links need one. */
export function definitionId(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function checkKeys<K extends Keys>(
  keys: K,
  hasLooseKeys: boolean,
  node: ConfigNode,
  context: CheckContext,
): Values<K> {
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(keys)) {
    const entry = node.entries.get(name);
    values[name] = row.default;
    if (entry === undefined) {
      if (row.isRequired) {
        const wanted = row.type === undefined ? "" : ` (${row.type.text})`;
        context.error(node, `"${name}" is missing`, `add it${wanted}`);
      }
    } else if (row.type === undefined) {
      refuse(row, entry, context);
    } else {
      values[name] = row.type.check(entry.node, context) ?? row.default;
    }
  }
  for (const [name, entry] of node.entries) {
    if (Object.hasOwn(keys, name)) continue;
    unknownKey(name, entry, keys, hasLooseKeys, context);
  }
  return values as Values<K>;
}

function refuse(row: Key<unknown>, entry: Entry, context: CheckContext): void {
  if (row.isIgnorable) context.unsupported(entry.place, row.help);
  else context.error(entry.place, row.help, "remove it");
}

function unknownKey(
  name: string,
  entry: Entry,
  keys: Keys,
  hasLooseKeys: boolean,
  context: CheckContext,
): void {
  const names = Object.keys(keys);
  const usable = names.filter((known) => keys[known].status !== "refused");
  const alias = usable.find((known) => keys[known].aliases.includes(name));
  const meant = alias ?? nearest(name, names);
  // A slip may be in the key of what guards something.
  if (meant === undefined && hasLooseKeys && context.form === "crossbar") {
    context.unsupported(entry.place, "unknown key, without effect here");
    return;
  }
  const right = meant === undefined
    ? `known here: ${usable.join(", ")}`
    : `did you mean "${meant}"?`;
  context.error(entry.place, "unknown key", right);
}

function objectSchema<K extends Keys>(
  options: ObjectOptions<K>,
  definitions: Definitions,
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const names: string[] = [];
  for (const [name, row] of Object.entries<Key<unknown>>(options.keys)) {
    const base = row.type?.schema(definitions) ?? { not: {} };
    // Beside a $ref, draft 7 reads nothing else.
    properties[name] = {
      ...("$ref" in base ? { allOf: [base] } : base),
      description: row.help,
      ...(row.written === undefined ? {} : { default: row.written }),
    };
    if (row.isRequired) names.push(name);
  }
  return {
    type: "object",
    description: options.help,
    properties,
    ...(names.length > 0 ? { required: names } : {}),
    additionalProperties: false,
    ...options.schema,
  };
}
