/**
 * `auth.anonymous`: anyone joins.
 *
 * @module
 */

import { optional, required, withDefault } from "../../schema/key.ts";
import { configOf, object } from "../../schema/object_type.ts";
import { choice, text } from "../../schema/value_types.ts";
import { AnonymousMethod } from "../anonymous.ts";
import { DynamicAnonymousMethod } from "../dynamic_anonymous.ts";
import type { LoginMethod } from "../login_method.ts";
import { defineMethod } from "../method_type.ts";

/** The role of those who have not said who they are. */
export const ANONYMOUS_ROLE = "anonymous";

/** `auth.anonymous` of type `static`. */
const ANONYMOUS_STATIC = object({
  name: "anonymous authentication",
  help: "Anyone can join, without credentials.",
  keys: {
    type: required(
      choice(["static"]),
      "Where the role comes from: this section.",
    ),
    role: withDefault(
      text(),
      ANONYMOUS_ROLE,
      "The role of the sessions; a realm must have it for them to join there.",
    ),
    realm: optional(
      text(),
      "The only realm that anonymous clients can join; those that name none join it. Absent: each realm that has the role.",
    ),
    authid: optional(
      text(),
      "The authid of all anonymous sessions. Absent: a new random one for each.",
    ),
  },
});

/** If both forms are given, the first that serves the realm is used. */
export const ANONYMOUS = defineMethod({
  name: "anonymous",
  title: "anonymous authentication",
  help:
    "Clients join without credentials. In a list of both forms, the static one is for its `realm`, the dynamic one for all others.",
  form: ANONYMOUS_STATIC,
  objects: [],
  read: (form) => ({
    config: configOf(form, { type: undefined }),
    principals: [],
  }),
  open(config, calls, { ids }) {
    const methods: LoginMethod[] = [];
    if (config !== undefined) methods.push(new AnonymousMethod(config, ids));
    if (calls !== undefined) {
      methods.push(new DynamicAnonymousMethod(calls, ids));
    }
    return Promise.resolve(methods);
  },
});
