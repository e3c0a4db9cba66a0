import type { Broker } from "../broker.ts";
import type { Dealer } from "../dealer.ts";
import type { EventStore } from "../event_store.ts";
import type { Gate } from "../gate.ts";
import type { Peer } from "../model.ts";
import type { Role } from "../ports.ts";

/** A realm as its meta API sees it. */
export interface RealmView {
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly gate: Gate;
  /** By name. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Where histories are. */
  readonly store: EventStore;
  /** All sessions, by ID. */
  readonly peers: ReadonlyMap<number, Peer>;
  /**
   * Ends a session by GOODBYE; it is out of routing at once (MS-10).
   *
   * @param tells False: without meta events and testaments (MS-09).
   */
  kill(
    peer: Peer,
    reason: string,
    message: string | undefined,
    tells: boolean,
  ): void;
}
