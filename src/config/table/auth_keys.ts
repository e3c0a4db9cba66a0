/**
 * The table: authentication.
 *
 * @module
 */

import {
  accepted,
  type Key,
  notYet,
  optional,
  refused,
  required,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { mapOf } from "../../schema/map_type.ts";
import { methodForms } from "../method_type.ts";
import { HEX_SECRET } from "../../schema/secret_forms.ts";
import { secret } from "../../schema/secret_type.ts";
import { uri } from "../../schema/special_types.ts";
import { anything, boolean, choice, text } from "../../schema/value_types.ts";
import type { VariantOptions } from "../../schema/variant_type.ts";
import {
  CRYPTOSIGN_PRINCIPAL,
  SCRAM_PRINCIPAL,
  TICKET_PRINCIPAL,
  WAMPCRA_USER,
} from "./principal_keys.ts";

/** The role of those who have not said who they are. */
export const ANONYMOUS_ROLE = "anonymous";

const STATIC_TYPE = required(
  choice(["static"]),
  "Where roles and secrets come from: from here.",
);

const DEFAULT_ROLE = optional(
  text(),
  "The role of principals that name none.",
);

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
    realm: optional(
      text(),
      "The only realm to join so; clients that name none join it. Absent: each realm that has the role.",
    ),
    authid: optional(
      text(),
      "The authid of all anonymous sessions. Absent: a fresh random one for each.",
    ),
  },
});

/** `auth.ticket` of type `static`. */
export const TICKET_STATIC = object({
  name: "ticket authentication",
  help:
    "The client sends a secret as it is: only for transports that nobody can listen to, such as TLS.",
  keys: {
    type: STATIC_TYPE,
    principals: required(
      mapOf("authid", TICKET_PRINCIPAL),
      "Who may join. A list of principals gives one authid a role for each realm.",
    ),
    "default-role": DEFAULT_ROLE,
  },
});

/** `auth.wampcra` of type `static`. */
export const WAMPCRA_STATIC = object({
  name: "wampcra authentication",
  help: "The client signs a challenge with a secret that both sides know.",
  keys: {
    type: STATIC_TYPE,
    users: required(
      mapOf("authid", WAMPCRA_USER),
      "Who may join. A list of users gives one authid a role for each realm.",
    ),
    "default-role": DEFAULT_ROLE,
  },
});

/** `auth.scram` of type `static`. */
export const SCRAM_STATIC = object({
  name: "scram authentication",
  help:
    "The client proves to know a password, of which only keys for checking are kept. Clients call the method `wamp-scram`; those of Crossbar.io call theirs `scram`, which is served as well, with the keys of Crossbar.io's configs.",
  keys: {
    type: STATIC_TYPE,
    principals: required(
      mapOf("authid", SCRAM_PRINCIPAL),
      "Who may join; `main.ts secret scram` prints the lines.",
    ),
    "default-role": DEFAULT_ROLE,
  },
});

/** `auth.cryptosign` of type `static`. */
export const CRYPTOSIGN_STATIC = object({
  name: "cryptosign authentication",
  help: "The client signs a challenge with its Ed25519 key.",
  keys: {
    type: STATIC_TYPE,
    principals: required(
      mapOf("authid", CRYPTOSIGN_PRINCIPAL),
      "Who may join, by public keys; `main.ts keygen` makes pairs.",
    ),
    router_key: optional(
      secret(HEX_SECRET),
      "The router's own private key, by which it proves to clients that ask for it who it is. `main.ts keygen` makes one.",
      { origin: "sluice" },
    ),
    trustroots: notYet("trustroots"),
    "default-role": DEFAULT_ROLE,
  },
});

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
    ),
    "authenticator-role": accepted(
      text(),
      "No effect: the router needs no role to call it.",
    ),
    "default-role": optional(
      text(),
      "The role of those for whom the procedure names none.",
    ),
    config: accepted(anything(), "No effect."),
    expose_controller: accepted(anything(), "No effect."),
  },
});

/** What is said about a type of a method that is not there. */
function named(what: string): VariantOptions {
  return {
    what,
    unsupported: { function: "is not served: it names a function in Python" },
  };
}

function proxy(): Key<undefined> {
  return refused(
    "authentication by a proxy is not served: a client's word for who it is would be believed",
  );
}

/** `auth`. */
export const AUTH = object({
  name: "auth",
  help:
    "The methods by which clients can authenticate; they choose among them. A list of two gives a method both forms, first the static one: principals that it names are judged by the config alone, and the authenticator is asked about all others. To clients they look alike.",
  keys: {
    anonymous: optional(
      methodForms(
        { static: ANONYMOUS_STATIC, dynamic: DYNAMIC },
        named("anonymous authentication"),
      ),
      "Authentication by nothing. In a list of both forms, the static one is for its `realm`, the dynamic one for all others.",
    ),
    ticket: optional(
      methodForms(
        { static: TICKET_STATIC, dynamic: DYNAMIC },
        named("authentication by ticket"),
      ),
      "Authentication by a secret that is sent.",
    ),
    wampcra: optional(
      methodForms(
        { static: WAMPCRA_STATIC, dynamic: DYNAMIC },
        named("authentication by WAMP-CRA"),
      ),
      "Authentication by a secret that signs.",
    ),
    scram: optional(
      methodForms(
        { static: SCRAM_STATIC, dynamic: DYNAMIC },
        named("authentication by WAMP-SCRAM"),
      ),
      "Authentication by a password that only the client knows.",
    ),
    cryptosign: optional(
      methodForms(
        { static: CRYPTOSIGN_STATIC, dynamic: DYNAMIC },
        named("authentication by WAMP-cryptosign"),
      ),
      "Authentication by a private key that only the client has.",
    ),
    reveal_unknown_authid: withDefault(
      boolean(),
      false,
      "For development: clients with an unknown authid are told so (`wamp.error.no_such_principal`). Otherwise they get a challenge like all others, and the same words as after a wrong secret.",
      { origin: "sluice" },
    ),
    tls: refused(
      "authentication by TLS certificate is not served: Deno cannot ask clients for certificates",
    ),
    cookie: refused(
      "authentication by cookie is not served: RawSocket has no cookies",
    ),
    "anonymous-proxy": proxy(),
    "cryptosign-proxy": proxy(),
  },
});
