/**
 * Publish & Subscribe of one realm (checklist §8).
 */
import type { Clock } from "../base/timers.ts";
import { ErrorUri, ProtocolError } from "../wamp/error_uri.ts";
import { ClientFeature } from "../wamp/features.ts";
import type { RandomIds } from "../wamp/id.ts";
import {
  type ErrorMessage,
  invalidUriError,
  type Publish,
  requestError,
  type Subscribe,
  type Unsubscribe,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import {
  EMPTY_DICT,
  isPassthru,
  type PublishOptions,
  type SubscribeOptions,
} from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import { isRouterUri, isValidUri, type UriCheck } from "../wamp/uri.ts";
import type { EventDelivery } from "./event_delivery.ts";
import type { HistoryKey } from "./event_store.ts";
import type { Gate } from "./gate.ts";
import { PatternIndex } from "./pattern_index.ts";
import type { Peer } from "./peer.ts";
import type { RealmObserver } from "./ports.ts";
import { CurrentPublication, type Publication } from "./publication.ts";
import type { Subscription } from "./subscription.ts";

/** What a broker is made of. */
export interface BrokerOptions {
  readonly uriCheck: UriCheck;
  /** Whether publishers may ask for disclosure (PI-02). */
  readonly allowsDisclosure: boolean;
  readonly gate: Gate;
  readonly publicationIds: RandomIds;
  readonly clock: Clock;
  readonly observer: RealmObserver;
  readonly delivery: EventDelivery;
  /** Subscriptions that are there from the start (EH-02). */
  readonly histories: readonly HistoryKey[];
}

/** The subscriptions of a realm, and the way of publications to them. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #subscriptions = new PatternIndex<Subscription>();
  readonly #byId = new Map<number, Subscription>();
  readonly #current = new CurrentPublication();
  #lastSubscriptionId = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
    for (const history of options.histories) {
      this.#create(history.uri, history.match, history);
    }
  }

  /** All subscriptions, by ID. */
  get subscriptions(): ReadonlyMap<number, Subscription> {
    return this.#byId;
  }

  /** How many subscriptions have subscribers; those with a history may have none. */
  get subscribedCount(): number {
    let count = 0;
    for (const { subscribers } of this.#byId.values()) {
      if (subscribers.size > 0) count++;
    }
    return count;
  }

  /** The subscription to exactly that text and policy (MU-03). */
  lookup(
    uri: string,
    match: Subscription["match"],
  ): Subscription | undefined {
    return this.#subscriptions.get(uri, match);
  }

  /** All subscriptions that an event of `topic` goes to (MU-03). */
  match(topic: string): Subscription[] {
    const exact = this.#subscriptions.exact(topic);
    const found = exact === undefined ? [] : [exact];
    this.#subscriptions.collectPatterns(topic, found);
    return found;
  }

  /**
   * PUBLISH: an answer only where one was asked for (PS-06, PS-07).
   *
   * @throws {ProtocolError} On payload passthru mode that was not announced (PP-01).
   */
  publish(publisher: Peer, message: Publish): void {
    const { request } = message;
    const options = message.options as PublishOptions;
    const refusal = this.refusePublish(publisher, message);
    if (refusal !== undefined) {
      if (options.acknowledge === true) publisher.outlet.send(refusal);
      return;
    }
    const { delivery, publicationIds } = this.#options;
    const id = publicationIds.next();
    const publication = this.#current.fill(publisher, id, message);
    if (options._clear_retained === true) delivery.clearRetained(publication);
    else if (options.retain === true) delivery.retain(publication);
    this.route(publication);
    this.#current.clear();
    if (options.acknowledge === true) {
      publisher.outlet.send({
        code: MessageCode.PUBLISHED,
        request,
        publication: id,
      });
    }
  }

  /**
   * Why `publisher` may not send `message`; undefined where it may.
   *
   * @throws {ProtocolError} On payload passthru mode that was not announced (PP-01).
   */
  refusePublish(publisher: Peer, message: Publish): ErrorMessage | undefined {
    const { topic, request, options } = message;
    if (
      options !== EMPTY_DICT && isPassthru(options) &&
      !publisher.announced(ClientFeature.PUBLISHER_PASSTHRU)
    ) {
      throw new ProtocolError(
        "PUBLISH in payload passthru mode, which the publisher did not announce",
      );
    }
    if (
      !isValidUri(topic, "exact", this.#options.uriCheck) ||
      isRouterUri(topic)
    ) return invalidUriError(MessageCode.PUBLISH, request, topic);
    const { gate } = this.#options;
    const refusal = gate.refuse(publisher, "publish", topic, "exact", request);
    if (refusal !== undefined) return refusal;
    if (
      (options as PublishOptions).disclose_me === true &&
      !this.#options.allowsDisclosure
    ) {
      return requestError(
        MessageCode.PUBLISH,
        request,
        ErrorUri.DISCLOSE_ME_DISALLOWED,
        "The realm does not allow disclosure of identities on request",
      );
    }
    return undefined;
  }

  /** Brings an accepted publication to its subscribers. */
  route(publication: Publication): void {
    const { delivery } = this.#options;
    const exact = this.#subscriptions.exact(publication.topic);
    if (exact !== undefined) {
      delivery.deliver(exact, publication, publication.details);
    }
    if (!this.#subscriptions.hasPatterns) return;
    const found: Subscription[] = [];
    this.#subscriptions.collectPatterns(publication.topic, found);
    if (found.length === 0) return;
    // A pattern's subscriber cannot know the topic otherwise (PM-06).
    const details = { ...publication.details, topic: publication.topic };
    for (const subscription of found) {
      delivery.deliver(subscription, publication, details);
    }
  }

  /** Whether anyone would get an event of `topic`, or a history keep it. */
  hasListeners(topic: string): boolean {
    // Without subscribers a subscription is there for its history only.
    if (this.#subscriptions.exact(topic) !== undefined) return true;
    return this.#subscriptions.hasPatterns && this.match(topic).length > 0;
  }

  /** An event of the router's own, on a topic that no client can publish to (AZ-12). */
  publishOwn(topic: string, payload: Payload): void {
    this.route({
      id: this.#options.publicationIds.next(),
      topic,
      details: EMPTY_DICT,
      payload,
      excluded: undefined,
      lists: undefined,
      audience: undefined,
    });
  }

  /** SUBSCRIBE: SUBSCRIBED or ERROR (PS-01). */
  subscribe(subscriber: Peer, message: Subscribe): void {
    const { topic, request } = message;
    const options = message.options as SubscribeOptions;
    const match = options.match ?? "exact";
    const known = this.#subscriptions.get(topic, match);
    const refusal = this.#refuseSubscribe(subscriber, message, match, known);
    if (refusal !== undefined) {
      subscriber.outlet.send(refusal);
      return;
    }
    const subscription = known ?? this.#create(topic, match, undefined);
    const isNewSubscriber = !subscription.subscribers.has(subscriber);
    subscription.subscribers.add(subscriber);
    subscriber.subscriptions.set(subscription.id, subscription);
    if (isNewSubscriber) subscriber.quota.add("subscriptions", 1);
    subscriber.outlet.send({
      code: MessageCode.SUBSCRIBED,
      request,
      subscription: subscription.id,
    });
    if (options.get_retained === true) {
      this.#options.delivery.deliverRetained(subscription, subscriber);
    }
    if (!isNewSubscriber) return;
    const { observer } = this.#options;
    if (known === undefined) {
      observer.subscriptionCreated(subscriber, subscription);
    }
    observer.subscribed(subscriber, subscription);
  }

  /** UNSUBSCRIBE of an own subscription, else ERROR (PS-04, PS-05). */
  unsubscribe(subscriber: Peer, message: Unsubscribe): void {
    const { request } = message;
    const subscription = subscriber.subscriptions.get(message.subscription);
    if (subscription === undefined) {
      subscriber.outlet.send(requestError(
        MessageCode.UNSUBSCRIBE,
        request,
        ErrorUri.NO_SUCH_SUBSCRIPTION,
        `The session has no subscription ${message.subscription}`,
      ));
      return;
    }
    subscriber.outlet.send({
      code: MessageCode.UNSUBSCRIBED,
      request,
      details: undefined,
    });
    this.#removeSubscriber(subscription, subscriber, true);
  }

  /** Takes `subscriber` out without its asking (SV-01, SV-02). */
  revoke(
    subscription: Subscription,
    subscriber: Peer,
    reason: string | undefined,
  ): void {
    if (subscriber.announced(ClientFeature.SUBSCRIBER_REVOCATION)) {
      subscriber.outlet.send({
        code: MessageCode.UNSUBSCRIBED,
        request: 0,
        details: { subscription: subscription.id, reason },
      });
    }
    this.#removeSubscriber(subscription, subscriber, true);
  }

  /**
   * Forgets all that `peer`, whose session has ended, subscribed to (SL-05).
   *
   * @param tells Whether the meta API's events are sent (MS-09).
   */
  leave(peer: Peer, tells: boolean): void {
    const subscriptions = [...peer.subscriptions.values()];
    // First, so that none of the events about its leaving goes to itself.
    for (const { subscribers } of subscriptions) subscribers.delete(peer);
    for (const subscription of subscriptions) {
      this.#removeSubscriber(subscription, peer, tells);
    }
  }

  #refuseSubscribe(
    subscriber: Peer,
    message: Subscribe,
    match: Subscription["match"],
    known: Subscription | undefined,
  ): ErrorMessage | undefined {
    const { topic, request } = message;
    if (!isValidUri(topic, match, this.#options.uriCheck)) {
      return invalidUriError(MessageCode.SUBSCRIBE, request, topic);
    }
    const { gate } = this.#options;
    const refusal = gate.refuse(subscriber, "subscribe", topic, match, request);
    if (refusal !== undefined) return refusal;
    if (known?.subscribers.has(subscriber)) return undefined;
    return gate.refuseMore(subscriber, "subscriptions", "subscribe", request);
  }

  #create(
    uri: string,
    match: Subscription["match"],
    history: HistoryKey | undefined,
  ): Subscription {
    const subscription = {
      id: ++this.#lastSubscriptionId,
      uri,
      match,
      created: this.#options.clock.now(),
      subscribers: new Set<Peer>(),
      history,
    };
    this.#subscriptions.add(subscription);
    this.#byId.set(subscription.id, subscription);
    return subscription;
  }

  #removeSubscriber(
    subscription: Subscription,
    subscriber: Peer,
    tells: boolean,
  ): void {
    subscription.subscribers.delete(subscriber);
    subscriber.subscriptions.delete(subscription.id);
    subscriber.quota.add("subscriptions", -1);
    const isGone = subscription.subscribers.size === 0 &&
      subscription.history === undefined;
    if (isGone) {
      this.#subscriptions.remove(subscription);
      this.#byId.delete(subscription.id);
    }
    if (!tells) return;
    const { observer } = this.#options;
    observer.unsubscribed(subscriber, subscription);
    if (isGone) observer.subscriptionDeleted(subscriber, subscription);
  }
}
