import { type Refused, refused } from "../auth/login_method.ts";
import type { Realm } from "../router/realm.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import type { Identity } from "../wamp/identity.ts";

/**
 * Why one who has proved to be `identity` cannot join `realm` all the same: its
 * role must exist (AU-06), and so must the role that it asked for (HW-12), though
 * what it gets is what was assigned; and there must be room in its quotas.
 */
export function refuseAdmission(
  realm: Realm,
  identity: Identity,
  askedRole: unknown,
  address: string | undefined,
): Refused | undefined {
  for (const role of [identity.authrole, askedRole]) {
    if (typeof role !== "string" || realm.roles.has(role)) continue;
    return refused(
      ErrorUri.NO_SUCH_ROLE,
      `Realm "${realm.name}" has no role "${role.slice(0, 200)}"`,
    );
  }
  const text = realm.refuseJoin(identity, address);
  return text === undefined ? undefined : refused(ErrorUri.LIMIT_REACHED, text);
}
