/**
 * `wamp.session.…`: who is there, and ending other sessions (checklist MS-04 to
 * MS-10); and `sluice.authorization.flush`, after which authorizers are asked again.
 */
import { CloseUri, ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import { isValidUri } from "../../wamp/uri.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import type { Peer } from "../model.ts";
import type { Realm } from "../realm.ts";
import {
  idOf,
  isAbsent,
  keyword,
  textListOf,
  textOf,
} from "./argument_types.ts";
import {
  invalidArgument,
  type MetaAnswer,
  type MetaError,
  type MetaTable,
  NO_RESULT,
} from "./meta_procedures.ts";

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

/** The procedures about sessions; those that end some never end the caller's own. */
export function sessionProcedures(realm: Realm): MetaTable {
  return {
    "wamp.session.count": (_caller, { args: [filter] }) => {
      const sessions = sessionsOf(realm, filter);
      return "error" in sessions ? sessions : { args: [sessions.length] };
    },
    "wamp.session.list": (_caller, { args: [filter] }) => {
      const sessions = sessionsOf(realm, filter);
      return "error" in sessions ? sessions : { args: [sessions] };
    },
    "wamp.session.get": (_caller, { args }) => {
      const session = idOf(args[0]);
      if (session === undefined) return badSessionId();
      const peer = realm.peers.get(session);
      if (peer === undefined) return noSuchSession(session);
      const link = peer.outlet.linkDetails?.() ?? {};
      return { args: [{ ...sessionDetails(peer), ...link }] };
    },
    "wamp.session.kill": (caller, values) => {
      const session = idOf(values.args[0]);
      if (session === undefined) return badSessionId();
      const peer = realm.peers.get(session);
      const peers = peer === undefined || peer === caller ? [] : [peer];
      const killed = kill(realm, peers, values);
      if ("error" in killed) return killed;
      return killed.length === 0 ? noSuchSession(session) : NO_RESULT;
    },
    "wamp.session.kill_by_authid": (caller, values) => {
      const authid = textOf(values.args[0]);
      if (authid === undefined) {
        return invalidArgument("The first argument must be an authid");
      }
      const peers = othersThan(caller, realm)
        .filter(({ identity }) => identity.authid === authid);
      const killed = kill(realm, peers, values);
      return "error" in killed ? killed : { args: [killed] };
    },
    "wamp.session.kill_by_authrole": (caller, values) => {
      const authrole = textOf(values.args[0]);
      if (authrole === undefined) {
        return invalidArgument("The first argument must be an authrole");
      }
      const peers = othersThan(caller, realm)
        .filter(({ identity }) => identity.authrole === authrole);
      const killed = kill(realm, peers, values);
      return "error" in killed ? killed : { args: [killed.length] };
    },
    "wamp.session.kill_all": (caller, values) => {
      const killed = kill(realm, othersThan(caller, realm), values, true);
      return "error" in killed ? killed : { args: [killed.length] };
    },
    "sluice.authorization.flush": (_caller, { kwargs }) =>
      flushDecisions(realm, kwargs),
  };
}

function badSessionId(): MetaError {
  return invalidArgument("The first argument must be a session ID");
}

/** The IDs of the sessions that `filter` is for, or why it is none. */
function sessionsOf(realm: Realm, filter: unknown): number[] | MetaError {
  if (isAbsent(filter)) return [...realm.peers.keys()];
  const roles = textListOf(filter);
  if (roles === undefined) {
    return invalidArgument("The first argument must be a list of authroles");
  }
  const wanted = new Set(roles);
  const sessions: number[] = [];
  for (const { sessionId, identity } of realm.peers.values()) {
    if (wanted.has(identity.authrole)) sessions.push(sessionId);
  }
  return sessions;
}

function othersThan(caller: Peer, realm: Realm): Peer[] {
  return [...realm.peers.values()].filter((peer) => peer !== caller);
}

/**
 * Ends sessions.
 *
 * @returns Their IDs, or why the keyword arguments are wrong.
 */
function kill(
  realm: Realm,
  peers: readonly Peer[],
  { kwargs }: PayloadValues,
  silently: boolean = false,
): number[] | MetaError {
  const farewell = farewellOf(kwargs);
  if ("error" in farewell) return farewell;
  for (const peer of peers) {
    realm.kill(peer, farewell.reason, farewell.message, silently);
  }
  return peers.map(({ sessionId }) => sessionId);
}

/** What a killed session's GOODBYE says. */
interface Farewell {
  readonly reason: string;
  readonly message: string | undefined;
}

/** From the keywords `reason` and `message`, or why they are wrong (MS-07). */
function farewellOf(kwargs: Dict): Farewell | MetaError {
  const reason = keyword(kwargs, "reason") ?? CloseUri.KILLED;
  const message = keyword(kwargs, "message");
  if (typeof reason !== "string") {
    return invalidArgument("reason must be a URI");
  }
  if (message !== undefined && typeof message !== "string") {
    return invalidArgument("message must be text");
  }
  if (!isValidUri(reason, "exact", "loose")) {
    const text = `reason must be a URI, not "${reason.slice(0, 200)}"`;
    return { error: ErrorUri.INVALID_URI, text };
  }
  return { reason, message };
}

/**
 * Forgets what authorizers decided, for the sessions that the keywords `session`,
 * `authid` and `role` are about; without any, for all of the realm.
 *
 * @returns How many requests the decisions were about.
 */
function flushDecisions(realm: Realm, kwargs: Dict): MetaAnswer {
  const session = keyword(kwargs, "session");
  const authid = keyword(kwargs, "authid");
  const role = keyword(kwargs, "role");
  if (idOf(session) !== session) {
    return invalidArgument("session must be a session ID");
  }
  if (textOf(authid) !== authid || textOf(role) !== role) {
    return invalidArgument("authid and role must be text");
  }
  let count = 0;
  for (const { sessionId, identity, authorizer } of realm.peers.values()) {
    if (
      (session === undefined || session === sessionId) &&
      (authid === undefined || authid === identity.authid) &&
      (role === undefined || role === identity.authrole)
    ) count += authorizer.forget();
  }
  // What is remembered for several sessions is not one session's.
  if (session !== undefined) return { args: [count] };
  for (const [name, ofRole] of realm.roles) {
    if (role === undefined || role === name) {
      count += ofRole.forget(textOf(authid));
    }
  }
  return { args: [count] };
}
