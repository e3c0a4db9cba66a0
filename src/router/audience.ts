/**
 * Black and white lists (checklist BW): which sessions a publication is for.
 */
import {
  type AudienceOptions,
  type Dict,
  EMPTY_DICT,
} from "../wamp/options.ts";
import { Listed } from "./listed.ts";

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
  readonly #exclude: Listed<number> | undefined;
  readonly #excludeAuthid: Listed<string> | undefined;
  readonly #excludeAuthrole: Listed<string> | undefined;
  readonly #eligible: Listed<number> | undefined;
  readonly #eligibleAuthid: Listed<string> | undefined;
  readonly #eligibleAuthrole: Listed<string> | undefined;

  constructor(lists: AudienceOptions) {
    this.#exclude = listed(lists.exclude);
    this.#excludeAuthid = listed(lists.exclude_authid);
    this.#excludeAuthrole = listed(lists.exclude_authrole);
    this.#eligible = listed(lists.eligible);
    this.#eligibleAuthid = listed(lists.eligible_authid);
    this.#eligibleAuthrole = listed(lists.eligible_authrole);
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

function listed<Item extends number | string>(
  list: readonly Item[] | null | undefined,
): Listed<Item> | undefined {
  return list === undefined || list === null ? undefined : new Listed(list);
}
