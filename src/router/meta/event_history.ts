/**
 * `wamp.subscription.get_events`: what a history holds (checklist EH).
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import { type Dict, EMPTY_DICT } from "../../wamp/options.ts";
import type { Payload, PayloadFormat } from "../../wamp/payload.ts";
import { UnsupportedValueError } from "../../wamp/value_sink.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import { EventStoreError, type StoredEvent } from "../event_store.ts";
import type { LongWork } from "../long_work.ts";
import type { Peer, Subscription } from "../model.ts";
import { Audience } from "../publication.ts";
import type { Realm } from "../realm.ts";
import { idOf } from "./argument_types.ts";
import {
  type FindSecondRight,
  invalidArgument,
  type MetaAnswer,
} from "./meta_procedures.ts";
import { noSuchSubscription } from "./routing_procedures.ts";

/** No message is longer, so no answer need be (FR-02). */
const ANSWER_BYTES_MAX = 2 ** 24;
/** What an event takes in an answer beside its payload, at the least. */
const EVENT_BYTES_MIN = 64;
/** What an answer with a single event takes beside that one's payload, about. */
const ANSWER_OF_ONE_BYTES = 192;

/**
 * Answers `caller`, who may call the procedure (EH-03 to EH-11).
 *
 * @param payload What `values` were read from: the answer is in its format.
 */
export function queryEventHistory(
  caller: Peer,
  values: PayloadValues,
  { format }: Payload,
  realm: Pick<Realm, "access" | "broker" | "store">,
): MetaAnswer | LongWork<MetaAnswer> {
  const id = idOf(values.args[0]);
  // Without arguments there is no format either.
  if (id === undefined || format === undefined) {
    return invalidArgument(
      "The first argument must be the ID of a subscription",
    );
  }
  let filter: HistoryFilter;
  try {
    filter = readHistoryFilter(values);
  } catch (error) {
    if (error instanceof HistoryFilterError) {
      return invalidArgument(error.message);
    }
    throw error;
  }
  const subscription = realm.broker.subscriptions.get(id);
  if (subscription === undefined) return noSuchSubscription(id);
  const { uri, match } = subscription;
  // Who may not subscribe may not read (EH-10); who has subscribed may.
  const refusal = caller.subscriptions.has(id)
    ? undefined
    : realm.access.refuse(caller, "subscribe", uri, match, 0);
  if (refusal !== undefined) {
    return { error: refusal.error, text: refusal.text ?? "" };
  }
  const reader = new HistoryReader(realm, subscription, format);
  return readAnswer(reader, filter, caller);
}

/** Who has not subscribed needs the right to, for reading as well (EH-10). */
export function eventHistoryRight(
  { broker }: Pick<Realm, "broker">,
): FindSecondRight {
  return (caller, { args }) => {
    const id = idOf(args[0]);
    const subscription = id === undefined
      ? undefined
      : broker.subscriptions.get(id);
    if (
      subscription === undefined || caller.subscriptions.has(subscription.id)
    ) {
      return undefined;
    }
    const { uri, match } = subscription;
    return { uri, match, options: { match } };
  };
}

function* readAnswer(
  reader: HistoryReader,
  filter: HistoryFilter,
  caller: Peer,
): LongWork<MetaAnswer> {
  try {
    const args = yield* reader.read(filter, caller);
    if (args !== undefined) return { args };
    return {
      error: ErrorUri.PAYLOAD_SIZE_EXCEEDED,
      text:
        "There are more events than the caller accepts in a message: set a limit",
    };
  } catch (error) {
    if (!(error instanceof EventStoreError)) throw error;
    // What it says is for the operator, whom the store tells itself.
    return {
      error: ErrorUri.UNAVAILABLE,
      text: "The events of the history cannot be read at present",
    };
  }
}

/** Goes through one history. */
class HistoryReader {
  readonly #store: Realm["store"];
  readonly #subscription: Subscription;
  readonly #format: PayloadFormat;

  constructor(
    { store }: Pick<Realm, "store">,
    subscription: Subscription,
    format: PayloadFormat,
  ) {
    this.#store = store;
    this.#subscription = subscription;
    this.#format = format;
  }

