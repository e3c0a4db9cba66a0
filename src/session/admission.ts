/**
 * From HELLO to the realm: which login a client gets, and which realm it joins.
 */
import type { Authentication } from "../auth/authentication.ts";
import type { Login } from "../auth/login.ts";
import { type Accepted, type Refused, refused } from "../auth/login_method.ts";
import type { Realm } from "../router/realm.ts";
import type { Router } from "../router/router.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { type Hello, SendOutcome } from "../wamp/message.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import { isValidUri } from "../wamp/uri.ts";
import type { SessionLink } from "./session_outlet.ts";

/** What a login is begun with. */
export interface AdmissionParts {
  readonly router: Router;
  readonly auth: Authentication;
  /** The realms that can be joined here; absent: all of the router. */
  readonly realms?: ReadonlySet<string>;
}

/** The login that `hello` asks for as `session`, or why there is none. */
export function beginLogin(
  { realm, details }: Hello,
  session: number,
  { router, auth, realms }: AdmissionParts,
  link: SessionLink,
): Login | Refused {
  if (realm !== null && !isValidUri(realm, "exact", "loose")) {
    return refused(ErrorUri.INVALID_URI, "The realm is not a valid URI");
  }
  if (realm !== null && !(isOffered(realm, realms) && router.canOpen(realm))) {
    return noSuchRealm(realm);
  }
  const { authmethods, authid, authextra } = details;
  return auth.login({
    authmethods: (authmethods ?? []) as readonly string[],
    realm,
    countedRealm: realm === null || router.isFixed(realm) ? realm : "",
    authid: (authid ?? undefined) as string | undefined,
    authextra: (authextra ?? EMPTY_DICT) as Dict,
    session,
    host: link.remoteHost(),
    transportDetails: () => link.transportDetails(),
  });
}

/** What of HELLO is needed once there is a verdict on its login. */
export function keptOf({ code, realm, details }: Hello): Hello {
  const { authid, authrole } = details;
  return { code, realm, details: { authid, authrole } };
}

/** Clients are not told of realms that only other transports offer. */
function isOffered(
  realm: string,
  realms: ReadonlySet<string> | undefined,
): boolean {
  return realms === undefined || realms.has(realm);
}

/** The refusal of a client to which the next message cannot be sent (FR-18). */
export function unsendable(what: string, outcome: SendOutcome): Refused {
  return outcome === SendOutcome.TOO_LONG
    ? refused(
      ErrorUri.PAYLOAD_SIZE_EXCEEDED,
      `${what} is longer than the client accepts`,
    )
    : refused(
      ErrorUri.AUTHENTICATION_FAILED,
      `${what} would have a value that the client's serializer cannot hold`,
    );
}

/** The refusal of a realm that is not there. */
function noSuchRealm(name: string): Refused {
  return refused(
    ErrorUri.NO_SUCH_REALM,
    `There is no realm "${name.slice(0, 200)}"`,
  );
}

/**
 * The realm for an authenticated client, or why it cannot join. Its role must exist
 * (AU-06). So must the role that it asked for (HW-12), though it gets the one that
 * was assigned. No limit may be reached.
 */
export function openRealm(
  { router, realms }: Pick<AdmissionParts, "router" | "realms">,
  { realm: name, identity }: Accepted,
  { authrole: askedRole }: Dict,
  address: string | undefined,
): Realm | Refused {
  // An authenticator may name any realm.
  const realm = isOffered(name, realms) ? router.open(name) : undefined;
  if (realm === undefined) return noSuchRealm(name);
  if (typeof realm === "string") {
    return refused(ErrorUri.LIMIT_REACHED, realm);
  }
  const lacking = [identity.authrole, askedRole].find((role) =>
    typeof role === "string" && !realm.roles.has(role)
  );
  if (lacking !== undefined) {
    router.release(realm);
    const text = `Realm "${name.slice(0, 200)}" has no role "${
      String(lacking).slice(0, 200)
    }"`;
    const origin = lacking === identity.authrole
      ? "which was assigned to the client"
      : "which HELLO asks for";
    return refused(ErrorUri.NO_SUCH_ROLE, text, {
      detail: `${text}, ${origin}`,
    });
  }
  const refusal = realm.refuseJoin(identity, address);
  if (refusal === undefined) return realm;
  router.release(realm);
  return refused(refusal.reason, refusal.text);
}
