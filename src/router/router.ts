import { RandomIds } from "../wamp/id.ts";
import type { RandomSource } from "../base/random.ts";
import type { Counters } from "./ports.ts";
import { Realm, type RealmOptions } from "./realm.ts";

/** All realms, and what is common to them. */
export class Router {
  /** Session IDs and publication IDs: of global scope (ID-02). */
  readonly ids: RandomIds;
  readonly #realms = new Map<string, Realm>();

  constructor(
    realms: readonly RealmOptions[],
    random: RandomSource,
    counters: Counters,
  ) {
    this.ids = new RandomIds(random);
    for (const options of realms) {
      this.#realms.set(options.name, new Realm(options, this.ids, counters));
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