  /** The events that pass, for people to read; undefined: more than fit. */
  *read(
    filter: HistoryFilter,
    caller: Peer,
  ): LongWork<unknown[] | undefined> {
    const gates = yield* this.#gatesOf(filter);
    const found: unknown[] = [];
    if (gates === undefined) return found;
    const { maxMessageBytes = ANSWER_BYTES_MAX } = caller.outlet;
    const bytesMax = Math.min(maxMessageBytes, ANSWER_BYTES_MAX);
    let bytes = 0;
    for (const event of this.#events(filter.isReverse)) {
      yield 0;
      const isWithin = gates.pass(event.publication);
      if (isWithin && isWanted(event, filter, caller)) {
        const kept = keptPayload(
          event.payload,
          this.#format,
          bytesMax - ANSWER_OF_ONE_BYTES,
        );
        bytes += EVENT_BYTES_MIN + sizeOf(kept.elements);
        if (bytes > bytesMax) return undefined;
        found.push(eventObject(event, kept, this.#subscription));
      }
      // Nothing that comes later in this direction can pass.
      if (gates.areClosed || found.length >= filter.limit) break;
    }
    return found;
  }

  #events(newestFirst: boolean): Iterable<StoredEvent> {
    const { history } = this.#subscription;
    // A subscription without a history has an empty one.
    return history === undefined
      ? []
      : this.#store.history(history, newestFirst);
  }

  /** Undefined where no event can pass: one that must be before all is unknown (EH-07). */
  *#gatesOf(
    { isReverse, lower, upper }: HistoryFilter,
  ): LongWork<PublicationGates | undefined> {
    if (lower.length === 0 && upper.length === 0) return NO_GATES;
    const wanted = new Set(
      [...lower, ...upper].map(({ publication }) => publication),
    );
    const known = new Set<number>();
    for (const { publication } of this.#events(false)) {
      if (wanted.has(publication)) known.add(publication);
      if (known.size === wanted.size) break;
      yield 0;
    }
    const isKnown = (bound: PublicationBound) => known.has(bound.publication);
    if (!lower.every(isKnown)) return undefined;
    const ends = upper.filter(isKnown);
    return isReverse
      ? new PublicationGates(ends, lower)
      : new PublicationGates(lower, ends);
  }
}

/** Which events pass, by the publications that draw lines, on the way through a history. */
class PublicationGates {
  /** Those that must have come before any passes. */
  readonly #opening: Map<number, boolean>;
  /** Those with which it ends. */
  readonly #closing: Map<number, boolean>;
  #areClosed = false;

  constructor(
    opening: readonly PublicationBound[],
    closing: readonly PublicationBound[],
  ) {
    this.#opening = inclusions(opening);
    this.#closing = inclusions(closing);
  }

  /** Whether no further event passes. */
  get areClosed(): boolean {
    return this.#areClosed;
  }

  /** Whether the next event, of that publication, passes. */
  pass(publication: number): boolean {
    const opens = this.#opening.get(publication);
    this.#opening.delete(publication);
    const closes = this.#closing.get(publication);
    this.#areClosed ||= closes !== undefined;
    return this.#opening.size === 0 && opens !== false && closes !== false;
  }
}

const NO_GATES = new PublicationGates([], []);

/** By publication: whether all bounds on it include it. */
function inclusions(
  bounds: readonly PublicationBound[],
): Map<number, boolean> {
  const found = new Map<number, boolean>();
  for (const { publication, isIncluded } of bounds) {
    found.set(publication, isIncluded && found.get(publication) !== false);
  }
  return found;
}

function isWanted(
  event: StoredEvent,
  filter: HistoryFilter,
  caller: Peer,
): boolean {
  return passes(filter, event.topic, event.timeMs) && isForAsker(event, caller);
}

/** Lists of sessions never get here; the others hold for who asks (EH-09). */
function isForAsker({ lists }: StoredEvent, caller: Peer): boolean {
  return lists === undefined || new Audience(lists).includes(caller);
}

/** The payload of an event as an answer has it. */
interface KeptPayload {
  readonly elements: readonly Payload[];
  /** Where they are left out: the detail that says why, as in an EVENT. */
  readonly mark: Dict;
}

/**
 * `payload` in `format`, unless that has no form for it, or it is so long
 * that no answer could have it (FR-15): one publisher must not make a history
 * unreadable. What is transcoded is not kept with the event.
 */
function keptPayload(
  payload: Payload,
  format: PayloadFormat,
  maxBytes: number,
): KeptPayload {
  try {
    const elements = (payload.format?.elements(payload) ?? [])
      .map((element) => element.in(format));
    return sizeOf(elements) <= maxBytes
      ? { elements, mark: EMPTY_DICT }
      : { elements: [], mark: { payload_limit_exceeded: true } };
  } catch (error) {
    if (!(error instanceof UnsupportedValueError)) throw error;
    return { elements: [], mark: { payload_unsupported: true } };
  }
}

function sizeOf(elements: readonly Payload[]): number {
  return elements.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** An event as the answer has it (EH-05). */
function eventObject(
  event: StoredEvent,
  { elements, mark }: KeptPayload,
  subscription: Subscription,
): Record<string, unknown> {
  const [args, kwargs] = elements;
  const topic = subscription.match === "exact" ? undefined : event.topic;
  return {
    timestamp: new Date(event.timeMs).toISOString(),
    subscription: subscription.id,
    publication: event.publication,
    details: { ...event.details, topic, ...mark },
    args,
    kwargs,
  };
}

/** Where one of the `*_publication` keys draws a line. */
interface PublicationBound {
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
  const given = new KeywordReader(kwargs);
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

/** The keyword arguments of a caller, read key by key. */
class KeywordReader {
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
  given: KeywordReader,
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

function isId(value: unknown): value is number {
  return idOf(value) !== undefined;
}
