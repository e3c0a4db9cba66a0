import type { Clock } from "../base/clock.ts";
import type { RandomSource } from "../base/random.ts";
import type { Timers } from "../base/timers.ts";
import { RandomIds } from "../wamp/id.ts";
import type { Counters, DenialObserver } from "./ports.ts";
import { Realm, type RealmOptions } from "./realm.ts";

/** What a router needs of the world around it. */
export interface RouterServices {
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly denials: DenialObserver;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** All realms, and what is common to them. */
export class Router {
  /** Session IDs and publication IDs: of global scope (ID-02). */
  readonly ids: RandomIds;
  readonly #realms = new Map<string, Realm>();

  constructor(realms: readonly RealmOptions[], services: RouterServices) {
    this.ids = new RandomIds(services.random);
    for (const options of realms) {
      const realm = new Realm(options, { ...services, ids: this.ids });
      this.#realms.set(options.name, realm);
    }
  }

  /** The realm of that name. */
  realm(name: string): Realm | undefined {
    return this.#realms.get(name);
  }

  /** All realms, in the config's order. */
  get realms(): Iterable<Realm> {
    return this.#realms.values();
  }
}
