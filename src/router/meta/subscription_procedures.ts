/**
 * `wamp.subscription.…`: what is subscribed to, and by whom (checklist MU,
 * SV-04). Subscriptions to the router's own events are hidden.
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import { isReservedUri } from "../../wamp/uri.ts";
import type { Subscription } from "../model.ts";
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

/** What is told about a subscription. */
export function subscriptionDetails(subscription: Subscription): Dict {
  const { id, created, uri, match } = subscription;
  return { id, created: created.toISOString(), uri, match };
}

/** Whether the meta API tells about `subscription` (MU-05). */
export function isShown(subscription: Subscription): boolean {
  return !isReservedUri(subscription.uri);
}

/** The procedures about subscriptions. */
export function subscriptionProcedures(realm: RealmView): ProcedureTable {
  return {
    "wamp.subscription.list": () => ({
      args: [
        idsByMatch(realm.broker.subscriptions.values().filter(isShown)),
      ],
    }),
    "wamp.subscription.lookup": (_caller, { args }) => {
      const uri = textOf(args[0]);
      const match = matchOf(args[1]);
      if (uri === undefined || match === undefined) {
        return invalidArgument(
          "The arguments must be a topic and a dict with the match policy",
        );
      }
      const found = realm.broker.lookup(uri, match);
      return {
        args: [found !== undefined && isShown(found) ? found.id : null],
      };
    },
    "wamp.subscription.match": (_caller, { args }) => {
      const topic = textOf(args[0]);
      if (topic === undefined) {
        return invalidArgument("The first argument must be a topic");
      }
      const found = realm.broker.match(topic).filter(isShown);
      return { args: [found.length === 0 ? null : found.map(({ id }) => id)] };
    },
    "wamp.subscription.get": about(realm, subscriptionDetails),
    "wamp.subscription.list_subscribers": about(
      realm,
      ({ subscribers }) => [...subscribers].map(({ sessionId }) => sessionId),
    ),
    "wamp.subscription.count_subscribers": about(
      realm,
      ({ subscribers }) => subscribers.size,
    ),
    [GuardedProcedure.REMOVE_SUBSCRIBER]: removeSubscriber(realm),
  };
}

function about(
  realm: RealmView,
  fact: (subscription: Subscription) => unknown,
): MetaProcedure {
  const find = (id: number) => shownSubscription(realm, id);
  return factProcedure("subscription", find, noSuchSubscription, fact);
}

function removeSubscriber(realm: RealmView): MetaProcedure {
  return (_caller, values) => {
    const wanted = revocationOf(values);
    if ("error" in wanted) return wanted;
    const subscription = shownSubscription(realm, wanted.id);
    if (subscription === undefined) return noSuchSubscription(wanted.id);
    const subscriber = realm.peers.get(wanted.session);
    if (subscriber === undefined || !subscription.subscribers.has(subscriber)) {
      return noSuchSession(wanted.session);
    }
    realm.broker.revoke(subscription, subscriber, wanted.reason);
    return NO_RESULT;
  };
}

function shownSubscription(
  realm: RealmView,
  id: number,
): Subscription | undefined {
  const subscription = realm.broker.subscriptions.get(id);
  return subscription !== undefined && isShown(subscription)
    ? subscription
    : undefined;
}

function noSuchSubscription(id: number): MetaError {
  return {
    error: ErrorUri.NO_SUCH_SUBSCRIPTION,
    text: `There is no subscription ${id}`,
  };
}
