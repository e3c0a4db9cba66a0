/**
 * `auth.ticket`: the client sends a secret.
 *
 * @module
 */

import { required } from "../../schema/key.ts";
import { mapOf } from "../../schema/map_type.ts";
import { object } from "../../schema/object_type.ts";
import { TEXT_SECRET } from "../../schema/secret_forms.ts";
import { secret } from "../../schema/secret_type.ts";
import { CombinedTicketMethod } from "../combined.ts";
import { defineMethod } from "../method_type.ts";
import { readSecret } from "../read_secret.ts";
import { SecretDigests } from "../secret_digests.ts";
import {
  DEFAULT_ROLE,
  readPrincipals,
  STATIC_TYPE,
  staticSource,
  WHO,
  withCredentials,
} from "../static_principals.ts";
import { DynamicTicketMethod, mockTicket, TicketMethod } from "../ticket.ts";

/** A principal of `auth.ticket`. */
const TICKET_PRINCIPAL = object({
  name: "ticket principal",
  help: "Who joins by a ticket.",
  keys: {
    ticket: required(secret(TEXT_SECRET), "What the client has to send."),
    ...WHO,
  },
});

/** `auth.ticket` of type `static`. */
const TICKET_STATIC = object({
  name: "ticket authentication",
  help:
    "The client sends its secret in the clear: use it only on transports that nobody can eavesdrop on, such as TLS.",
  keys: {
    type: STATIC_TYPE,
    principals: required(
      mapOf("authid", TICKET_PRINCIPAL),
      "Who may join. A list of principals gives one authid a role for each realm.",
    ),
    "default-role": DEFAULT_ROLE,
  },
});

/** Authentication by ticket. */
export const TICKET = defineMethod({
  name: "ticket",
  title: "authentication by ticket",
  help: "Authentication by a secret that the client sends.",
  form: TICKET_STATIC,
  objects: [TICKET_PRINCIPAL],
  sendsSecret: true,
  read: ({ values }, context) =>
    readPrincipals(
      values.principals,
      values["default-role"],
      context,
      ({ values: { ticket } }) => ticket && { ticket },
    ),
  async open(config, calls, { revealsUnknown }) {
    const asked = calls && new DynamicTicketMethod(calls);
    if (config === undefined) return asked === undefined ? [] : [asked];
    const digests = new SecretDigests();
    const known = await withCredentials(
      config.principals,
      async ({ ticket }) => digests.of(await readSecret(ticket, TEXT_SECRET)),
    );
    const source = staticSource(known, mockTicket, revealsUnknown);
    const named = new TicketMethod(source, digests);
    return asked === undefined
      ? [named]
      : [new CombinedTicketMethod(source, named, asked)];
  },
});
