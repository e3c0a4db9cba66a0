/**
 * `wamp.session.…`: who is there (checklist MS-04, MS-05).
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import type { Peer } from "../model.ts";
import { idOf, isAbsent, textListOf } from "./argument_types.ts";
import {
  invalidArgument,
  type MetaError,
  type ProcedureTable,
} from "./meta_procedure.ts";
import type { RealmView } from "./realm_view.ts";

/** What is told about a session (MS-01). */
export function sessionDetails(peer: Peer): Dict {
  const { authid, authrole, authmethod, authprovider } = peer.identity;
  return {
    session: peer.sessionId,
    authid,
    authrole,
    authmethod,
    authprovider,
  };
}

/** The answer where a session is unknown, or none of this realm. */
export function noSuchSession(session: number): MetaError {
  return {
    error: ErrorUri.NO_SUCH_SESSION,
    text: `There is no session ${session} here`,
  };
}

/** The procedures that tell about sessions. */
export function sessionProcedures(realm: RealmView): ProcedureTable {
  return {
    "wamp.session.count": (_caller, { args: [filter] }) => {
      if (isAbsent(filter)) return { args: [realm.peers.size] };
      const sessions = sessionsOf(realm, filter);
      if (sessions === undefined) return badFilter();
      return { args: [sessions.length] };
    },
    "wamp.session.list": (_caller, { args: [filter] }) => {
      const sessions = sessionsOf(realm, filter);
      if (sessions === undefined) return badFilter();
      return { args: [sessions] };
    },
    "wamp.session.get": (_caller, { args }) => {
      const session = idOf(args[0]);
      if (session === undefined) {
        return invalidArgument("The first argument must be a session ID");
      }
      const peer = realm.peers.get(session);
      if (peer === undefined) return noSuchSession(session);
      return { args: [sessionDetails(peer)] };
    },
  };
}

/** The IDs of the sessions that `filter` is for; undefined where it is none. */
function sessionsOf(realm: RealmView, filter: unknown): number[] | undefined {
  if (isAbsent(filter)) return [...realm.peers.keys()];
  const roles = textListOf(filter);
  if (roles === undefined) return undefined;
  const wanted = new Set(roles);
  const sessions: number[] = [];
  for (const { sessionId, identity } of realm.peers.values()) {
    if (wanted.has(identity.authrole)) sessions.push(sessionId);
  }
  return sessions;
}

function badFilter(): MetaError {
  return invalidArgument("The first argument must be a list of authroles");
}
