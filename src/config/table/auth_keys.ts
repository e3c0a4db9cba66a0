/**
 * The table: authentication.
 *
 * @module
 */

import { notYet, optional, refused, required, withDefault } from "../key.ts";
import { object } from "../object_type.ts";
import { choice, text } from "../value_types.ts";
import { variants } from "../variant_type.ts";

/** The role of those who have not said who they are. */
export const ANONYMOUS_ROLE = "anonymous";

/** `auth.anonymous` of type `static`. */
export const ANONYMOUS_STATIC = object({
  name: "anonymous authentication",
  help: "Anyone joins, without a word on who they are.",
  keys: {
    type: required(choice(["static"]), "Where the role comes from: from here."),
    role: withDefault(
      text(),
      ANONYMOUS_ROLE,
      "The role of the sessions; a realm must have it for them to join there.",
    ),
    realm: notYet("assigning the realm"),
    authid: notYet("choosing the authid"),
  },
});

/** `auth`. */
export const AUTH = object({
  name: "auth",
  help:
    "The methods by which clients can authenticate; they choose among them.",
  keys: {
    anonymous: optional(
      variants({ static: ANONYMOUS_STATIC }, {
        what: "anonymous authentication",
        unsupported: {
          dynamic: "is not available yet",
          function: "is not served: it names a function in Python",
        },
      }),
      "Authentication by nothing.",
    ),
    ticket: notYet("authentication by ticket"),
    wampcra: notYet("authentication by WAMP-CRA"),
    scram: notYet("authentication by WAMP-SCRAM"),
    cryptosign: notYet("authentication by WAMP-cryptosign"),
    tls: refused(
      "authentication by TLS certificate is not served: Deno cannot ask clients for certificates",
    ),
    cookie: refused(
      "authentication by cookie is not served: RawSocket has no cookies",
    ),
    "anonymous-proxy": notYet("authentication by a proxy"),
    "cryptosign-proxy": notYet("authentication by a proxy"),
  },
});
