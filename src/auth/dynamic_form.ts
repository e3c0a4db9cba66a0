/**
 * The dynamic form of all methods: a procedure says who the client is.
 *
 * @module
 */

import { accepted, optional, required } from "../schema/key.ts";
import type { CheckContext } from "../schema/check_context.ts";
import {
  type ConfigOf,
  configOf,
  nodeOf,
  object,
  type Section,
} from "../schema/object_type.ts";
import { checkProcedure, uri } from "../schema/special_types.ts";
import { anything, choice, text } from "../schema/value_types.ts";

/** Any method of type `dynamic`. */
export const DYNAMIC = object({
  name: "dynamic authentication",
  help:
    "A procedure says who the client is. It is called with realm, authid and details, and returns a role, or a dict with `role` and the method's own data.",
  keys: {
    type: required(choice(["dynamic"]), "Where roles come from."),
    authenticator: required(
      uri("the URI of a procedure"),
      "The URI of the procedure. Only a role whose permissions have a rule for exactly that URI can register it.",
    ),
    "authenticator-realm": optional(
      text(),
      "The realm in which it is registered. Absent: the one that the client wants to join.",
      { property: "realm" },
    ),
    "authenticator-role": accepted(
      text(),
      "No effect: the router needs no role to call it.",
    ),
    "default-role": optional(
      text(),
      "The role of clients for whom the procedure names none.",
    ),
    config: accepted(anything(), "No effect."),
    expose_controller: accepted(anything(), "No effect."),
  },
});

/** A procedure that says who a client is. */
export type DynamicConfig = Omit<ConfigOf<typeof DYNAMIC.keys>, "type">;

/** The dynamic form of a method; undefined where it names no procedure. */
export function readDynamic(
  form: Section<typeof DYNAMIC.keys>,
  context: CheckContext,
): DynamicConfig | undefined {
  const { authenticator } = form.values;
  if (authenticator === undefined) return undefined;
  // The client may choose the realm, so its uri_check is not known here.
  checkProcedure(
    authenticator,
    nodeOf(form, "authenticator"),
    "loose",
    context,
  );
  return configOf(form, { type: undefined });
}
