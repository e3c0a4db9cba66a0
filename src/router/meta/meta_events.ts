/**
 * The router's own events (checklist §11): what changes in a realm, told to
 * whoever subscribed. Nothing is told about `wamp.…` itself, so that no
 * event can cause another.
 */
import type { Dict } from "../../wamp/options.ts";
import { payloadOf } from "../../wamp/values.ts";
import type { Peer } from "../peer.ts";
import type { EventLoss, RealmObserver } from "../ports.ts";
import type { Registration } from "../registration.ts";
import type { Subscription } from "../subscription.ts";
import { EVENT_LOST, type MetaTopic } from "./meta_topics.ts";
import type { RealmView } from "./realm_view.ts";
import { registrationDetails } from "./registration_procedures.ts";
import { sessionDetails } from "./session_procedures.ts";
import { isShown, subscriptionDetails } from "./subscription_procedures.ts";

/** Publishes the events of one realm. */
export class MetaEvents implements RealmObserver {
  readonly #realm: RealmView;

  constructor(realm: RealmView) {
    this.#realm = realm;
  }

  joined(peer: Peer): void {
    const topic = "wamp.session.on_join";
    if (this.#isAwaited(topic)) this.#publish(topic, [sessionDetails(peer)]);
  }

  left({ sessionId, identity }: Peer): void {
    this.#tell(
      "wamp.session.on_leave",
      sessionId,
      identity.authid,
      identity.authrole,
    );
  }

  subscriptionCreated(peer: Peer, subscription: Subscription): void {
    const topic = "wamp.subscription.on_create";
    if (isShown(subscription) && this.#isAwaited(topic)) {
      this.#publish(topic, [peer.sessionId, subscriptionDetails(subscription)]);
    }
  }

  subscribed(peer: Peer, subscription: Subscription): void {
    this.#tellOfSubscription(
      "wamp.subscription.on_subscribe",
      peer,
      subscription,
    );
  }

  unsubscribed(peer: Peer, subscription: Subscription): void {
    this.#tellOfSubscription(
      "wamp.subscription.on_unsubscribe",
      peer,
      subscription,
    );
  }

  subscriptionDeleted(peer: Peer, subscription: Subscription): void {
    this.#tellOfSubscription("wamp.subscription.on_delete", peer, subscription);
  }

  registrationCreated(peer: Peer, registration: Registration): void {
    const topic = "wamp.registration.on_create";
    if (this.#isAwaited(topic)) {
      const details: Dict = registrationDetails(registration);
      this.#publish(topic, [peer.sessionId, details]);
    }
  }

  registered(peer: Peer, { id }: Registration): void {
    this.#tell("wamp.registration.on_register", peer.sessionId, id);
  }

  unregistered(peer: Peer, { id }: Registration): void {
    this.#tell("wamp.registration.on_unregister", peer.sessionId, id);
  }

  registrationDeleted(peer: Peer, { id }: Registration): void {
    this.#tell("wamp.registration.on_delete", peer.sessionId, id);
  }

  eventLost(subscriber: Peer, { topic, ...loss }: EventLoss): void {
    // Nothing is told of the loss of what tells of losses: it would not end.
    if (topic === EVENT_LOST || !this.#isAwaited(EVENT_LOST)) return;
    const { sessionId, identity: { authid, authrole } } = subscriber;
    const details: Dict = { authid, authrole, topic, ...loss };
    this.#publish(EVENT_LOST, [sessionId, details]);
  }

  #tellOfSubscription(
    topic: MetaTopic,
    peer: Peer,
    subscription: Subscription,
  ): void {
    if (!isShown(subscription)) return;
    this.#tell(topic, peer.sessionId, subscription.id);
  }

  #tell(topic: MetaTopic, ...args: (number | string)[]): void {
    if (this.#isAwaited(topic)) this.#publish(topic, args);
  }

  /** Most realms have nobody who listens: nothing is made for them. */
  #isAwaited(topic: MetaTopic): boolean {
    return this.#realm.broker.hasListeners(topic);
  }

  #publish(topic: MetaTopic, args: readonly unknown[]): void {
    this.#realm.broker.publishOwn(topic, payloadOf(args));
  }
}

/** Told by a realm without meta API: says nothing. */
export const NO_META_EVENTS: RealmObserver = {
  joined() {},
  left() {},
  subscriptionCreated() {},
  subscribed() {},
  unsubscribed() {},
  subscriptionDeleted() {},
  registrationCreated() {},
  registered() {},
  unregistered() {},
  registrationDeleted() {},
  eventLost() {},
};
