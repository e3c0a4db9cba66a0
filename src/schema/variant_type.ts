/**
 * Objects in the config's table that are told apart by their key `type`.
 *
 * @module
 */

import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";
import type { Keys } from "./key.ts";
import { nearest } from "./nearest.ts";
import type { ObjectType, Section } from "./object_type.ts";
import { show, type Type, wrongKind } from "./value_types.ts";

/** One of several objects, told apart by their key `type`. */
export interface Variant<Name, K extends Keys> {
  readonly variant: Name;
  readonly section: Section<K>;
}

type VariantOf<M extends Readonly<Record<string, ObjectType<Keys>>>> = {
  [Name in keyof M]: M[Name] extends ObjectType<infer K> ? Variant<Name, K>
    : never;
}[keyof M];

/** Options for {@linkcode variants}. */
export interface VariantOptions {
  /** What the object is called in findings, such as `transport`. */
  readonly what: string;
  /** Types known from elsewhere, and why they are not served. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** Whether such an object can be left out with `--ignore-unsupported`. */
  readonly isIgnorable?: boolean;
}

/** Objects that are told apart by their key `type`. */
export function variants<
  M extends Readonly<Record<string, ObjectType<Keys>>>,
>(types: M, options: VariantOptions): Type<VariantOf<M>> {
  const names = Object.keys(types);
  const quoted = quotedNames(names);
  return {
    text: `object: ${
      Object.values(types).map((type) => type.name).join(" or ")
    }`,
    check(node, context) {
      if (node.kind !== "object") return wrongKind(node, context, "an object");
      const entry = node.entries.get("type");
      if (entry === undefined) {
        context.error(node, `"type" is missing`, `add it: ${quoted}`);
        return undefined;
      }
      const name = String(entry.node.value);
      if (entry.node.kind === "string" && Object.hasOwn(types, name)) {
        const section = types[name].check(node, context);
        if (section === undefined) return undefined;
        return { variant: name, section } as VariantOf<M>;
      }
      wrongVariant(entry.node, names, options, context);
      return undefined;
    },
    schema: (definitions) => ({
      anyOf: Object.values(types).map((type) => type.schema(definitions)),
    }),
  };
}

const OR = new Intl.ListFormat("en", { type: "disjunction" });

function quotedNames(names: readonly string[]): string {
  return OR.format(names.map((name) => `"${name}"`));
}

function wrongVariant(
  node: ConfigNode,
  names: readonly string[],
  options: VariantOptions,
  context: CheckContext,
): void {
  const quoted = quotedNames(names);
  const word = String(node.value);
  const reason = options.unsupported?.[word];
  if (reason !== undefined) {
    const wrong = `${options.what} of type ${show(node)} ${reason}`;
    if (options.isIgnorable) context.unsupported(node, wrong);
    else context.error(node, wrong, `write ${quoted}`);
    return;
  }
  const meant = nearest(word, names);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  context.error(
    node,
    `${options.what} of type ${show(node)} is not known`,
    `write ${quoted}${hint}`,
  );
}
