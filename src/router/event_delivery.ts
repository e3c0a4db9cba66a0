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

  /** One EVENT for each subscriber that the publication is for (PS-08, BW-02). */
  deliver(
    subscription: Subscription,
    publication: Publication,
    details: Dict,
  ): void {
    // The same object for all: connections encode it once per serializer.
    const event: Event = {
      code: MessageCode.EVENT,
      subscription: subscription.id,
      publication: publication.id,
      details,
      payload: publication.payload,
    };
    let tooLong: Peer[] | undefined;
    let unsupported: Peer[] | undefined;
    for (const subscriber of subscription.subscribers) {
      if (!isFor(publication, subscriber)) continue;
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
    if (subscription.history !== undefined && isForHistory(publication)) {
      this.#store.append(subscription.history, this.#stored(publication));
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
