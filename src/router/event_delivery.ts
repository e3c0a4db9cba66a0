/**
 * Events on their last step: to each subscriber, into a history, and out of the
 * store again.
 *
 * A subscriber that cannot take an event gets one in its place without payload,
 * which says why, and with as many of the details as have room.
 */
import type { Clock } from "../base/timers.ts";
import { type Event, SendOutcome } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import { NO_PAYLOAD } from "../wamp/payload.ts";
import {
  type EventStore,
  EventStoreError,
  type StoredEvent,
} from "./event_store.ts";
import type { LongWork } from "./long_work.ts";
import type { Peer, Subscription } from "./model.ts";
import type { EventLoss, RealmObservers } from "./observers.ts";
import type { CounterName, Counters } from "./ports.ts";
import { Audience, isFor, type Publication } from "./publication.ts";

/** Why an event could not be sent as it was. */
type Unsendable = Exclude<
  SendOutcome,
  typeof SendOutcome.SENT | typeof SendOutcome.FULL
>;

/** The detail of the EVENT that says so; the second is ours. */
const MARK: Readonly<Record<Unsendable, EventLoss["reason"]>> = {
  [SendOutcome.TOO_LONG]: "payload_limit_exceeded",
  [SendOutcome.UNSUPPORTED_VALUE]: "payload_unsupported",
};

const COUNTER: Readonly<Record<Unsendable, CounterName>> = {
  [SendOutcome.TOO_LONG]: "events_too_long",
  [SendOutcome.UNSUPPORTED_VALUE]: "events_unsupported_value",
};

/** They say how to read the payload, which is not there. */
const PASSTHRU = ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"];
const TOPIC = ["topic"];
const IDENTITY = ["publisher_authid", "publisher_authrole"];

/** The details that are left out, one row after the other, until there is room. */
const CUTS: readonly (readonly string[])[] = [
  PASSTHRU,
  [...PASSTHRU, ...IDENTITY],
  [...PASSTHRU, ...TOPIC],
  [...PASSTHRU, ...TOPIC, ...IDENTITY],
];

/** To so many an event goes at once. */
const AT_ONCE_MAX = 1024;
/** Else in pieces of so many. */
const PIECE = 64;

/** Ours: some of the details did not fit, and are left out. */
const DETAILS_CUT = "_details_cut";

/** The way of a realm's events to subscribers and to the store. */
export class EventDelivery {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #observers: RealmObservers;

  constructor(
    store: EventStore,
    clock: Clock,
    counters: Counters,
    observers: RealmObservers,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#counters = counters;
    this.#observers = observers;
  }

  /**
   * One EVENT for each subscriber that the publication is for (PS-08, BW-02).
   *
   * @returns To how many subscribers; or, where they are many, the work of it, for
   * which all that is needed of `publication` is copied.
   */
  deliver(
    subscription: Subscription,
    publication: Publication,
    details: Dict,
  ): number | LongWork {
    const { subscribers } = subscription;
    if (subscribers.size > AT_ONCE_MAX) {
      return this.#deliverToMany([subscription], publication);
    }
    const event = eventOf(subscription, publication, details);
    this.#send(event, publication, subscribers);
    this.#keep(subscription, publication);
    return subscribers.size;
  }

  /** As {@linkcode EventDelivery.deliver}, to the subscribers of `patterns` as well. */
  deliverToAll(
    exact: Subscription | undefined,
    patterns: readonly Subscription[],
    publication: Publication,
  ): number | LongWork {
    let count = exact?.subscribers.size ?? 0;
    for (const { subscribers } of patterns) count += subscribers.size;
    const all = exact === undefined ? patterns : [exact, ...patterns];
    if (count > AT_ONCE_MAX) return this.#deliverToMany(all, publication);
    const details = new DetailsByMatch(publication);
    for (const subscription of all) {
      this.deliver(subscription, publication, details.for(subscription));
    }
    return count;
  }

