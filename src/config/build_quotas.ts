/**
 * Quotas: a role's own, else its realm's, else the default, key by key.
 *
 * @module
 */

import { propertiesOf, type Section } from "../schema/object_type.ts";
import {
  QUOTA,
  type QuotaConfig,
  type QUOTAS,
  type QuotasConfig,
} from "./table/quota_keys.ts";

/** `quotas` as it was checked. */
type QuotasSection = Section<typeof QUOTAS.keys>;

/** What a role's sessions may have, of which `sections` tell, the first before the next. */
export function buildQuotas(
  ...sections: readonly (QuotasSection | undefined)[]
): QuotasConfig {
  function of(scope: keyof QuotasConfig): QuotaConfig | undefined {
    const told = sections.map((section) => section?.values[scope]?.values);
    if (scope !== "role" && !told.some(Boolean)) return undefined;
    return propertiesOf(
      QUOTA.keys,
      (name) =>
        told.map((values) => values?.[name])
          .find((value) => value !== undefined) ??
          QUOTA.keys[name].byDefault,
    ) as QuotaConfig;
  }
  const [role, authid, address] = [of("role"), of("authid"), of("address")];
  return {
    role: role as QuotaConfig,
    ...(authid !== undefined && { authid }),
    ...(address !== undefined && { address }),
  };
}
