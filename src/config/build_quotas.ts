/**
 * Quotas: a role's own, else its realm's, else the default, key by key.
 *
 * @module
 */

import type { QuotaConfig, QuotasConfig } from "./config.ts";
import type { Values } from "../schema/key.ts";
import type { Section } from "../schema/object_type.ts";
import {
  QUOTA_DEFAULTS,
  type QuotaName,
  type QUOTAS,
} from "./table/quota_keys.ts";

/** `quotas` as it was checked. */
export type QuotasSection = Section<Values<typeof QUOTAS.keys>>;

/** What a role's sessions may have, of which `sections` tell, the first before the next. */
export function buildQuotas(
  ...sections: readonly (QuotasSection | undefined)[]
): QuotasConfig {
  function of(scope: keyof QuotasConfig): QuotaConfig | undefined {
    const told = sections.map((section) => section?.values[scope]?.values);
    if (scope !== "role" && !told.some(Boolean)) return undefined;
    const pick = (name: QuotaName): number =>
      told.map((values) => values?.[name]).find((value) =>
        value !== undefined
      ) ?? QUOTA_DEFAULTS[name];
    return {
      sessions: pick("max_sessions"),
      subscriptions: pick("max_subscriptions"),
      registrations: pick("max_registrations"),
      pendingCalls: pick("max_pending_calls"),
      messagesPerSecond: pick("max_messages_per_s"),
      bytesPerSecond: pick("max_bytes_per_s"),
    };
  }
  const [role, authid, address] = [of("role"), of("authid"), of("address")];
  return {
    role: role as QuotaConfig,
    ...(authid !== undefined && { authid }),
    ...(address !== undefined && { address }),
  };
}
