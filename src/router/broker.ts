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
import type { LongWork, LongWorks } from "./long_work.ts";
import type { Peer, Subscription } from "./model.ts";
import type { Confirmer, RealmObservers } from "./observers.ts";
import { subscriptionBytes } from "./held_bytes.ts";
import { PatternIndex } from "./pattern_index.ts";
import { ShapeBounds } from "./pattern_shapes.ts";
import {
  Audience,
  CurrentPublication,
  type Publication,
} from "./publication.ts";

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
  readonly longWorks: LongWorks;
  /** Subscriptions that are there from the start (EH-02). */
  readonly histories: readonly HistoryKey[];
}

/** Beyond so many events of the router's own, long work that causes others waits. */
const OWN_WAITING_MAX = 256;

/** The subscriptions of a realm, and the way of publications to them. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #subscriptions = new PatternIndex<Subscription>();
  readonly #byId = new Map<number, Subscription>();
  readonly #shapes = new ShapeBounds();
  readonly #current = new CurrentPublication();
  /**
   * Sessions that have left, of whose subscriptions some are yet to be taken apart:
   * whether without events of the meta API (MS-09).
   */
  readonly #departing = new Map<Peer, boolean>();
  /** Events of the router's own that wait for one that goes to many; undefined: none does. */
  #own: Publication[] | undefined = undefined;
  #lastSubscriptionId = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
    for (const history of options.histories) {
      this.#create(history.uri, history.match, history);
    }
  }

  /** All subscriptions, by ID; of some all subscribers may have left. */
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

  /** The subscription of that ID. */
  subscription(id: number): Subscription | undefined {
    return this.#settled(this.#byId.get(id));
  }

  /** The subscription to exactly that text and policy (MU-03). */
  lookup(
    uri: string,
    match: Subscription["match"],
  ): Subscription | undefined {
    return this.#settled(this.#subscriptions.get(uri, match));
  }

  /** All subscriptions that an event of `topic` goes to (MU-03). */
  match(topic: string): Subscription[] {
    const exact = this.#subscriptions.exact(topic);
    const found = exact === undefined ? [] : [exact];
    this.#subscriptions.collectPatterns(topic, found);
    return found.filter((one) => this.#settled(one) !== undefined);
  }

  /**
   * PUBLISH: an answer only where one was asked for (PS-06, PS-07).
   *
   * @throws {ProtocolError} On payload passthru mode that was not announced (PP-01).
   */
  publish(publisher: Peer, message: Publish): void {
    const acknowledges =
      (message.options as PublishOptions).acknowledge === true;
    const refusal = this.refusePublish(publisher, message);
    if (refusal !== undefined) {
      if (acknowledges) publisher.outlet.send(refusal);
      return;
    }
    const publication = this.#accept(publisher, message);
    const { id } = publication;
    const routed = this.#route(publication);
    this.#current.clear();
    if (typeof routed !== "number") this.#finish(publisher, routed);
    if (acknowledges) {
      publisher.outlet.send({
        code: MessageCode.PUBLISHED,
        request: message.request,
        publication: id,
      });
    }
  }

  /** As {@linkcode Broker.publish}, without an answer. */
  *publishInPieces(publisher: Peer, message: Publish): LongWork {
    if (this.refusePublish(publisher, message) !== undefined) return;
    const routed = this.#route(this.#accept(publisher, message));
    this.#current.clear();
    yield* inPieces(routed);
  }

  #accept(publisher: Peer, message: Publish): Publication {
    const { delivery, publicationIds } = this.#options;
    const options = message.options as PublishOptions;
    const id = publicationIds.next();
    const publication = this.#current.fill(publisher, id, message);
    if (options._clear_retained === true) delivery.clearRetained(publication);
    else if (options.retain === true) delivery.retain(publication);
    return publication;
  }

  /** The publisher's next message waits, so that its events stay in order (PS-08). */
  #finish(publisher: Peer, rest: LongWork): void {
    const done = this.#options.longWorks.run(rest);
    if (done !== undefined) publisher.holdFor(done);
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

  /**
   * Brings an accepted publication to its subscribers.
   *
   * @returns To how many; or, where they are many, the work that is left to do.
   */
  #route(publication: Publication): number | LongWork {
    const { delivery } = this.#options;
    const exact = this.#subscriptions.exact(publication.topic);
    if (this.#subscriptions.hasPatterns) {
      const patterns: Subscription[] = [];
      this.#subscriptions.collectPatterns(publication.topic, patterns);
      if (patterns.length > 0) {
        return delivery.deliverToAll(exact, patterns, publication);
      }
    }
    return exact === undefined
      ? 0
      : delivery.deliver(exact, publication, publication.details);
  }

  /** Whether anyone would get an event of `topic`, or a history keep it. */
  hasListeners(topic: string): boolean {
    // Without subscribers a subscription is there for its history only.
    if (this.#subscriptions.exact(topic) !== undefined) return true;
    return this.#subscriptions.hasPatterns && this.match(topic).length > 0;
  }

  /**
   * An event of the router's own, on a topic that no client can publish to (AZ-12).
   *
   * @param only Who gets it; absent: all who subscribed.
   */
  publishOwn(topic: string, payload: Payload, only?: Peer): void {
    const lists = only && { eligible: [only.sessionId] };
    const publication = {
      id: this.#options.publicationIds.next(),
      topic,
      details: EMPTY_DICT,
      payload,
      excluded: undefined,
      lists,
      audience: lists && new Audience(lists),
    };
    if (this.#own !== undefined) {
      this.#own.push(publication);
      return;
    }
    const routed = this.#route(publication);
    if (typeof routed === "number") return;
    this.#own = [];
    this.#options.longWorks.run(this.#routeOwn(routed));
  }

  /** The router's own events come in order. */
  *#routeOwn(first: LongWork): LongWork {
    yield* first;
    while (this.#own !== undefined && this.#own.length > 0) {
      const own = this.#own;
      this.#own = [];
      for (const publication of own) yield* inPieces(this.#route(publication));
    }
    this.#own = undefined;
  }

  /** Whether so many events of the router's own wait that what causes them is to wait. */
  get isBehind(): boolean {
    return this.#own !== undefined && this.#own.length >= OWN_WAITING_MAX;
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
    const known = this.lookup(topic, match);
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
      subscriber.hold(subscriptionBytes(topic));
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
   * Nobody finds `peer`, whose session has ended, any more (SL-05).
   *
   * @param silently Without events of the meta API (MS-09).
   */
  depart(peer: Peer, silently: boolean): void {
    const { size } = peer.subscriptions;
    if (size === 0) return;
    this.#departing.set(peer, silently);
    peer.quota.add("subscriptions", -size);
  }

  /** Forgets all that `peer`, which has departed, subscribed to. */
  *leave(peer: Peer): LongWork {
    const silently = this.#departing.get(peer) ?? false;
    for (const subscription of peer.subscriptions.values()) {
      this.#removeSubscriber(subscription, peer, silently);
      yield 0;
    }
    this.#departing.delete(peer);
  }

  /** `subscription` without subscribers that have left; undefined where it is gone. */
  #settled(subscription: Subscription | undefined): Subscription | undefined {
    if (this.#departing.size === 0 || subscription === undefined) {
      return subscription;
    }
    const { subscribers, history } = subscription;
    const gone = this.#departing.size < subscribers.size
      ? this.#departing.keys().filter((peer) => subscribers.has(peer))
      : subscribers.values().filter((peer) => this.#departing.has(peer));
    for (const peer of gone.toArray()) {
      const silently = this.#departing.get(peer) ?? false;
      this.#removeSubscriber(subscription, peer, silently);
    }
    return subscribers.size === 0 && history === undefined
      ? undefined
      : subscription;
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
    if (!peer.hasLeft) peer.quota.add("subscriptions", -1);
    peer.hold(-subscriptionBytes(subscription.uri));
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

/** What is left of a publication's way, as a part of long work. */
function* inPieces(routed: number | LongWork): LongWork {
  if (typeof routed === "number") yield routed;
  else yield* routed;
}
