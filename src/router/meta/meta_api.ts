/**
 * The router's own procedures and events, below `wamp.` (checklist §11).
 */
import type { Call } from "../../wamp/message.ts";
import type { Peer } from "../peer.ts";
import type { MetaProcedures, RealmObserver } from "../ports.ts";
import type { Registration } from "../registration.ts";
import type { Subscription } from "../subscription.ts";
import type { RealmView } from "./realm_view.ts";

/** The meta API of one realm. */
export class MetaApi implements RealmObserver, MetaProcedures {
  readonly #realm: RealmView;

  constructor(realm: RealmView) {
    this.#realm = realm;
  }

  call(_caller: Peer, _message: Call): boolean {
    return false;
  }

  /** Publishes what `peer`, which is leaving, has left behind (TS-04). */
  publishTestaments(_peer: Peer): void {}

  joined(_peer: Peer): void {}
  left(_peer: Peer): void {}
  subscriptionCreated(_peer: Peer, _subscription: Subscription): void {}
  subscribed(_peer: Peer, _subscription: Subscription): void {}
  unsubscribed(_peer: Peer, _subscription: Subscription): void {}
  subscriptionDeleted(_peer: Peer, _subscription: Subscription): void {}
  registrationCreated(_peer: Peer, _registration: Registration): void {}
  registered(_peer: Peer, _registration: Registration): void {}
  unregistered(_peer: Peer, _registration: Registration): void {}
  registrationDeleted(_peer: Peer, _registration: Registration): void {}
}
