/**
 * Publish & Subscribe of one realm (checklist §8).
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import { checkAnnounced } from "../wamp/features.ts";
import type { RandomIds } from "../wamp/id.ts";
import {
  type Event,
  invalidUriError,
  notAuthorizedError,
  type Publish,
  requestError,
  type Subscribe,
  type Unsubscribe,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import {
  type Dict,
  EMPTY_DICT,
  type PublishOptions,
  type SubscribeOptions,
} from "../wamp/options.ts";
import { SendOutcome } from "../wamp/send_outcome.ts";
import { isReservedUri, isValidUri, type UriCheck } from "../wamp/uri.ts";
import { PatternIndex } from "./pattern_index.ts";
import type { Peer } from "./peer.ts";
import type { Counters } from "./ports.ts";
import type { Subscription } from "./subscription.ts";

/** What a broker is made of. */
export interface BrokerOptions {
  readonly uriCheck: UriCheck;
  readonly publicationIds: RandomIds;
  readonly counters: Counters;
}

/** The subscriptions of a realm, and the way of publications to them. */
export class Broker {
  readonly #uriCheck: UriCheck;
  readonly #publicationIds: RandomIds;
  readonly #counters: Counters;
  readonly #subscriptions = new PatternIndex<Subscription>();
  #lastSubscriptionId = 0;

  constructor(options: BrokerOptions) {
    this.#uriCheck = options.uriCheck;
    this.#publicationIds = options.publicationIds;
    this.#counters = options.counters;
  }

  /** How many subscriptions there are. */
  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  /**
   * PUBLISH: an answer only where one was asked for (PS-06, PS-07).
   *
   * @throws {ProtocolError} Where it needs a feature that is not announced.
   */
  publish(publisher: Peer, message: Publish): void {
    checkAnnounced(message.options, "PUBLISH");
    const { topic, request } = message;
    const options = message.options as PublishOptions;
    if (
      !isValidUri(topic, "exact", this.#uriCheck) || isReservedUri(topic)
    ) {
      if (options.acknowledge === true) {
        publisher.outlet.send(
          invalidUriError(MessageCode.PUBLISH, request, topic),
        );
      }
      return;
    }
    if (!publisher.authorizer.allows("publish", topic, "exact")) {
      if (options.acknowledge === true) {
        publisher.outlet.send(
          notAuthorizedError(MessageCode.PUBLISH, request, topic),
        );
      }
      return;
    }
    const publication = this.#publicationIds.next();
    const excluded = options.exclude_me === false ? undefined : publisher;
    const exact = this.#subscriptions.exact(topic);
    if (exact !== undefined) {
      this.#deliver(exact, publication, EMPTY_DICT, message, excluded);
    }
    if (this.#subscriptions.hasPatterns) {
      this.#deliverToPatterns(publication, message, excluded);
    }
    if (options.acknowledge === true) {
      publisher.outlet.send({
        code: MessageCode.PUBLISHED,
        request,
        publication,
      });
    }
  }

  /** SUBSCRIBE: SUBSCRIBED or ERROR (PS-01). */
  subscribe(subscriber: Peer, message: Subscribe): void {
    const { topic, request } = message;
    const match = (message.options as SubscribeOptions).match ?? "exact";
    if (!isValidUri(topic, match, this.#uriCheck)) {
      subscriber.outlet.send(
        invalidUriError(MessageCode.SUBSCRIBE, request, topic),
      );
      return;
    }
    if (!subscriber.authorizer.allows("subscribe", topic, match)) {
      subscriber.outlet.send(
        notAuthorizedError(MessageCode.SUBSCRIBE, request, topic),
      );
      return;
    }
    const known = this.#subscriptions.get(topic, match);
    if (
      subscriber.subscriptions.size >= subscriber.limits.maxSubscriptions &&
      !(known?.subscribers.has(subscriber))
    ) {
      subscriber.outlet.send(requestError(
        MessageCode.SUBSCRIBE,
        request,
        ErrorUri.LIMIT_REACHED,
        `The session has ${subscriber.limits.maxSubscriptions} subscriptions, the most allowed`,
      ));
      return;
    }
    const subscription = known ?? this.#create(topic, match);
    subscription.subscribers.add(subscriber);
    subscriber.subscriptions.set(subscription.id, subscription);
    subscriber.outlet.send({
      code: MessageCode.SUBSCRIBED,
      request,
      subscription: subscription.id,
    });
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
    subscriber.subscriptions.delete(subscription.id);
    this.#removeSubscriber(subscription, subscriber);
    subscriber.outlet.send({ code: MessageCode.UNSUBSCRIBED, request });
  }

  /** Forgets all that `peer`, whose session has ended, subscribed to (SL-05). */
  leave(peer: Peer): void {
    for (const subscription of peer.subscriptions.values()) {
      this.#removeSubscriber(subscription, peer);
    }
    peer.subscriptions.clear();
  }

  #create(uri: string, match: Subscription["match"]): Subscription {
    const id = ++this.#lastSubscriptionId;
    const subscription = { id, uri, match, subscribers: new Set<Peer>() };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  #removeSubscriber(subscription: Subscription, subscriber: Peer): void {
    subscription.subscribers.delete(subscriber);
    if (subscription.subscribers.size === 0) {
      this.#subscriptions.remove(subscription);
    }
  }

  #deliverToPatterns(
    publication: number,
    message: Publish,
    excluded: Peer | undefined,
  ): void {
    const found: Subscription[] = [];
    this.#subscriptions.collectPatterns(message.topic, found);
    // A pattern's subscriber cannot know the topic otherwise (PM-06).
    const details = { topic: message.topic };
    for (const subscription of found) {
      this.#deliver(subscription, publication, details, message, excluded);
    }
  }

  /** One EVENT for each subscriber but `excluded` (PS-08, PS-09). */
  #deliver(
    subscription: Subscription,
    publication: number,
    details: Dict,
    message: Publish,
    excluded: Peer | undefined,
  ): void {
    // The same object for all: connections encode it once per serializer.
    const event: Event = {
      code: MessageCode.EVENT,
      subscription: subscription.id,
      publication,
      details,
      payload: message.payload,
    };
    for (const subscriber of subscription.subscribers) {
      if (subscriber === excluded) continue;
      const outcome = subscriber.outlet.send(event);
      if (outcome !== SendOutcome.SENT) {
        this.#counters.increment(
          outcome === SendOutcome.TOO_LONG
            ? "events_too_long"
            : "events_unsupported_value",
        );
      }
    }
  }
}
