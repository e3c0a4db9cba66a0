/**
 * `wamp.registration.…`: what is registered, and by whom (checklist MR, RV-04).
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import type { Registration } from "../model.ts";
import { matchOf, textOf } from "./argument_types.ts";
import { GuardedProcedure } from "./guarded_procedures.ts";
import { idsByMatch } from "./ids_by_match.ts";
import {
  factProcedure,
  invalidArgument,
  type MetaError,
  type MetaProcedure,
  NO_RESULT,
  type ProcedureTable,
} from "./meta_procedure.ts";
import type { RealmView } from "./realm_view.ts";
import { revocationOf } from "./revocation.ts";
import { noSuchSession } from "./session_procedures.ts";

/** What is told about a registration. */
export function registrationDetails(registration: Registration): Dict {
  const { id, created, uri, match, policy } = registration;
  return { id, created: created.toISOString(), uri, match, invoke: policy };
}

/** The procedures about registrations. */
export function registrationProcedures(realm: RealmView): ProcedureTable {
  return {
    "wamp.registration.list": () => ({
      args: [idsByMatch(realm.dealer.registrations.values())],
    }),
    "wamp.registration.lookup": (_caller, { args }) => {
      const uri = textOf(args[0]);
      const match = matchOf(args[1]);
      if (uri === undefined || match === undefined) {
        return invalidArgument(
          "The arguments must be a procedure and a dict with the match policy",
        );
      }
      return { args: [realm.dealer.lookup(uri, match)?.id ?? null] };
    },
    "wamp.registration.match": (_caller, { args }) => {
      const uri = textOf(args[0]);
      if (uri === undefined) {
        return invalidArgument("The first argument must be a procedure");
      }
      return { args: [realm.dealer.match(uri)?.id ?? null] };
    },
    "wamp.registration.get": about(realm, registrationDetails),
    "wamp.registration.list_callees": about(
      realm,
      ({ callees }) => callees.map(({ peer }) => peer.sessionId),
    ),
    "wamp.registration.count_callees": about(
      realm,
      ({ callees }) => callees.length,
    ),
    [GuardedProcedure.REMOVE_CALLEE]: removeCallee(realm),
  };
}

function about(
  realm: RealmView,
  fact: (registration: Registration) => unknown,
): MetaProcedure {
  const find = (id: number) => realm.dealer.registrations.get(id);
  return factProcedure("registration", find, noSuchRegistration, fact);
}

function removeCallee(realm: RealmView): MetaProcedure {
  return (_caller, values) => {
    const wanted = revocationOf(values);
    if ("error" in wanted) return wanted;
    const registration = realm.dealer.registrations.get(wanted.id);
    if (registration === undefined) return noSuchRegistration(wanted.id);
    const callee = realm.peers.get(wanted.session);
    if (callee === undefined || !callee.registrations.has(wanted.id)) {
      return noSuchSession(wanted.session);
    }
    realm.dealer.revoke(registration, callee, wanted.reason);
    return NO_RESULT;
  };
}

function noSuchRegistration(id: number): MetaError {
  return {
    error: ErrorUri.NO_SUCH_REGISTRATION,
    text: `There is no registration ${id}`,
  };
}
