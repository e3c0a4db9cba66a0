import { type Accepted, type Refused, refused } from "../auth/login_method.ts";
import type { Realm } from "../router/realm.ts";
import type { Router } from "../router/router.ts";
import { ErrorUri } from "../wamp/error_uri.ts";

/** The refusal of a realm that is not there. */
export function noSuchRealm(name: string): Refused {
  return refused(
    ErrorUri.NO_SUCH_REALM,
    `There is no realm "${name.slice(0, 200)}"`,
  );
}

/**
 * The realm for one who has proved to be somebody, or why there is none for that
 * one: its role must exist (AU-06), and so must the role that it asked for
 * (HW-12), though what it gets is what was assigned; and there must be room.
 */
export function openRealm(
  router: Router,
  { realm: name, identity }: Accepted,
  askedRole: unknown,
  address: string | undefined,
): Realm | Refused {
  const realm = router.open(name);
  if (realm === undefined) return noSuchRealm(name);
  if (typeof realm === "string") return refused(ErrorUri.LIMIT_REACHED, realm);
  const lacking = [identity.authrole, askedRole].find((role) =>
    typeof role === "string" && !realm.roles.has(role)
  );
  if (lacking !== undefined) {
    router.release(realm);
    return refused(
      ErrorUri.NO_SUCH_ROLE,
      `Realm "${name.slice(0, 200)}" has no role "${
        String(lacking).slice(0, 200)
      }"`,
    );
  }
  const text = realm.refuseJoin(identity, address);
  if (text === undefined) return realm;
  router.release(realm);
  return refused(ErrorUri.LIMIT_REACHED, text);
}
