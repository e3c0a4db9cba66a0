/**
 * `wamp.subscription.get_events`: what a history holds (checklist EH).
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import { type Dict, EMPTY_DICT } from "../../wamp/options.ts";
import type { Payload, PayloadFormat } from "../../wamp/payload.ts";
import { UnsupportedValueError } from "../../wamp/value_sink.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import { Audience } from "../audience.ts";
import { EventStoreError, type StoredEvent } from "../event_store.ts";
import type { Peer } from "../peer.ts";
import type { Subscription } from "../subscription.ts";
import {
  type HistoryFilter,
  HistoryFilterError,
  isId,
  passes,
  readHistoryFilter,
} from "./history_filter.ts";
import type { MetaAnswer } from "./meta_procedure.ts";
import type { RealmView } from "./realm_view.ts";

/** The procedure: who may not subscribe may not read (EH-10). */
export const GET_EVENTS = "wamp.subscription.get_events";

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
  realm: Pick<RealmView, "broker" | "gate" | "store">,
): MetaAnswer {
  const id = values.args[0];
  // Without arguments there is no format either.
  if (!isId(id) || format === undefined) {
    return invalid("The first argument must be the ID of a subscription");
  }
  let filter: HistoryFilter;
  try {
    filter = readHistoryFilter(values);
  } catch (error) {
    if (error instanceof HistoryFilterError) return invalid(error.message);
    throw error;
  }
  const subscription = realm.broker.subscriptions.get(id);
  if (subscription === undefined) {
    return {
      error: ErrorUri.NO_SUCH_SUBSCRIPTION,
      text: `There is no subscription ${id}`,
    };
  }
  const { uri, match } = subscription;
  // Who may not subscribe may not read (EH-10); who has subscribed may.
  const refusal = caller.subscriptions.has(id)
    ? undefined
    : realm.gate.refuse(caller, "subscribe", uri, match, 0);
  if (refusal !== undefined) {
    return { error: refusal.error, text: refusal.text ?? "" };
  }
  const reader = new HistoryReader(realm, subscription, format);
  return readAnswer(reader, filter, caller);
}

function readAnswer(
  reader: HistoryReader,
  filter: HistoryFilter,
  caller: Peer,
): MetaAnswer {
  try {
    const args = reader.read(filter, caller);
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

/** The first and the last place in a history that a filter lets pass. */
interface Range {
  readonly first: number;
  readonly last: number;
  /** How many events the history has; known only where there is a bound. */
  readonly count: number;
}

/** Goes through one history. */
class HistoryReader {
  readonly #store: RealmView["store"];
  readonly #subscription: Subscription;
  readonly #format: PayloadFormat;

  constructor(
    { store }: Pick<RealmView, "store">,
    subscription: Subscription,
    format: PayloadFormat,
  ) {
    this.#store = store;
    this.#subscription = subscription;
    this.#format = format;
  }

  /** The events that pass, for people to read; undefined: more than fit. */
  read(filter: HistoryFilter, caller: Peer): unknown[] | undefined {
    const range = this.#rangeOf(filter);
    const found: unknown[] = [];
    const { maxMessageBytes = ANSWER_BYTES_MAX } = caller.outlet;
    const bytesMax = Math.min(maxMessageBytes, ANSWER_BYTES_MAX);
    let bytes = 0;
    let place = filter.isReverse ? range.count : -1;
    for (const event of this.#events(filter.isReverse)) {
      place += filter.isReverse ? -1 : 1;
      // Nothing that comes later in this direction can pass.
      if (filter.isReverse ? place < range.first : place > range.last) break;
      if (place < range.first || place > range.last) continue;
      if (!passes(filter, event.topic, event.timeMs)) continue;
      if (!isForAsker(event, caller)) continue;
      const kept = keptPayload(
        event.payload,
        this.#format,
        bytesMax - ANSWER_OF_ONE_BYTES,
      );
      bytes += EVENT_BYTES_MIN + sizeOf(kept.elements);
      if (bytes > bytesMax) return undefined;
      found.push(eventObject(event, kept, this.#subscription));
      if (found.length >= filter.limit) break;
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

  #rangeOf({ lower, upper }: HistoryFilter): Range {
    const range = { first: -Infinity, last: Infinity, count: 0 };
    if (lower.length === 0 && upper.length === 0) return range;
    const places = new Map<number, number>();
    for (const { publication } of [...lower, ...upper]) {
      places.set(publication, -1);
    }
    for (const { publication } of this.#events(false)) {
      if (places.has(publication)) places.set(publication, range.count);
      range.count++;
    }
    for (const { publication, isIncluded } of lower) {
      const place = places.get(publication) ?? -1;
      const first = place < 0 ? Infinity : place + (isIncluded ? 0 : 1);
      range.first = Math.max(range.first, first);
    }
    for (const { publication, isIncluded } of upper) {
      const place = places.get(publication) ?? -1;
      if (place < 0) continue;
      range.last = Math.min(range.last, place - (isIncluded ? 0 : 1));
    }
    return range;
  }
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

function invalid(text: string): MetaAnswer {
  return { error: ErrorUri.INVALID_ARGUMENT, text };
}
