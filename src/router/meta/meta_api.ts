/**
 * The meta API of a realm: its procedures and events, below `wamp.` (checklist §11).
 * Nothing is told about `wamp.…` itself, so that no event can cause another.
 */
import type { RouterTopic } from "../../wamp/router_uris.ts";
import { payloadOf } from "../../wamp/values.ts";
import type { RealmEvent } from "../observers.ts";
import type { Realm } from "../realm.ts";
import { eventHistoryRight, queryEventHistory } from "./event_history.ts";
import {
  isShown,
  registrationDetails,
  registrationProcedures,
  subscriptionDetails,
  subscriptionProcedures,
} from "./routing_procedures.ts";
import { sessionDetails, sessionProcedures } from "./session_procedures.ts";
import { testamentProcedures, testamentRight } from "./testament_procedures.ts";

/** Has `realm` serve the meta API. */
export function addMetaApi(realm: Realm): void {
  realm.procedures.add({
    ...sessionProcedures(realm),
    ...testamentProcedures(realm),
    ...registrationProcedures(realm),
    ...subscriptionProcedures(realm),
    "wamp.subscription.get_events": (caller, values, payload) =>
      queryEventHistory(caller, values, payload, realm),
  }, {
    "wamp.session.add_testament": testamentRight(realm),
    "wamp.subscription.get_events": eventHistoryRight(realm),
  });
  realm.observers.add((event) => publishMetaEvent(realm, event));
}

const TOPICS: Readonly<Partial<Record<RealmEvent["kind"], RouterTopic>>> = {
  joined: "wamp.session.on_join",
  left: "wamp.session.on_leave",
  subscription_created: "wamp.subscription.on_create",
  subscribed: "wamp.subscription.on_subscribe",
  unsubscribed: "wamp.subscription.on_unsubscribe",
  subscription_deleted: "wamp.subscription.on_delete",
  registration_created: "wamp.registration.on_create",
  registered: "wamp.registration.on_register",
  unregistered: "wamp.registration.on_unregister",
  registration_deleted: "wamp.registration.on_delete",
  event_lost: "sluice.event.on_lost",
  events_dropped: "sluice.event.on_dropped",
};

function publishMetaEvent({ broker }: Realm, event: RealmEvent): void {
  const topic = TOPICS[event.kind];
  // Most realms have nobody who listens: nothing is made for them.
  if (topic === undefined || !broker.hasListeners(topic)) return;
  const args = argumentsOf(event, topic);
  if (args === undefined) return;
  // Others are not told how quickly somebody reads.
  const only = event.kind === "events_dropped" ? event.peer : undefined;
  broker.publishOwn(topic, payloadOf(args), only);
}

/** What the meta event says; undefined: nothing is told. */
function argumentsOf(
  event: RealmEvent,
  topic: RouterTopic,
): readonly unknown[] | undefined {
  const { peer, peer: { sessionId, identity: { authid, authrole } } } = event;
  if ("silently" in event && event.silently === true) return undefined;
  if ("subscription" in event && !isShown(event.subscription)) return undefined;
  switch (event.kind) {
    case "joined":
      return [sessionDetails(peer)];
    case "left":
      return [sessionId, authid, authrole];
    case "subscription_created":
      return [sessionId, subscriptionDetails(event.subscription)];
    case "subscribed":
    case "unsubscribed":
    case "subscription_deleted":
      return [sessionId, event.subscription.id];
    case "registration_created":
      return [sessionId, registrationDetails(event.registration)];
    case "registered":
    case "unregistered":
    case "registration_deleted":
      return [sessionId, event.registration.id];
    case "event_lost": {
      const { topic: lostTopic, ...loss } = event.loss;
      // Nothing is told of the loss of what tells of losses: it would not end.
      if (lostTopic === topic) return undefined;
      return [sessionId, { authid, authrole, topic: lostTopic, ...loss }];
    }
    case "events_dropped":
      return [sessionId, { events: event.count }];
    default:
      return undefined;
  }
}
