import { isReservedUri } from "../wamp/router_uris.ts";
import { isValidUri } from "../wamp/uri.ts";
import type { AutoRealmsConfig, RealmConfig, RouterConfig } from "./config.ts";

/** The realms of a config, and how others are created. */
export type RealmsConfig = Pick<RouterConfig, "realms" | "autoRealms">;

/** Longer names are not taken: each is in memory as long as its realm is. */
export const NAME_LENGTH_MAX = 255;

/** Whether a realm of that name can be created when a client asks for it. */
export function canBeCreated(
  name: string,
  { prefix }: Pick<AutoRealmsConfig, "prefix">,
): boolean {
  return name.startsWith(prefix) && name.length <= NAME_LENGTH_MAX &&
    isValidUri(name, "exact", "loose") && !isReservedUri(name);
}

/** Whether any realm can be created whose name begins with `prefix`. */
export function canHaveRealms(prefix: string): boolean {
  return canBeCreated(prefix, { prefix }) ||
    canBeCreated(`${prefix}x`, { prefix });
}

/** The realm of that name, whether it is always there or created on demand. */
export function findRealm(
  { realms, autoRealms }: RealmsConfig,
  name: string,
): RealmConfig | undefined {
  const found = realms.find((realm) => realm.name === name);
  if (found !== undefined || autoRealms === undefined) return found;
  return canBeCreated(name, autoRealms)
    ? { ...autoRealms.template, name }
    : undefined;
}

/** All realms; those created on demand as one, whose name ends in a star. */
export function allRealms(
  { realms, autoRealms }: RealmsConfig,
): readonly RealmConfig[] {
  return autoRealms === undefined ? realms : [...realms, autoRealms.template];
}
