/**
 * Objects in the config's table: which keys they take, and what is wrong with one.
 *
 * @module
 */

import type { CheckContext } from "./check_context.ts";
import type { ConfigNode, Entry } from "./document.ts";
import {
  type Key,
  type Keys,
  type PropertyName,
  propertyOf,
  type Values,
} from "./key.ts";
import { nearest } from "./nearest.ts";
import {
  type Definitions,
  type JsonSchema,
  type Type,
  wrongKind,
} from "./value_types.ts";

/** An object that was checked. Absent and wrong values are the default. */
export class Section<K extends Keys> {
  readonly node: ConfigNode;
  readonly keys: K;
  readonly values: Values<K>;

  constructor(node: ConfigNode, keys: K, values: Values<K>) {
    this.node = node;
    this.keys = keys;
    this.values = values;
  }
}

/** A section that is not there: what its keys are by default. */
export function sectionOf<K extends Keys>(
  node: ConfigNode,
  keys: K,
): Section<K> {
  const values = Object.entries<Key<unknown>>(keys)
    .map(([name, row]) => [name, row.default]);
  const empty = { ...node, entries: new Map() };
  return new Section(empty, keys, Object.fromEntries(values) as Values<K>);
}

/** The node of a section's key, or the section's own if it is absent. */
export function nodeOf<K extends Keys>(
  section: Section<K>,
  name: keyof K,
): ConfigNode {
  return section.node.entries.get(String(name))?.node ?? section.node;
}

/** Whether the file has the key. */
export function has<K extends Keys>(
  section: Section<K>,
  name: keyof K,
): boolean {
  return section.node.entries.has(String(name));
}

/** Keys that are in the checked config: those with an effect. */
type ServedName<K extends Keys> = {
  [Name in keyof K]: K[Name]["status"] extends "served" ? Name : never;
}[keyof K];

/** Of those, the ones that always have a value in a config that is sound. */
type WholeName<K extends Keys> = {
  [Name in ServedName<K>]: K[Name]["isRequired"] extends true ? Name
    : undefined extends K[Name]["default"] ? never
    : Name;
}[ServedName<K>];

type Property<Name, Row> = Row extends Key<unknown, infer P>
  ? string extends P ? PropertyName<Name & string> : P
  : never;

type Plain<V> = V extends Section<infer K> ? ConfigOf<K>
  : V extends readonly (infer Element)[]
    ? readonly Plain<NonNullable<Element>>[]
  : V;

/**
 * The checked config of an object with these keys: a property for each key that
 * has an effect.
 */
export type ConfigOf<K extends Keys> =
  & {
    readonly [
      Name in WholeName<K> as Property<Name, K[Name]>
    ]: Plain<NonNullable<K[Name]["default"]>>;
  }
  & {
    readonly [
      Name in Exclude<ServedName<K>, WholeName<K>> as Property<Name, K[Name]>
    ]?: Plain<NonNullable<K[Name]["default"]>> | undefined;
  };

/** What is left of `own` without what is left out. */
type Made<Own> = {
  [Name in keyof Own as Own[Name] extends undefined ? never : Name]: Own[Name];
};

/**
 * The checked config of a section.
 *
 * @param own What is made of values in another way; undefined: is left out.
 */
export function configOf<K extends Keys, Own extends object = object>(
  { keys, values }: Section<K>,
  own?: Own,
): Omit<ConfigOf<K>, keyof Own> & Made<Own> {
  const isOwn = (property: string) =>
    own !== undefined && Object.hasOwn(own, property);
  const config = propertiesOf(
    keys,
    (name, property) => isOwn(property) ? undefined : plain(values[name]),
  );
  const made = Object.entries(own ?? {})
    .filter(([, value]) => value !== undefined);
  const whole: object = { ...config, ...Object.fromEntries(made) };
  return whole as Omit<ConfigOf<K>, keyof Own> & Made<Own>;
}

/** The config of an object with these keys that is not there. */
export function defaultsOf<K extends Keys>(keys: K): ConfigOf<K> {
  return propertiesOf(keys, (name) => keys[name].default);
}

/**
 * The checked config of an object whose values are found by `valueOf`;
 * `undefined` is left out.
 */
export function propertiesOf<K extends Keys>(
  keys: K,
  valueOf: (name: keyof K & string, property: string) => unknown,
): ConfigOf<K> {
  const properties: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<Key<unknown>>(keys)) {
    if (row.status !== "served") continue;
    const property = propertyOf(name, row);
    const value = valueOf(name as keyof K & string, property);
    if (value !== undefined) properties[property] = value;
  }
  return properties as ConfigOf<K>;
}

function plain(value: unknown): unknown {
  if (value instanceof Section) return configOf(value);
  if (!Array.isArray(value)) return value;
  return value.flatMap((one) => plain(one) ?? []);
}

/** An object type with its rows, for documentation. */
export interface ObjectType<K extends Keys> extends Type<Section<K>> {
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
      const values = checkKeys(keys, hasLooseKeys, node, context);
      return new Section(node, keys, values);
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
      if (row.note !== undefined) context.note(entry.place, row.note);
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
