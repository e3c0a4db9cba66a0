/**
 * Who hears of what happens in a realm, and who has a say in it: the meta API, logs,
 * metrics, other routers that share the realm.
 */
import type { ErrorMessage, Register, Subscribe } from "../wamp/message.ts";
import type { Action } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Peer, Registration, Subscription } from "./model.ts";
import type { Denial } from "./ports.ts";

/** An event of which a subscriber could be told nothing. */
export interface EventLoss {
  readonly topic: string;
  readonly subscription: number;
  readonly publication: number;
  /** Why the event could not be sent as it was. */
  readonly reason: "payload_limit_exceeded" | "payload_unsupported";
}

/** What happened, and whose session it was about. */
export type RealmEvent =
  & { readonly peer: Peer }
  & (
    | { readonly kind: "joined" }
    /** `silently`: the meta API says nothing of it (MS-09). */
    | { readonly kind: "left"; readonly silently?: boolean }
    | {
      readonly kind:
        | "subscription_created"
        | "subscribed"
        | "unsubscribed"
        | "subscription_deleted";
      readonly subscription: Subscription;
      readonly silently?: boolean;
    }
    | {
      readonly kind:
        | "registration_created"
        | "registered"
        | "unregistered"
        | "registration_deleted";
      readonly registration: Registration;
      readonly silently?: boolean;
    }
    | { readonly kind: "event_lost"; readonly loss: EventLoss }
    | {
      /** It reads again, and did not get so many events meanwhile. */
      readonly kind: "events_dropped";
      readonly count: number;
    }
    | {
      /** Something is not allowed. */
      readonly kind: "denied";
      readonly action: Action;
      readonly uri: string;
      readonly match: MatchPolicy;
      readonly denial: Denial;
    }
    | {
      /** Something is refused since there would be too many. */
      readonly kind: "limit_reached";
      /** The config key that decided. */
      readonly key: string;
      /** How many there are. */
      readonly text: string;
    }
  );

/** Told what happens, as it happens. It can publish, but not change what the realm holds. */
export type RealmObserver = (event: RealmEvent, realm: string) => void;

/** The observers of one realm. */
export class RealmObservers {
  readonly #realm: string;
  readonly #observers: RealmObserver[];

  /** @param observers Those of all realms. */
  constructor(realm: string, observers: readonly RealmObserver[]) {
    this.#realm = realm;
    this.#observers = [...observers];
  }

  /** From now on `observer` is told as well. */
  add(observer: RealmObserver): void {
    this.#observers.push(observer);
  }

  /** Tells all of them. */
  tell(event: RealmEvent): void {
    for (const observer of this.#observers) observer(event, this.#realm);
  }
}

/**
 * Has a say before a session subscribes or registers, which its rights allow. A
 * promise: the request takes effect and is answered when it resolves; other
 * sessions go on.
 *
 * @returns The ERROR that refuses it; undefined: nothing is in the way.
 */
export type Confirmer = (
  peer: Peer,
  message: Subscribe | Register,
) => ErrorMessage | undefined | Promise<ErrorMessage | undefined>;
