/** Procedures that end what other sessions have, or make the router forget. */
export const GuardedProcedure = {
  KILL: "wamp.session.kill",
  KILL_BY_AUTHID: "wamp.session.kill_by_authid",
  KILL_BY_AUTHROLE: "wamp.session.kill_by_authrole",
  KILL_ALL: "wamp.session.kill_all",
  REMOVE_CALLEE: "wamp.registration.remove_callee",
  REMOVE_SUBSCRIBER: "wamp.subscription.remove_subscriber",
  FLUSH_AUTHORIZATION: "sluice.authorization.flush",
} as const;

const GUARDED: ReadonlySet<string> = new Set(Object.values(GuardedProcedure));

/**
 * Whether calling `procedure` must be granted by name: a permission for
 * everything, as many configs have it for trusted roles, does not count (AZ-11).
 */
export function isGuardedProcedure(procedure: string): boolean {
  return GUARDED.has(procedure);
}
