/**
 * The table: what sessions may have together.
 *
 * @module
 */

import { type Key, optional } from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { integer, type Type } from "../../schema/value_types.ts";

/** What is allowed unless the config says otherwise, in each scope. */
export const QUOTA_DEFAULTS = {
  max_sessions: 100_000,
  max_subscriptions: 10_000_000,
  max_registrations: 10_000_000,
  max_pending_calls: 10_000_000,
  max_messages_per_s: 10_000_000,
  max_bytes_per_s: 10_000_000_000,
};

/** The name of a quota. */
export type QuotaName = keyof typeof QUOTA_DEFAULTS;

function quota(
  name: QuotaName,
  type: Type<number>,
  help: string,
): Key<number | undefined> {
  const byDefault = `Absent: as the realm says, or ${QUOTA_DEFAULTS[name]}.`;
  return optional(type, `${help} ${byDefault}`, { origin: "sluice" });
}

const COUNT = integer(1, 1_000_000_000);

/** The quotas of one scope. */
export const QUOTA = object({
  name: "quota",
  help:
    "What sessions may have together. Past a count the request is refused with `sluice.error.limit_reached`, and a login with ABORT of the same reason. Past a rate nothing is lost: the connection is not read until the rate is kept again.",
  keys: {
    max_sessions: quota("max_sessions", COUNT, "Sessions."),
    max_subscriptions: quota("max_subscriptions", COUNT, "Subscriptions."),
    max_registrations: quota("max_registrations", COUNT, "Registrations."),
    max_pending_calls: quota(
      "max_pending_calls",
      COUNT,
      "Calls that wait for their result.",
    ),
    max_messages_per_s: quota(
      "max_messages_per_s",
      COUNT,
      "Messages received in a second, PINGs included; a second's worth may come at once.",
    ),
    max_bytes_per_s: quota(
      "max_bytes_per_s",
      integer(1024, 1_000_000_000_000),
      "Octets received in a second; a second's worth may come at once.",
    ),
  },
});

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
