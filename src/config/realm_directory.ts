import type { RealmConfig, RoleConfig } from "./config.ts";
import { allRealms, findRealm, type RealmsConfig } from "./find_realm.ts";
import { listNames, suggest } from "../schema/nearest.ts";

/**
 * Realms by name, with their roles by name: for what is looked up once for each
 * of many principals or cases.
 */
export class RealmDirectory {
  /** All of them; those created on demand as one, whose name ends in a star. */
  readonly all: readonly RealmConfig[];
  /** Where they are, for "there is no realm ...": empty, or a clause. */
  readonly where: string;
  readonly #known: RealmsConfig;
  readonly #byName: ReadonlyMap<string, RealmConfig>;
  readonly #roles = new Map<
    readonly RoleConfig[],
    ReadonlyMap<string, RoleConfig>
  >();
  /** Each is a look at all names: with more slips, a list must do. */
  #suggestionsLeft = 100;
  #roleNames: ReadonlySet<string> | undefined = undefined;

  constructor(known: RealmsConfig, where = "") {
    this.all = allRealms(known);
    this.where = where;
    this.#known = known;
    this.#byName = new Map(known.realms.map((realm) => [realm.name, realm]));
  }

  /** The realm of that name, whether it is always there or created on demand. */
  find(name: string): RealmConfig | undefined {
    return this.#byName.get(name) ??
      findRealm({ ...this.#known, realms: [] }, name);
  }

  /** The role of that name in `realm`. */
  role({ roles }: RealmConfig, name: string): RoleConfig | undefined {
    let byName = this.#roles.get(roles);
    if (byName === undefined) {
      byName = new Map(roles.map((role) => [role.name, role]));
      this.#roles.set(roles, byName);
    }
    return byName.get(name);
  }

  /** What to write in place of a name that none of `named` has. */
  suggest(word: string, named: readonly { readonly name: string }[]): string {
    if (this.#suggestionsLeft === 0) return `there are: ${listNames(named)}`;
    this.#suggestionsLeft--;
    return suggest(word, named.map(({ name }) => name));
  }

  /** Whether some realm has a role of that name. */
  someHasRole(name: string): boolean {
    this.#roleNames ??= new Set(
      this.all.flatMap(({ roles }) => roles.map((role) => role.name)),
    );
    return this.#roleNames.has(name);
  }
}
