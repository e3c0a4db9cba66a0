/**
 * What `wamp.subscription.get_events` can be asked for (EH-03).
 */
import { ID_MAX } from "../../wamp/id.ts";
import type { PayloadValues } from "../../wamp/values.ts";

/** Where one of the `*_publication` keys draws a line. */
export interface PublicationBound {
  readonly publication: number;
  /** Whether the event itself is within. */
  readonly isIncluded: boolean;
}

/** The keyword arguments, checked. What is absent does not restrict. */
export interface HistoryFilter {
  readonly isReverse: boolean;
  readonly limit: number;
  readonly topic: string | undefined;
  /** In milliseconds since 1970, as the other three. */
  readonly fromMs: number;
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly untilMs: number;
  /** No event before these; where one is unknown, none at all (EH-07). */
  readonly lower: readonly PublicationBound[];
  /** No event behind these; an unknown one does not restrict (EH-07). */
  readonly upper: readonly PublicationBound[];
}

/** Why the arguments are no filter, in words for people. */
export class HistoryFilterError extends Error {
  override readonly name = "HistoryFilterError";
}

/**
 * Reads the keyword arguments; unknown ones are ignored, null counts as absent.
 *
 * @throws {HistoryFilterError} Where one has a wrong type or value (EH-06).
 */
export function readHistoryFilter(
  { args, kwargs }: PayloadValues,
): HistoryFilter {
  const given = new Keywords(kwargs);
  const reverse = given.take("reverse", isBoolean, "true or false");
  const topic = given.take("topic", isText, "a URI");
  const lower = [
    ...publicationBound(given, "from_publication", true),
    ...publicationBound(given, "after_publication", false),
  ];
  const upper = [
    ...publicationBound(given, "until_publication", true),
    ...publicationBound(given, "before_publication", false),
  ];
  return {
    isReverse: reverse ?? false,
    limit: readLimit(kwargs["limit"] ?? args[1]),
    topic,
    fromMs: given.time("from_time") ?? -Infinity,
    afterMs: given.time("after_time") ?? -Infinity,
    beforeMs: given.time("before_time") ?? Infinity,
    untilMs: given.time("until_time") ?? Infinity,
    lower,
    upper,
  };
}

/** Whether an event of that topic and time passes. */
export function passes(
  filter: HistoryFilter,
  topic: string,
  timeMs: number,
): boolean {
  return (filter.topic === undefined || filter.topic === topic) &&
    timeMs >= filter.fromMs && timeMs > filter.afterMs &&
    timeMs < filter.beforeMs && timeMs <= filter.untilMs;
}

/** Whether `value` is an ID (ID-01). */
export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 &&
    value <= ID_MAX;
}

const RFC_3339_REGEXP =
  /^(\d{4}-\d{2}-\d{2})[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The time that `text` names in RFC 3339, in milliseconds since 1970 and parts
 * of one; undefined where it names none.
 */
export function parseTime(text: string): number | undefined {
  const match = RFC_3339_REGEXP.exec(text);
  if (match === null) return undefined;
  const [, date, minute, second, fraction = "", zone] = match;
  const whole = Date.parse(`${date}T${minute}:00${zone.toUpperCase()}`);
  if (Number.isNaN(whole) || !isDate(date)) return undefined;
  // A leap second is the one after it, as clocks that know none have it.
  return whole + Number(second) * 1000 + Number(`0${fraction}`) * 1000;
}

/** `Date.parse()` takes February 31st, for one in March. */
function isDate(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

/** Dictionaries of callers, read key by key. */
class Keywords {
  readonly #kwargs: PayloadValues["kwargs"];

  constructor(kwargs: PayloadValues["kwargs"]) {
    this.#kwargs = kwargs;
  }

  take<Value>(
    key: string,
    is: (value: unknown) => value is Value,
    wanted: string,
  ): Value | undefined {
    const value = this.#kwargs[key] ?? undefined;
    if (value === undefined || is(value)) return value;
    throw new HistoryFilterError(`"${key}" must be ${wanted}`);
  }

  time(key: string): number | undefined {
    const wanted = "a time in RFC 3339, such as 2030-01-31T12:00:00Z";
    const text = this.take(key, isText, wanted);
    if (text === undefined) return undefined;
    const time = parseTime(text);
    if (time !== undefined) return time;
    throw new HistoryFilterError(`"${key}" must be ${wanted}`);
  }
}

function publicationBound(
  given: Keywords,
  key: string,
  isIncluded: boolean,
): PublicationBound[] {
  const publication = given.take(key, isId, "the ID of a publication");
  return publication === undefined ? [] : [{ publication, isIncluded }];
}

/** Clients of Crossbar.io send it as the second argument. */
function readLimit(value: unknown): number {
  if (value === undefined || value === null) return Infinity;
  if (typeof value === "number" && Number.isInteger(value) && value > 0) {
    return value;
  }
  // There are never so many.
  if (typeof value === "bigint" && value > 0n) return Infinity;
  throw new HistoryFilterError('"limit" must be an integer above 0');
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
