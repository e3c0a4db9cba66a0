/**
 * `sluice.authorization.flush`: decisions of authorizers are forgotten, and the
 * authorizers are asked again.
 */
import type { Peer } from "../peer.ts";
import { idOf, keyword, textOf } from "./argument_types.ts";
import { GuardedProcedure } from "./guarded_procedures.ts";
import {
  invalidArgument,
  type MetaError,
  type ProcedureTable,
} from "./meta_procedure.ts";
import type { RealmView } from "./realm_view.ts";
import type { Dict } from "../../wamp/options.ts";

/** Whose decisions are forgotten; what is undefined does not matter. */
interface Concerned {
  readonly session: number | undefined;
  readonly authid: string | undefined;
  readonly role: string | undefined;
}

/**
 * The procedure about authorization: with the keywords `session`, `authid` and
 * `role`, of which any may be left out, it forgets what is remembered for those
 * sessions; without any, all of the realm. It returns how many requests that was
 * about.
 */
export function authorizationProcedures(realm: RealmView): ProcedureTable {
  return {
    [GuardedProcedure.FLUSH_AUTHORIZATION]: (_caller, { kwargs }) => {
      const concerned = concernedOf(kwargs);
      if ("error" in concerned) return concerned;
      return { args: [forget(realm, concerned)] };
    },
  };
}

function forget(realm: RealmView, concerned: Concerned): number {
  let count = 0;
  for (const peer of realm.peers.values()) {
    if (isConcerned(peer, concerned)) count += peer.authorizer.forget();
  }
  // What is remembered for several sessions is not one session's.
  if (concerned.session !== undefined) return count;
  for (const [name, role] of realm.roles) {
    if (concerned.role !== undefined && concerned.role !== name) continue;
    count += role.forget(concerned.authid);
  }
  return count;
}

function isConcerned(
  { sessionId, identity }: Peer,
  { session, authid, role }: Concerned,
): boolean {
  return (session === undefined || session === sessionId) &&
    (authid === undefined || authid === identity.authid) &&
    (role === undefined || role === identity.authrole);
}

function concernedOf(kwargs: Dict): Concerned | MetaError {
  const session = keyword(kwargs, "session");
  const authid = keyword(kwargs, "authid");
  const role = keyword(kwargs, "role");
  const concerned = {
    session: idOf(session),
    authid: textOf(authid),
    role: textOf(role),
  };
  if (concerned.session !== session) {
    return invalidArgument("session must be a session ID");
  }
  if (concerned.authid !== authid || concerned.role !== role) {
    return invalidArgument("authid and role must be text");
  }
  return concerned;
}
