/**
 * A publication on its way, and whom it is for: black and white lists (checklist BW).
 */
import { holds, TextSet } from "../base/text_key.ts";
import type { Publish } from "../wamp/message.ts";
import {
  type AudienceOptions,
  type Dict,
  EMPTY_DICT,
  isPassthru,
  passthruKeys,
  type PublishOptions,
} from "../wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../wamp/payload.ts";
import type { Peer } from "./model.ts";

/** One PUBLISH that was accepted, or an event of the router's own. */
export interface Publication {
  readonly id: number;
  readonly topic: string;
  /** EVENT.Details of an exact subscription; patterns add `topic` (PM-06). */
  readonly details: Dict;
  readonly payload: Payload;
  /** The session that does not get it, for it is its own (PS-09). */
  readonly excluded: number | undefined;
  /** The lists as they came; undefined where there are none. */
  readonly lists: AudienceOptions | undefined;
  readonly audience: Audience | undefined;
}

/**
 * The publication that is on its way. Routing is synchronous and what is stored
 * is copied, so a broker has one, and fills it anew for each PUBLISH: most have
 * nothing in them that an object of their own would be for
 * (`bench/publish_bench.ts`).
 */
export class CurrentPublication implements Publication {
  id = 0;
  topic = "";
  details: Dict = EMPTY_DICT;
  payload: Payload = NO_PAYLOAD;
  excluded: number | undefined = undefined;
  lists: AudienceOptions | undefined = undefined;
  audience: Audience | undefined = undefined;

  /** What `publisher` published, as its subscribers get to know it. */
  fill(publisher: Peer, id: number, message: Publish): Publication {
    const { topic, options } = message;
    const lists = audienceLists(options);
    this.id = id;
    this.topic = topic;
    this.details = eventDetails(publisher, topic, options);
    this.payload = message.payload;
    this.excluded = (options as PublishOptions).exclude_me === false
      ? undefined
      : publisher.sessionId;
    this.lists = lists;
    this.audience = lists && new Audience(lists);
    return this;
  }

  /** Lets go of the chunk that the payload points into. */
  clear(): void {
    this.payload = NO_PAYLOAD;
    this.lists = undefined;
    this.audience = undefined;
  }
}

/** Whether `recipient` may get it (PS-09, BW-02, BW-05). */
export function isFor(publication: Publication, recipient: Recipient): boolean {
  return recipient.sessionId !== publication.excluded &&
    (publication.audience === undefined ||
      publication.audience.includes(recipient));
}

function eventDetails(publisher: Peer, topic: string, options: Dict): Dict {
  const { authorizer, identity } = publisher;
  const discloses = (options as PublishOptions).disclose_me === true ||
    authorizer.discloses("publisher", topic);
  const passthru = isPassthru(options);
  if (!discloses && !passthru && authorizer.trustLevel === undefined) {
    return EMPTY_DICT;
  }
  const details: Record<string, unknown> = passthruKeys(options);
  if (discloses) {
    details["publisher"] = publisher.sessionId;
    details["publisher_authid"] = identity.authid;
    details["publisher_authrole"] = identity.authrole;
  }
  if (authorizer.trustLevel !== undefined) {
    details["trustlevel"] = authorizer.trustLevel;
  }
  return details;
}

/** What the lists of a publication can name a session by. */
export interface Recipient {
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
  readonly #exclude: SearchableList<number> | undefined;
  readonly #excludeAuthid: SearchableList<string> | undefined;
  readonly #excludeAuthrole: SearchableList<string> | undefined;
  readonly #eligible: SearchableList<number> | undefined;
  readonly #eligibleAuthid: SearchableList<string> | undefined;
  readonly #eligibleAuthrole: SearchableList<string> | undefined;

  constructor(lists: AudienceOptions) {
    this.#exclude = searchable(lists.exclude);
    this.#excludeAuthid = searchable(lists.exclude_authid);
    this.#excludeAuthrole = searchable(lists.exclude_authrole);
    this.#eligible = searchable(lists.eligible);
    this.#eligibleAuthid = searchable(lists.eligible_authid);
    this.#eligibleAuthrole = searchable(lists.eligible_authrole);
  }

  /** Whether `recipient` is in all eligible lists and in no exclude list (BW-02, BW-03). */
  includes(recipient: Recipient): boolean {
    const { sessionId, identity: { authid, authrole } } = recipient;
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

function searchable<Item extends number | string>(
  list: readonly Item[] | null | undefined,
): SearchableList<Item> | undefined {
  return list === undefined || list === null
    ? undefined
    : new SearchableList(list);
}

/** So often a list is searched through before it is worth an index. */
const SEARCHES_MAX = 4;

/**
 * A list that a client sent, searched once or for each of many recipients.
 *
 * No `Set` of numbers: how V8 hashes them is known, so that a client could choose
 * 26,000 of them, which are 128 KiB, that all share one bucket; to make a set of
 * those takes 0.7 s (`bench/audience_bench.ts`).
 */
export class SearchableList<Item extends number | string> {
  readonly #items: readonly Item[];
  #searches = 0;
  #index: { has(item: Item): boolean } | undefined = undefined;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  has(item: Item): boolean {
    if (this.#index !== undefined) return this.#index.has(item);
    if (this.#searches < SEARCHES_MAX) {
      this.#searches++;
      return this.#items.includes(item);
    }
    this.#index = indexOf(this.#items);
    return this.#index.has(item);
  }
}

function indexOf<Item extends number | string>(
  items: readonly Item[],
): { has(item: Item): boolean } {
  const index = areNumbers(items)
    ? new SortedNumbers(items)
    : new TextSet(items as readonly string[]);
  return index as { has(item: Item): boolean };
}

/** Numbers that are found by halving. */
class SortedNumbers {
  readonly #numbers: Float64Array;

  constructor(numbers: readonly number[]) {
    this.#numbers = Float64Array.from(numbers).sort();
  }

  has(number: number): boolean {
    return holds(this.#numbers, number);
  }
}

function areNumbers(
  items: readonly (number | string)[],
): items is readonly number[] {
  return typeof items[0] !== "string";
}
