/**
 * Objects in the config's table whose keys are free, such as authids.
 *
 * @module
 */

import type { ConfigNode } from "./document.ts";
import { type Type, wrongKind } from "./value_types.ts";

/** One entry that was checked. */
export interface MapEntry<T> {
  readonly key: string;
  /** Where the key stands. */
  readonly place: ConfigNode;
  /** Wrong ones are left out. */
  readonly values: readonly T[];
}

/**
 * An object with free keys. Each value is one of `of`, or a list of them.
 *
 * @param what What the keys are.
 */
export function mapOf<T>(
  what: string,
  of: Type<T>,
): Type<readonly MapEntry<T>[]> {
  return {
    text: `by ${what}: ${of.text} or list of them`,
    check(node, context) {
      if (node.kind !== "object") return wrongKind(node, context, "an object");
      if (node.entries.size === 0) {
        context.warn(node, "is empty: nobody can join by this method");
      }
      return [...node.entries].map(([key, { place, node: value }]) => {
        if (key === "") context.error(place, `an empty ${what}`, "write one");
        const isList = value.kind === "array";
        if (isList && value.items.length === 0) {
          context.error(value, "is empty", "write at least one element");
        }
        const items = isList ? value.items : [value];
        const values = items.flatMap((item) => of.check(item, context) ?? []);
        return { key, place: value, values };
      });
    },
    schema: (definitions) => {
      const one = of.schema(definitions);
      return {
        type: "object",
        propertyNames: { minLength: 1 },
        additionalProperties: {
          anyOf: [one, { type: "array", items: one, minItems: 1 }],
        },
      };
    },
  };
}

/** Options for {@linkcode named}. */
export interface NamedOptions {
  /** A whole name must match; `u` flag. */
  readonly pattern: RegExp;
  /** What a name is that matches, after "write". */
  readonly wanted: string;
}

/** One named value that was checked. */
export interface NamedEntry<T> {
  readonly name: string;
  readonly node: ConfigNode;
  readonly value: T;
}

/**
 * An object with free keys, each with one of `of`; wrong ones are left out.
 *
 * @param text The type in words.
 * @param of Asked for when something is checked: it may hold such an object itself.
 */
export function named<T>(
  text: string,
  of: () => Type<T>,
  { pattern, wanted }: NamedOptions,
): Type<readonly NamedEntry<T>[]> {
  return {
    text,
    check(node, context) {
      if (node.kind !== "object") return wrongKind(node, context, "an object");
      return [...node.entries].flatMap(([name, entry]) => {
        if (!pattern.test(name)) {
          const wrong = `${JSON.stringify(name)} is not possible here`;
          context.error(entry.place, wrong, `write ${wanted}`);
          return [];
        }
        const value = of().check(entry.node, context);
        return value === undefined ? [] : [{ name, node: entry.node, value }];
      });
    },
    schema: (definitions) => ({
      type: "object",
      propertyNames: { pattern: pattern.source },
      additionalProperties: of().schema(definitions),
    }),
  };
}
