/**
 * `wamp.session.…`: who is there, and ending other sessions (checklist MS-04 to
 * MS-10); and `sluice.authorization.flush`, after which authorizers are asked again.
 */
import { TextSet } from "../../base/text_key.ts";
import { CloseUri, ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import { isValidUri } from "../../wamp/uri.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import type { LongWork } from "../long_work.ts";
import type { Peer } from "../model.ts";
import type { Realm } from "../realm.ts";
import { forEach } from "./long_answer.ts";
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

/** How it keeps up with what it is sent; only told to who asks for it. */
function loadOf({ outlet: { load } }: Peer): Dict {
  if (load === undefined) return {};
  return {
    outbox: {
      waiting_bytes: load.waitingBytes,
      most_waiting_bytes: load.mostWaitingBytes,
      events_dropped: load.eventsDropped,
      times_held: load.timesHeld,
    },
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
    "wamp.session.count": (_caller, { args: [filter] }) =>
      isAbsent(filter)
        ? { args: [realm.peers.size] }
        : sessionsOf(realm, filter, (sessions) => sessions.length),
    "wamp.session.list": (_caller, { args: [filter] }) =>
      sessionsOf(realm, filter, (sessions) => sessions),
    "wamp.session.get": (_caller, { args }) => {
      const session = idOf(args[0]);
      if (session === undefined) return badSessionId();
      const peer = realm.peers.get(session);
      if (peer === undefined) return noSuchSession(session);
      const link = peer.outlet.linkDetails?.() ?? {};
      return { args: [{ ...sessionDetails(peer), ...loadOf(peer), ...link }] };
    },
    "wamp.session.kill": (caller, values) => {
      const session = idOf(values.args[0]);
      if (session === undefined) return badSessionId();
      const peer = realm.peers.get(session);
      return peer === undefined || peer === caller
        ? farewellError(values) ?? noSuchSession(session)
        : kill(realm, [peer], values, () => NO_RESULT);
    },
    "wamp.session.kill_by_authid": (caller, values) => {
      const authid = textOf(values.args[0]);
      if (authid === undefined) {
        return invalidArgument("The first argument must be an authid");
      }
      const peers = othersThan(caller, realm)
        .filter(({ identity }) => identity.authid === authid);
      return kill(realm, peers, values, (killed) => ({ args: [killed] }));
    },
    "wamp.session.kill_by_authrole": (caller, values) => {
      const authrole = textOf(values.args[0]);
      if (authrole === undefined) {
        return invalidArgument("The first argument must be an authrole");
      }
      const peers = othersThan(caller, realm)
        .filter(({ identity }) => identity.authrole === authrole);
      return kill(realm, peers, values, countOf);
    },
    "wamp.session.kill_all": (caller, values) =>
      kill(realm, othersThan(caller, realm), values, countOf, true),
    "sluice.authorization.flush": (_caller, { kwargs }) =>
      flushDecisions(realm, kwargs),
  };
}

function badSessionId(): MetaError {
  return invalidArgument("The first argument must be a session ID");
}

/** What `answer` makes of the IDs of the sessions that `filter` is for. */
function* sessionsOf(
  realm: Realm,
  filter: unknown,
  answer: (sessions: readonly number[]) => unknown,
): LongWork<MetaAnswer> {
  const roles = isAbsent(filter) ? [] : textListOf(filter);
  if (roles === undefined) {
    return invalidArgument("The first argument must be a list of authroles");
  }
  const wanted = new TextSet(roles);
  const sessions: number[] = [];
  yield* forEach(realm.peers.values(), ({ sessionId, identity }) => {
    if (isAbsent(filter) || wanted.has(identity.authrole)) {
      sessions.push(sessionId);
    }
  });
  return { args: [answer(sessions)] };
}

function countOf(killed: readonly number[]): MetaAnswer {
  return { args: [killed.length] };
}

function othersThan(caller: Peer, realm: Realm): Peer[] {
  return [...realm.peers.values()].filter((peer) => peer !== caller);
}

/** To end a session takes about as long as to send so many messages. */
const KILL_MESSAGES = 8;

/** Ends sessions; what `answer` makes of their IDs, or why the keywords are wrong. */
function* kill(
  realm: Realm,
  peers: readonly Peer[],
  { kwargs }: PayloadValues,
  answer: (killed: number[]) => MetaAnswer,
  silently: boolean = false,
): LongWork<MetaAnswer> {
  const farewell = farewellOf(kwargs);
  if ("error" in farewell) return farewell;
  const killed: number[] = [];
  for (const peer of peers) {
    if (peer.hasLeft) continue;
    realm.kill(peer, farewell.reason, farewell.message, silently);
    killed.push(peer.sessionId);
    yield KILL_MESSAGES;
  }
  return answer(killed);
}

function farewellError({ kwargs }: PayloadValues): MetaError | undefined {
  const farewell = farewellOf(kwargs);
  return "error" in farewell ? farewell : undefined;
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
function* flushDecisions(realm: Realm, kwargs: Dict): LongWork<MetaAnswer> {
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
  yield* forEach(
    realm.peers.values(),
    ({ sessionId, identity, authorizer }) => {
      if (
        (session === undefined || session === sessionId) &&
        (authid === undefined || authid === identity.authid) &&
        (role === undefined || role === identity.authrole)
      ) count += authorizer.forget();
    },
  );
  // What is remembered for several sessions is not one session's.
  if (session !== undefined) return { args: [count] };
  for (const [name, ofRole] of realm.roles) {
    if (role === undefined || role === name) {
      count += ofRole.forget(textOf(authid));
    }
  }
  return { args: [count] };
}
