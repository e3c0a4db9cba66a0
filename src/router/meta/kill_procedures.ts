/**
 * `wamp.session.kill…`: ending other sessions (checklist MS-06 to MS-10).
 */
import { CloseUri, ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import { isValidUri } from "../../wamp/uri.ts";
import type { Peer } from "../model.ts";
import { idOf, keyword, textOf } from "./argument_types.ts";
import { GuardedProcedure } from "./guarded_procedures.ts";
import {
  invalidArgument,
  type MetaError,
  NO_RESULT,
  type ProcedureTable,
} from "./meta_procedure.ts";
import type { RealmView } from "./realm_view.ts";
import { noSuchSession } from "./session_procedures.ts";

/** What a killed session's GOODBYE says. */
interface Farewell {
  readonly reason: string;
  readonly message: string | undefined;
}

/** The procedures that end sessions; never the caller's own. */
export function killProcedures(realm: RealmView): ProcedureTable {
  return {
    [GuardedProcedure.KILL]: (caller, { args, kwargs }) => {
      const session = idOf(args[0]);
      if (session === undefined) {
        return invalidArgument("The first argument must be a session ID");
      }
      const farewell = farewellOf(kwargs);
      if ("error" in farewell) return farewell;
      const peer = realm.peers.get(session);
      if (peer === undefined || peer === caller) return noSuchSession(session);
      kill(realm, [peer], farewell, true);
      return NO_RESULT;
    },
    [GuardedProcedure.KILL_BY_AUTHID]: (caller, { args, kwargs }) => {
      const authid = textOf(args[0]);
      if (authid === undefined) {
        return invalidArgument("The first argument must be an authid");
      }
      const farewell = farewellOf(kwargs);
      if ("error" in farewell) return farewell;
      const peers = othersThan(caller, realm)
        .filter((peer) => peer.identity.authid === authid);
      kill(realm, peers, farewell, true);
      return { args: [peers.map((peer) => peer.sessionId)] };
    },
    [GuardedProcedure.KILL_BY_AUTHROLE]: (caller, { args, kwargs }) => {
      const authrole = textOf(args[0]);
      if (authrole === undefined) {
        return invalidArgument("The first argument must be an authrole");
      }
      const farewell = farewellOf(kwargs);
      if ("error" in farewell) return farewell;
      const peers = othersThan(caller, realm)
        .filter((peer) => peer.identity.authrole === authrole);
      kill(realm, peers, farewell, true);
      return { args: [peers.length] };
    },
    [GuardedProcedure.KILL_ALL]: (caller, { kwargs }) => {
      const farewell = farewellOf(kwargs);
      if ("error" in farewell) return farewell;
      const peers = othersThan(caller, realm);
      kill(realm, peers, farewell, false);
      return { args: [peers.length] };
    },
  };
}

function othersThan(caller: Peer, realm: RealmView): Peer[] {
  return [...realm.peers.values()].filter((peer) => peer !== caller);
}

function kill(
  realm: RealmView,
  peers: readonly Peer[],
  { reason, message }: Farewell,
  tells: boolean,
): void {
  for (const peer of peers) realm.kill(peer, reason, message, tells);
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
