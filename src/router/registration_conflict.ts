/**
 * Who may register what is registered already (checklist SH-02, RV-04): beside its
 * callees, where the policy lets several share it; or, with `force_reregister`, in
 * their place.
 */
import type { RegisterOptions } from "../wamp/options.ts";
import type { Peer } from "./peer.ts";
import type { Registration } from "./registration.ts";

/**
 * Why `newcomer`, which may register what `registration` is for, can have no part
 * in it; undefined where it can.
 */
export function describeConflict(
  newcomer: Peer,
  options: RegisterOptions,
  registration: Registration,
): string | undefined {
  const { uri, policy } = registration;
  const taken = `Procedure "${uri}" is already registered`;
  if (options.force_reregister === true) {
    return mayTakeOver(newcomer, registration)
      ? undefined
      : `${taken} by a session of another authid or role, which did not register it with force_reregister itself`;
  }
  const isShared = policy !== "single" &&
    policy === (options.invoke ?? "single");
  return isShared ? undefined : `${taken} with policy ${policy}`;
}

/**
 * Whether `newcomer` may have the registration alone: each callee agreed to that
 * when it registered, or is of the same owner; or the newcomer has a right of its
 * own. To be allowed to register does not suffice: whoever is could put itself in
 * the place of any other callee.
 */
function mayTakeOver(
  newcomer: Peer,
  { uri, match, callees }: Registration,
): boolean {
  return callees.every(({ peer, isReplaceable }) =>
    isReplaceable || isSameOwner(peer, newcomer)
  ) || newcomer.authorizer.allows("force_reregister", uri, match);
}

/**
 * Whether both sessions, of one realm, are of who proved to be the same. Nobody
 * proves anything to join anonymously, also where the config gives all one authid.
 */
function isSameOwner(holder: Peer, newcomer: Peer): boolean {
  if (holder === newcomer) return true;
  const { authid, authrole, authmethod } = holder.identity;
  const other = newcomer.identity;
  return authid === other.authid && authrole === other.authrole &&
    authmethod !== "anonymous" && other.authmethod !== "anonymous";
}
