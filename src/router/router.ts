import { textKey } from "../base/text_key.ts";
import type { Clock, Timers } from "../base/timers.ts";
import { RandomIds, type RandomSource } from "../wamp/id.ts";
import { LongWorks } from "./long_work.ts";
import { addMetaApi } from "./meta/meta_api.ts";
import type { RealmObserver } from "./observers.ts";
import type { Counters, TurnBudget } from "./ports.ts";
import { Realm, type RealmOptions, type RealmServices } from "./realm.ts";

/** What a router needs of the world around it. */
export interface RouterServices {
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  /** Told what happens in all realms. */
  readonly observers: readonly RealmObserver[];
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  readonly turns: TurnBudget;
}

/** Realms that are created on demand, and removed with their last session. */
export interface AutoRealms {
  readonly maxRealms: number;
  /** Whether a realm of that name can be created. */
  fits(name: string): boolean;
  /** What it is made of. */
  make(name: string): RealmOptions;
}

/**
 * Makes a realm, with its meta API if it has one.
 *
 * @param emptied Called when the last session has left.
 */
export function createRealm(
  options: RealmOptions,
  services: RealmServices,
  emptied?: () => void,
): Realm {
  const realm = new Realm(options, services, emptied);
  if (options.hasMetaApi) addMetaApi(realm);
  return realm;
}

/** All realms, and what is common to them. */
export class Router {
  /** Session IDs and publication IDs: of global scope (ID-02). */
  readonly ids: RandomIds;
  readonly #realmServices: RealmServices;
  readonly #auto: AutoRealms | undefined;
  readonly #fixed = new Map<string, Realm>();
  /** By the key of its name, which a client chose. */
  readonly #made = new Map<string, Realm>();

  constructor(
    realms: readonly RealmOptions[],
    services: RouterServices,
    auto: AutoRealms | undefined = undefined,
  ) {
    this.ids = new RandomIds(services.random);
    this.#realmServices = {
      ...services,
      ids: this.ids,
      longWorks: new LongWorks(services.turns),
    };
    this.#auto = auto;
    for (const options of realms) {
      this.#fixed.set(options.name, createRealm(options, this.#realmServices));
    }
  }

  /** The realm of that name, if it is there. */
  realm(name: string): Realm | undefined {
    return this.#fixed.get(name) ?? this.#made.get(textKey(name));
  }

  /** Whether the realm of that name is there for ever. */
  isFixed(name: string): boolean {
    return this.#fixed.has(name);
  }

  /** Whether somebody could join a realm of that name. */
  canOpen(name: string): boolean {
    return this.#fixed.has(name) || this.#auto?.fits(name) === true;
  }

  /**
   * The realm of that name, which is created if it has to be: give it back with
   * {@linkcode Router.release} where nobody joins it. Undefined where there is
   * none; the reason, where it would be one too many.
   */
  open(name: string): Realm | string | undefined {
    const found = this.realm(name);
    const auto = this.#auto;
    if (found !== undefined || auto === undefined) return found;
    if (!auto.fits(name)) return undefined;
    if (this.#made.size >= auto.maxRealms) {
      this.#realmServices.counters.increment("limits_reached");
      return `Limit of ${auto.maxRealms} realms created on demand reached (auto_realms: max_realms)`;
    }
    const realm = createRealm(
      auto.make(name),
      this.#realmServices,
      () => this.#made.delete(textKey(name)),
    );
    this.#made.set(textKey(name), realm);
    return realm;
  }

  /** Removes a realm that was created on demand, where nobody is in it. */
  release({ name, peers }: Realm): void {
    if (peers.size === 0) this.#made.delete(textKey(name));
  }

  /** All realms that are there, those of the config in its order. */
  *realms(): Iterable<Realm> {
    yield* this.#fixed.values();
    yield* this.#made.values();
  }
}
