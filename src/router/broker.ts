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
import { uriFault } from "../wamp/router_uris.ts";
import type { UriCheck } from "../wamp/uri.ts";
import type { AccessControl } from "./access_control.ts";
import type { EventDelivery } from "./event_delivery.ts";
import type { HistoryKey } from "./event_store.ts";
import type { Peer, Subscription } from "./model.ts";
import type { Confirmer, RealmObservers } from "./observers.ts";
import { PatternIndex } from "./pattern_index.ts";
import { ShapeBounds } from "./pattern_shapes.ts";
import { CurrentPublication, type Publication } from "./publication.ts";

/** What a broker is made of. */
export interface BrokerOptions {
  readonly uriCheck: UriCheck;
  /** Whether publishers may ask for disclosure (PI-02). */
  readonly allowsDisclosure: boolean;
  readonly access: AccessControl;
  readonly publicationIds: RandomIds;
  readonly clock: Clock;
  readonly observers: RealmObservers;
  /** Undefined: SUBSCRIBE is confirmed at once. */
  readonly confirmer: Confirmer | undefined;
  readonly delivery: EventDelivery;
  /** Subscriptions that are there from the start (EH-02). */
  readonly histories: readonly HistoryKey[];
}

/** The subscriptions of a realm, and the way of publications to them. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #subscriptions = new PatternIndex<Subscription>();
  readonly #byId = new Map<number, Subscription>();
  readonly #shapes = new ShapeBounds();
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
    const { access, uriCheck } = this.#options;
    if (uriFault("publish", topic, "exact", uriCheck) !== undefined) {
      return invalidUriError(MessageCode.PUBLISH, request, topic);
    }
    const refusal = access.refuse(
      publisher,
      "publish",
      topic,
      "exact",
      request,
    );
    if (refusal !== undefined) return refusal;
    if (
      (options as PublishOptions).disclose_me === true &&
      !this.#options.allowsDisclosure
    ) {
      return requestError(
        MessageCode.PUBLISH,
        request,
        ErrorUri.DISCLOSE_ME_DISALLOWED,
        "The realm does not allow clients to ask for disclosure (allow_disclose)",
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
    const refusal = this.#denySubscribe(subscriber, message) ??
      this.#options.confirmer?.(subscriber, message);
    subscriber.inTurn(
      refusal,
      (refusal) => this.#subscribe(subscriber, message, refusal),
    );
  }

  /** @param denial The answer where it is not allowed. */
  #subscribe(
    subscriber: Peer,
    message: Subscribe,
    denial: ErrorMessage | undefined,
  ): void {
    const { topic, request } = message;
    const options = message.options as SubscribeOptions;
    const match = options.match ?? "exact";
    const known = this.#subscriptions.get(topic, match);
    const refusal = denial ?? this.#refuseMore(subscriber, message, known);
    if (refusal !== undefined) {
      subscriber.outlet.send(refusal);
      return;
    }
    const subscription = known ?? this.#create(topic, match, undefined);
    const isNewSubscriber = !subscription.subscribers.has(subscriber);
    subscription.subscribers.add(subscriber);
    subscriber.subscriptions.set(subscription.id, subscription);
    if (isNewSubscriber) {
      subscriber.quota.add("subscriptions", 1);
      this.#shapes.add(subscriber, subscription);
    }
    subscriber.outlet.send({
      code: MessageCode.SUBSCRIBED,
      request,
      subscription: subscription.id,
    });
    if (options.get_retained === true) {
      this.#options.delivery.deliverRetained(subscription, subscriber);
    }
    if (!isNewSubscriber) return;
    const { observers } = this.#options;
    const event = { peer: subscriber, subscription };
    if (known === undefined) {
      observers.tell({ kind: "subscription_created", ...event });
    }
    observers.tell({ kind: "subscribed", ...event });
  }

  /** UNSUBSCRIBE of an own subscription, else ERROR (PS-04, PS-05). */
  unsubscribe(subscriber: Peer, message: Unsubscribe): void {
    subscriber.inTurn(
      undefined,
      () => this.#unsubscribe(subscriber, message),
    );
  }

  #unsubscribe(subscriber: Peer, message: Unsubscribe): void {
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
    this.#removeSubscriber(subscription, subscriber, false);
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
    this.#removeSubscriber(subscription, subscriber, false);
  }

  /**
   * Forgets all that `peer`, whose session has ended, subscribed to (SL-05).
   *
   * @param silently Without events of the meta API (MS-09).
   */
  leave(peer: Peer, silently: boolean): void {
    const subscriptions = [...peer.subscriptions.values()];
    // First, so that none of the events about its leaving goes to itself.
    for (const { subscribers } of subscriptions) subscribers.delete(peer);
    for (const subscription of subscriptions) {
      this.#removeSubscriber(subscription, peer, silently);
    }
  }

  /** What comes before any look at what there is (AZ-05). */
  #denySubscribe(
    subscriber: Peer,
    { topic, request, options }: Subscribe,
  ): ErrorMessage | undefined {
    const { access, uriCheck } = this.#options;
    const match = (options as SubscribeOptions).match ?? "exact";
    return uriFault("subscribe", topic, match, uriCheck) !== undefined
      ? invalidUriError(MessageCode.SUBSCRIBE, request, topic)
      : access.refuse(subscriber, "subscribe", topic, match, request);
  }

  #refuseMore(
    subscriber: Peer,
    { topic, request, options }: Subscribe,
    known: Subscription | undefined,
  ): ErrorMessage | undefined {
    if (known?.subscribers.has(subscriber)) return undefined;
    const { access } = this.#options;
    const match = (options as SubscribeOptions).match ?? "exact";
    const pattern = { uri: topic, match };
    return access.refuseMore(
      subscriber,
      "subscriptions",
      "subscribe",
      request,
    ) ?? access.refusePattern(
      subscriber,
      this.#shapes.refusal(subscriber, pattern),
      "subscribe",
      request,
    );
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
    peer: Peer,
    silently: boolean,
  ): void {
    subscription.subscribers.delete(peer);
    peer.subscriptions.delete(subscription.id);
    peer.quota.add("subscriptions", -1);
    this.#shapes.remove(peer, subscription);
    const isGone = subscription.subscribers.size === 0 &&
      subscription.history === undefined;
    if (isGone) {
      this.#subscriptions.remove(subscription);
      this.#byId.delete(subscription.id);
    }
    const { observers } = this.#options;
    const event = { peer, subscription, silently };
    observers.tell({ kind: "unsubscribed", ...event });
    if (isGone) observers.tell({ kind: "subscription_deleted", ...event });
  }
}
