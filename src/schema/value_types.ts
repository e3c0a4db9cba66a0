/**
 * The types of plain values in the config's table.
 *
 * A type checks a value, describes itself in words, and gives its JSON Schema:
 * loader, documentation and schema cannot tell different stories.
 *
 * @module
 */

import type { CheckContext } from "./check_context.ts";
import { type ConfigNode, type NodeKind, plainValue } from "./document.ts";
import { nearest } from "./nearest.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Schemas of named objects, filled in while the schema is made. */
export type Definitions = Map<string, JsonSchema>;

/** A type in the table. */
export interface Type<T> {
  /** The type in words, such as `integer, 1 to 65535`. */
  readonly text: string;
  /** The value of `node`, or `undefined` with at least one finding added. */
  check(node: ConfigNode, context: CheckContext): T | undefined;
  /** The schema of the type. */
  schema(definitions: Definitions): JsonSchema;
}

/** `true` or `false`. */
export function boolean(): Type<boolean> {
  return {
    text: "boolean",
    check(node, context) {
      if (typeof node.value === "boolean") return node.value;
      return wrongKind(node, context, "true or false");
    },
    schema: () => ({ type: "boolean" }),
  };
}

/** A boolean of which only `available` can be had yet. */
export function booleanNotYet(available: boolean): Type<boolean> {
  const type = booleanOnly(available, "is not available yet");
  return { ...type, text: `${type.text} yet` };
}

/**
 * A boolean of which only `available` can be had. The other one is refused, or taken
 * for it on demand.
 *
 * @param reason What is wrong with the other one, after it.
 */
export function booleanOnly(available: boolean, reason: string): Type<boolean> {
  const base = boolean();
  return {
    text: `boolean; only ${available}`,
    check(node, context) {
      const value = base.check(node, context);
      if (value === undefined || value === available) return value;
      context.unsupported(node, `${value} ${reason}`);
      return available;
    },
    schema: () => ({ const: available }),
  };
}

/** A whole number within bounds, both included. */
export function integer(min: number, max: number): Type<number> {
  const right = `write an integer from ${min} to ${max}`;
  return {
    text: `integer, ${min} to ${max}`,
    check(node, context) {
      const { value } = node;
      if (typeof value !== "number") {
        return wrongKind(node, context, `an integer from ${min} to ${max}`);
      }
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      const wrong = Number.isInteger(value) ? "out of range" : "not an integer";
      context.error(node, `${value} is ${wrong}`, right);
      return undefined;
    },
    schema: () => ({ type: "integer", minimum: min, maximum: max }),
  };
}

/** Options for {@linkcode text}. */
export interface TextOptions {
  /** The whole value must match; `u` flag. */
  readonly pattern: RegExp;
  /** What a value is that matches, after "write". */
  readonly wanted: string;
}

/** Text: by default any that is not empty. */
export function text(
  options: TextOptions = { pattern: /^[^]+$/u, wanted: "text" },
): Type<string> {
  const { pattern, wanted } = options;
  return {
    text: "string",
    check(node, context) {
      if (typeof node.value !== "string") {
        return wrongKind(node, context, "a string");
      }
      if (pattern.test(node.value)) return node.value;
      const wrong = node.value === ""
        ? "is empty"
        : `${show(node)} is not possible here`;
      context.error(node, wrong, `write ${wanted}`);
      return undefined;
    },
    schema: () => ({ type: "string", pattern: pattern.source }),
  };
}

/** Options for {@linkcode choice}. */
export interface ChoiceOptions {
  /** Values known from elsewhere that are not served, and why. */
  readonly unsupported?: Readonly<Record<string, string>>;
}

/** One of some values. */
export function choice<const T extends string | number | boolean>(
  values: readonly T[],
  options: ChoiceOptions = {},
): Type<T> {
  const list = values.map((value) => JSON.stringify(value)).join(", ");
  const right = values.length === 1 ? `write ${list}` : `write one of ${list}`;
  const kinds = ["string", "number"];
  if (values.some((value) => typeof value === "boolean")) kinds.push("boolean");
  return {
    text: values.length === 1 ? list : `one of ${list}`,
    check(node, context) {
      const found = values.find((value) => value === node.value);
      if (found !== undefined) return found;
      if (!kinds.includes(node.kind)) {
        return wrongKind(node, context, `one of ${list}`);
      }
      const word = String(node.value);
      const reason = options.unsupported?.[word];
      if (reason !== undefined) {
        context.unsupported(node, `${show(node)} ${reason}`);
        return undefined;
      }
      const words = values.filter((value) => typeof value === "string");
      const meant = node.kind === "string" ? nearest(word, words) : undefined;
      const hint = meant === undefined
        ? right
        : `${right}; did you mean ${JSON.stringify(meant)}?`;
      context.error(node, `${show(node)} is not known`, hint);
      return undefined;
    },
    schema: () => ({ enum: [...values] }),
  };
}

/** Options for {@linkcode list}. */
export interface ListOptions {
  /** @default {0} */
  readonly min?: number;
  /** Whether no two elements may be equal. @default {false} */
  readonly unique?: boolean;
}

/** A list; elements that are wrong come out as `undefined`. */
export function list<T>(
  of: Type<T>,
  options: ListOptions = {},
): Type<readonly (T | undefined)[]> {
  const { min = 0, unique = false } = options;
  return {
    text: `list of: ${of.text}`,
    check(node, context) {
      if (node.kind !== "array") return wrongKind(node, context, "a list");
      if (node.items.length < min) {
        context.error(node, "is empty", "write at least one element");
      }
      if (unique) checkUnique(node, context);
      return node.items.map((item) => of.check(item, context));
    },
    schema: (definitions) => ({
      type: "array",
      items: of.schema(definitions),
      ...(min > 0 ? { minItems: min } : {}),
      ...(unique ? { uniqueItems: true } : {}),
    }),
  };
}

/** Anything: for keys that are recognised and have no effect. */
export function anything(): Type<true> {
  return { text: "any", check: () => true, schema: () => ({}) };
}

/** Anything, as JavaScript has it. */
export function jsonValue(): Type<{ readonly value: unknown }> {
  return {
    text: "any JSON",
    check: (node) => ({ value: plainValue(node) }),
    schema: () => ({}),
  };
}

/** Adds "expected X, found Y" and returns `undefined`. */
export function wrongKind(
  node: ConfigNode,
  context: CheckContext,
  wanted: string,
): undefined {
  context.error(node, `expected ${wanted}, found ${KIND_NAMES[node.kind]}`);
  return undefined;
}

/** The value for a message: short, and on one line. */
export function show(node: ConfigNode): string {
  const shown = JSON.stringify(node.value);
  return shown.length <= 60 ? shown : `${shown.slice(0, 57)}…"`;
}

const KIND_NAMES: Readonly<Record<NodeKind, string>> = {
  object: "an object",
  array: "a list",
  string: "a string",
  number: "a number",
  boolean: "a boolean",
  null: "null",
};

function checkUnique(node: ConfigNode, context: CheckContext): void {
  const seen = new Set<unknown>();
  for (const item of node.items) {
    if (item.kind === "object" || item.kind === "array") continue;
    if (seen.has(item.value)) {
      context.error(item, `${show(item)} is listed twice`, "keep one of them");
    }
    seen.add(item.value);
  }
}