  #deliverToMany(
    subscriptions: readonly Subscription[],
    publication: Publication,
  ): LongWork {
    for (const one of subscriptions) this.#keep(one, publication);
    const payload = publication.payload.kept();
    const { id, topic, details, excluded, lists, audience } = publication;
    return this.#inPieces(subscriptions, {
      ...{ id, topic, details, excluded, lists, audience },
      payload,
    });
  }

  *#inPieces(
    subscriptions: readonly Subscription[],
    publication: Publication,
  ): LongWork {
    const details = new DetailsByMatch(publication);
    for (const subscription of subscriptions) {
      const event = eventOf(
        subscription,
        publication,
        details.for(subscription),
      );
      // Who comes back meanwhile must not get it twice.
      const all = [...subscription.subscribers];
      for (let at = 0; at < all.length; at += PIECE) {
        const piece = all.slice(at, at + PIECE)
          .filter((peer) => subscription.subscribers.has(peer));
        this.#send(event, publication, piece);
        yield piece.length;
      }
    }
  }

  #send(
    event: Event,
    publication: Publication,
    subscribers: Iterable<Peer>,
  ): void {
    let tooLong: Peer[] | undefined;
    let unsupported: Peer[] | undefined;
    for (const subscriber of subscribers) {
      if (subscriber.hasLeft || !isFor(publication, subscriber)) continue;
      const outcome = subscriber.outlet.send(event);
      if (outcome === SendOutcome.SENT) continue;
      if (outcome === SendOutcome.TOO_LONG) (tooLong ??= []).push(subscriber);
      else (unsupported ??= []).push(subscriber);
    }
    // After all others got theirs, so that each form is encoded once.
    const { topic } = publication;
    if (tooLong !== undefined) {
      this.#sendBare(event, topic, SendOutcome.TOO_LONG, tooLong);
    }
    if (unsupported !== undefined) {
      const { UNSUPPORTED_VALUE } = SendOutcome;
      this.#sendBare(event, topic, UNSUPPORTED_VALUE, unsupported);
    }
  }

  /** Into its history, where the subscription has one. */
  #keep({ history }: Subscription, publication: Publication): void {
    if (history !== undefined && isForHistory(publication)) {
      this.#store.append(history, this.#stored(publication));
    }
  }

  /** Makes the publication its topic's retained event (ER-02). */
  retain(publication: Publication): void {
    this.#store.retain(this.#stored(publication));
  }

  /** As if the publication became its topic's retained event and then vanished. */
  clearRetained(publication: Publication): void {
    this.#store.retain({
      ...this.#stored(publication),
      details: EMPTY_DICT,
      payload: NO_PAYLOAD,
      isClearing: true,
    });
  }

  /** The retained events that `subscriber` would have got (ER-03, ER-05 to ER-07). */
  deliverRetained(subscription: Subscription, subscriber: Peer): void {
    subscriber.outlet.burst(() =>
      this.#deliverAllRetained(subscription, subscriber)
    );
  }

  #deliverAllRetained(subscription: Subscription, subscriber: Peer): void {
    try {
      for (const events of this.#retainedFor(subscription)) {
        const event = events.find((one) => isStoredFor(one, subscriber));
        if (event !== undefined && event.isClearing !== true) {
          this.#deliverStored(event, subscription, subscriber);
        }
      }
    } catch (error) {
      // The store says what is wrong, and counts it; the subscription stands.
      if (!(error instanceof EventStoreError)) throw error;
    }
  }

  #retainedFor(subscription: Subscription): Iterable<readonly StoredEvent[]> {
    const { uri, match } = subscription;
    return match === "exact"
      ? [this.#store.retained(uri)]
      : this.#store.retainedMatching(uri, match);
  }

  #deliverStored(
    stored: StoredEvent,
    subscription: Subscription,
    subscriber: Peer,
  ): void {
    const topic = subscription.match === "exact" ? {} : { topic: stored.topic };
    const event: Event = {
      code: MessageCode.EVENT,
      subscription: subscription.id,
      publication: stored.publication,
      details: { ...stored.details, ...topic, retained: true },
      payload: stored.payload.freshView(),
    };
    const outcome = subscriber.outlet.send(event);
    const { SENT, FULL } = SendOutcome;
    if (outcome === SENT || outcome === FULL) return;
    this.#sendBare(event, stored.topic, outcome, [subscriber]);
  }

  /**
   * Tells those who cannot take `event` at least that there was one, and why they
   * do not get it (FR-15, A-13).
   */
  #sendBare(
    event: Event,
    topic: string,
    outcome: Unsendable,
    subscribers: readonly Peer[],
  ): void {
    const counter = COUNTER[outcome];
    for (const _ of subscribers) this.#counters.increment(counter);
    let untold = subscribers;
    for (const bare of bareForms(event, outcome)) {
      untold = untold.filter(({ outlet }) =>
        outlet.send(bare) !== SendOutcome.SENT
      );
      if (untold.length === 0) return;
    }
    const { subscription, publication } = event;
    const reason = MARK[outcome];
    for (const subscriber of untold) {
      this.#counters.increment("events_lost");
      this.#observers.tell({
        kind: "event_lost",
        peer: subscriber,
        loss: { topic, subscription, publication, reason },
      });
    }
  }

  #stored(publication: Publication): StoredEvent {
    return {
      publication: publication.id,
      topic: publication.topic,
      timeMs: this.#clock.now().getTime(),
      details: publication.details,
      payload: publication.payload.kept(),
      excluded: publication.excluded,
      lists: publication.lists,
    };
  }
}

/** The same object for all subscribers: connections encode it once per serializer. */
function eventOf(
  { id }: Subscription,
  publication: Publication,
  details: Dict,
): Event {
  return {
    code: MessageCode.EVENT,
    subscription: id,
    publication: publication.id,
    details,
    payload: publication.payload,
  };
}

/** EVENT.Details of one publication. */
class DetailsByMatch {
  readonly #exact: Dict;
  readonly #topic: string;
  #pattern: Dict | undefined = undefined;

  constructor({ details, topic }: Publication) {
    this.#exact = details;
    this.#topic = topic;
  }

  /** A pattern's subscriber cannot know the topic otherwise (PM-06). */
  for({ match }: Subscription): Dict {
    if (match === "exact") return this.#exact;
    return this.#pattern ??= { ...this.#exact, topic: this.#topic };
  }
}

/** Whether `subscriber` would have got the event when it was new. */
export function isStoredFor(event: StoredEvent, subscriber: Peer): boolean {
  return subscriber.sessionId !== event.excluded &&
    (event.lists === undefined ||
      new Audience(event.lists).includes(subscriber));
}

/** What was for certain sessions only is never kept in a history (EH-09). */
function isForHistory({ lists }: Publication): boolean {
  return !lists?.exclude && !lists?.eligible;
}

/**
 * What can be sent in place of `event`, the best first. Each is to be tried with
 * all who wait for it: connections encode a message once for each serializer.
 */
function* bareForms(event: Event, outcome: Unsendable): Iterable<Event> {
  const { details } = event;
  const mark = { [MARK[outcome]]: true };
  yield bare(event, { ...details, ...mark });
  for (const cut of CUTS) {
    if (!cut.some((key) => key in details)) continue;
    const kept = Object.entries(details).filter(([key]) => !cut.includes(key));
    yield bare(event, {
      ...Object.fromEntries(kept),
      ...mark,
      [DETAILS_CUT]: true,
    });
  }
}

function bare(event: Event, details: Dict): Event {
  return { ...event, details, payload: NO_PAYLOAD };
}
