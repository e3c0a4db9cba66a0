/**
 * The principals of a method: who is known under which authid, in which realm.
 */

/** What all principals have, whatever proves them. */
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
  readonly #byRealm = new Map<string | null, readonly P[]>();
  readonly #normalize: (authid: string) => string;

  /** @param normalize What counts as the same authid. */
  constructor(
    principals: readonly P[],
    normalize: (authid: string) => string = (authid) => authid,
  ) {
    this.all = principals;
    this.#normalize = normalize;
    for (const principal of principals) {
      const authid = normalize(principal.authid);
      const others = this.#byAuthid.get(authid);
      if (others === undefined) this.#byAuthid.set(authid, [principal]);
      else others.push(principal);
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

  /** Those who may join `realm`, which exists: there are not many. */
  of(realm: string | null): readonly P[] {
    let found = this.#byRealm.get(realm);
    if (found === undefined) {
      found = this.all.filter((principal) => mayJoin(principal, realm));
      this.#byRealm.set(realm, found);
    }
    return found;
  }
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
