/**
 * Methods of authentication in the config's table: from the config, by a
 * procedure, or both.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { Keys } from "../schema/key.ts";
import type { ObjectType, Section } from "../schema/object_type.ts";
import type { Type } from "../schema/value_types.ts";
import { type VariantOptions, variants } from "../schema/variant_type.ts";

/** The forms that a method has: one of them or both. */
export interface MethodForms<S extends Keys, D extends Keys> {
  readonly static?: Section<S>;
  readonly dynamic?: Section<D>;
}

const RIGHT =
  'a list holds the method\'s two forms: first the one of type "static", then the one of type "dynamic"';

/** One of two objects that are told apart by their key `type`, or a list of both. */
export function methodForms<S extends Keys, D extends Keys>(
  types: { readonly static: ObjectType<S>; readonly dynamic: ObjectType<D> },
  options: VariantOptions,
): Type<MethodForms<S, D>> {
  const one = variants<Record<"static" | "dynamic", ObjectType<Keys>>>(
    types,
    options,
  );
  const check = (node: ConfigNode, context: CheckContext) => {
    const found = one.check(node, context);
    return found && { [found.variant]: found.section };
  };
  return {
    text: `${one.text}, or a list of both`,
    check(node, context) {
      if (node.kind !== "array") return check(node, context);
      const [first, second] = node.items;
      if (node.items.length !== 2) {
        context.error(node, `has ${node.items.length} elements`, RIGHT);
        return undefined;
      }
      const forms = { ...check(first, context), ...check(second, context) };
      checkOrder(first, "dynamic", context);
      checkOrder(second, "static", context);
      return forms;
    },
    schema: (definitions) => ({
      anyOf: [one.schema(definitions), {
        type: "array",
        items: [
          types.static.schema(definitions),
          types.dynamic.schema(definitions),
        ],
        additionalItems: false,
        minItems: 2,
      }],
    }),
  };
}

/** The static form is used first, so it must be written first. */
function checkOrder(
  node: ConfigNode,
  misplaced: string,
  context: CheckContext,
): void {
  const type = node.entries.get("type")?.node;
  if (type?.value !== misplaced) return;
  context.error(type, `"${misplaced}" is in the other one's place`, RIGHT);
}
