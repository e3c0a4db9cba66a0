/**
 * The principals of a method, by authid and realm.
 */

/** What all principals have, whatever their method. */
export interface Principal {
  readonly authid: string;
  /** The only realm it may join; undefined: any that has its role. */
  readonly realm: string | undefined;
  readonly role: string;
}

/** Principals by authid and realm. */
export class PrincipalTable<P extends Principal> {
  /** All of them, in the config's order. */
  readonly all: readonly P[];
  readonly #byAuthid = new Map<string, P[]>();
  /** Principals with a realm: by realm, and all. */
  readonly #byRealm = new Map<string, P[]>();
  readonly #placed: P[] = [];
  /** Principals without a realm. */
  readonly #unplaced: P[] = [];
  readonly #normalize: (authid: string) => string;

  /** @param normalize What counts as the same authid. */
  constructor(
    principals: readonly P[],
    normalize: (authid: string) => string = (authid) => authid,
  ) {
    this.all = principals;
    this.#normalize = normalize;
    for (const principal of principals) {
      const { realm } = principal;
      addTo(this.#byAuthid, normalize(principal.authid), principal);
      (realm === undefined ? this.#unplaced : this.#placed).push(principal);
      if (realm !== undefined) addTo(this.#byRealm, realm, principal);
    }
  }

  /**
   * The principal for that realm, or else one for any. Where the client names no
   * realm: the one whose own realm it then joins.
   */
  find(realm: string | null, authid: string): P | undefined {
    const found = this.#byAuthid.get(this.#normalize(authid)) ?? [];
    return chooseFor(realm, found);
  }

  /** Whether there is one of that authid, for whatever realm. */
  has(authid: string): boolean {
    return this.#byAuthid.has(this.#normalize(authid));
  }

  /** How many may join `realm`. */
  countFor(realm: string | null): number {
    const own = this.#ownOf(realm).length;
    return realm === null ? own : own + this.#unplaced.length;
  }

  /** One of them, by a number below that. */
  nthFor(realm: string | null, index: number): P {
    const own = this.#ownOf(realm);
    return index < own.length ? own[index] : this.#unplaced[index - own.length];
  }

  #ownOf(realm: string | null): readonly P[] {
    return realm === null ? this.#placed : this.#byRealm.get(realm) ?? NONE;
  }
}

const NONE: readonly never[] = [];

function addTo<P>(lists: Map<string, P[]>, key: string, principal: P): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [principal]);
  else list.push(principal);
}

/** The one of `principals`, all of one authid, that joins `realm`. */
export function chooseFor<P extends Principal>(
  realm: string | null,
  principals: readonly P[],
): P | undefined {
  if (realm === null) {
    const placed = principals.filter((one) => one.realm !== undefined);
    return placed.length === 1 ? placed[0] : undefined;
  }
  return principals.find((one) => one.realm === realm) ??
    principals.find((one) => one.realm === undefined);
}

/** Whether `principal` may join `realm`; null: one that it has of its own. */
export function mayJoin(principal: Principal, realm: string | null): boolean {
  if (realm === null) return principal.realm !== undefined;
  return principal.realm === undefined || principal.realm === realm;
}
