/**
 * The table: authentication. The keys of each method are with it.
 *
 * @module
 */

import { DYNAMIC } from "../../auth/dynamic_form.ts";
import { type MethodForms, methodForms } from "../../auth/method_forms.ts";
import {
  METHOD_LIST,
  type MethodName,
  type StaticKeys,
} from "../../auth/methods.ts";
import {
  type Key,
  optional,
  refused,
  refusedIgnorable,
  type ServedKey,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { boolean } from "../../schema/value_types.ts";

type MethodRows = {
  readonly [Name in MethodName]: ServedKey<
    MethodForms<StaticKeys<Name>, typeof DYNAMIC.keys> | undefined
  >;
};

function methodRows(): MethodRows {
  const rows = METHOD_LIST.map(({ name, title, help, form }) => {
    const forms = methodForms({ static: form, dynamic: DYNAMIC }, {
      what: title,
      unsupported: { function: "is not served: it names a function in Python" },
    });
    return [name, optional(forms, help)];
  });
  return Object.fromEntries(rows) as MethodRows;
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
    ...methodRows(),
    reveal_unknown_authid: withDefault(
      boolean(),
      false,
      "For development: clients with an unknown authid are told so (`wamp.error.no_such_principal`). Otherwise they get a challenge like all others, and the same words as after a wrong secret.",
      { origin: "sluice" },
    ),
    tls: refused(
      "authentication by TLS certificate is not served: Deno cannot ask clients for certificates",
    ),
    cookie: refusedIgnorable(
      "authentication by cookie is not served: a browser sends a cookie for every page that connects, also for those of others",
    ),
    "anonymous-proxy": proxy(),
    "cryptosign-proxy": proxy(),
  },
});
