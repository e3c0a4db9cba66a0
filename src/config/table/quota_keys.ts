/**
 * The table: what sessions may have together.
 *
 * @module
 */

import { optional, type ServedKey } from "../../schema/key.ts";
import { type ConfigOf, object } from "../../schema/object_type.ts";
import { integer, type Type } from "../../schema/value_types.ts";

const COUNT = integer(1, 1_000_000_000);

function quota<const P extends string>(
  property: P,
  byDefault: number,
  type: Type<number>,
  help: string,
): ServedKey<number | undefined, P> & { readonly byDefault: number } {
  const row = optional(
    type,
    `${help} Absent: as the realm says, or ${byDefault}.`,
    { origin: "sluice", property },
  );
  return { ...row, byDefault };
}

/** The quotas of one scope. */
export const QUOTA = object({
  name: "quota",
  help:
    "What sessions may have together. Past a count the request is refused with `sluice.error.limit_reached`, and a login with ABORT of the same reason. Past a rate nothing is lost: the connection is not read until the rate is kept again.",
  keys: {
    max_sessions: quota("sessions", 100_000, COUNT, "Sessions."),
    max_subscriptions: quota(
      "subscriptions",
      10_000_000,
      COUNT,
      "Subscriptions.",
    ),
    max_registrations: quota(
      "registrations",
      10_000_000,
      COUNT,
      "Registrations.",
    ),
    max_pending_calls: quota(
      "pendingCalls",
      10_000_000,
      COUNT,
      "Calls that wait for their result.",
    ),
    max_messages_per_s: quota(
      "messagesPerSecond",
      10_000_000,
      COUNT,
      "Messages received in a second, PINGs included; a second's worth may come at once.",
    ),
    max_bytes_per_s: quota(
      "bytesPerSecond",
      10_000_000_000,
      integer(1024, 1_000_000_000_000),
      "Bytes received in a second; a second's worth may come at once.",
    ),
  },
});

/** How much sessions may have together. */
export type QuotaConfig = {
  readonly [Property in keyof ConfigOf<typeof QUOTA.keys>]-?: number;
};

/** The quotas of all scopes. */
export const QUOTAS = object({
  name: "quotas",
  help:
    "What sessions of a role may have together. In a realm: for each of its roles that does not say otherwise. The limits of a single session are a transport's (`max_subscriptions`, …).",
  keys: {
    role: optional(QUOTA, "All sessions of the role.", { origin: "sluice" }),
    authid: optional(
      QUOTA,
      "The sessions of one authid in the role. Absent: as many as the role. Anonymous sessions have one each, unless the config gives them all the same.",
      { origin: "sluice" },
    ),
    address: optional(
      QUOTA,
      "The sessions from one address in the role. Absent: as many as the role. It is an IPv4 address, or the /64 of an IPv6 one. Does not apply on Unix sockets, where there is none.",
      { origin: "sluice" },
    ),
  },
});

/** What sessions of a role may have together; a scope that is absent has the role's. */
export interface QuotasConfig {
  readonly role: QuotaConfig;
  readonly authid?: QuotaConfig;
  readonly address?: QuotaConfig;
}
