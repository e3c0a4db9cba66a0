/**
 * What can be counted of a running router: what it holds, and what has happened.
 *
 * @module
 */

import type { AuthenticatorSlots } from "../auth/authenticator.ts";
import type { AuthCounterName, AuthCounters } from "../auth/login.ts";
import type { Ledger } from "../base/ledger.ts";
import type { CounterName, Counters } from "../router/ports.ts";
import type { Router } from "../router/router.ts";
import type { Transport } from "../transport/transport.ts";
import type { WheelTimers } from "./wheel_timers.ts";

/** How many of each kind a router holds. */
export interface Inventory {
  readonly connections: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly registrations: number;
  readonly pendingCalls: number;
  /** Sessions that have left testaments to be published. */
  readonly testators: number;
  /** Bytes that wait in all outboxes. */
  readonly outboxBytes: number;
  readonly deadlines: number;
  /** Authenticators that are being asked. */
  readonly authenticatorCalls: number;
  /** Bytes of memory that clients have the router keep. */
  readonly heldBytes: number;
}

/** Counts what there is. */
export function takeInventory(
  router: Router,
  transports: readonly Transport[],
  timers: WheelTimers,
  slots: AuthenticatorSlots,
  ledger: Ledger,
): Inventory {
  const realms = [...router.realms()].map((realm) => realm.inventory());
  return {
    connections: sum(transports, (one) => one.connectionCount),
    sessions: sum(realms, (realm) => realm.sessions),
    subscriptions: sum(realms, (realm) => realm.subscriptions),
    registrations: sum(realms, (realm) => realm.registrations),
    pendingCalls: sum(realms, (realm) => realm.pendingCalls),
    testators: sum(realms, (realm) => realm.testators),
    outboxBytes: sum(transports, (one) => one.pendingBytes),
    deadlines: timers.count,
    authenticatorCalls: slots.taken,
    heldBytes: ledger.router.bytes,
  };
}

function sum<Item>(
  items: readonly Item[],
  count: (item: Item) => number,
): number {
  return items.reduce((total, item) => total + count(item), 0);
}

/** Each thing that is counted. */
export type EventName = CounterName | AuthCounterName;

/** Counters in memory, by name. */
export class EventCounters implements Counters, AuthCounters {
  readonly #counts = new Map<EventName, number>();

  increment(name: EventName): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  /** How often `name` was counted. */
  get(name: EventName): number {
    return this.#counts.get(name) ?? 0;
  }
}
