/**
 * Black and white lists (checklist BW): which sessions a publication is for.
 */
import {
  type AudienceOptions,
  type Dict,
  EMPTY_DICT,
} from "../wamp/options.ts";

/** What a list can name a session by. */
export interface Listener {
  readonly sessionId: number;
  readonly identity: { readonly authid: string; readonly authrole: string };
}

const LIST_KEYS = [
  "exclude",
  "exclude_authid",
  "exclude_authrole",
  "eligible",
  "eligible_authid",
  "eligible_authrole",
] as const;

/** The lists of a publication that has some. */
export class Audience {
  readonly #exclude: ReadonlySet<number> | undefined;
  readonly #excludeAuthid: ReadonlySet<string> | undefined;
  readonly #excludeAuthrole: ReadonlySet<string> | undefined;
  readonly #eligible: ReadonlySet<number> | undefined;
  readonly #eligibleAuthid: ReadonlySet<string> | undefined;
  readonly #eligibleAuthrole: ReadonlySet<string> | undefined;

  constructor(lists: AudienceOptions) {
    this.#exclude = setOf(lists.exclude);
    this.#excludeAuthid = setOf(lists.exclude_authid);
    this.#excludeAuthrole = setOf(lists.exclude_authrole);
    this.#eligible = setOf(lists.eligible);
    this.#eligibleAuthid = setOf(lists.eligible_authid);
    this.#eligibleAuthrole = setOf(lists.eligible_authrole);
  }

  /** Whether `listener` is in all eligible lists and in no exclude list (BW-02, BW-03). */
  includes(listener: Listener): boolean {
    const { sessionId, identity: { authid, authrole } } = listener;
    return this.#eligible?.has(sessionId) !== false &&
      this.#eligibleAuthid?.has(authid) !== false &&
      this.#eligibleAuthrole?.has(authrole) !== false &&
      this.#exclude?.has(sessionId) !== true &&
      this.#excludeAuthid?.has(authid) !== true &&
      this.#excludeAuthrole?.has(authrole) !== true;
  }
}

/** The lists among `options`; undefined where there are none. */
export function audienceLists(options: Dict): AudienceOptions | undefined {
  if (options === EMPTY_DICT) return undefined;
  let lists: Record<string, unknown> | undefined;
  for (const key of LIST_KEYS) {
    const list = options[key];
    if (list === undefined || list === null) continue;
    // Nobody is excluded by it (BW-03).
    if (key.startsWith("exclude") && (list as unknown[]).length === 0) continue;
    lists ??= {};
    lists[key] = list;
  }
  return lists;
}

function setOf<Item>(
  list: readonly Item[] | null | undefined,
): ReadonlySet<Item> | undefined {
  return list === undefined || list === null ? undefined : new Set(list);
}
