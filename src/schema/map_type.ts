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
