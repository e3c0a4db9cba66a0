/**
 * What a subscriber gets in place of an event that it cannot take: one without
 * payload that says why, and with as many of the details as have room.
 */
import { type Event, SendOutcome } from "../wamp/message.ts";
import type { Dict } from "../wamp/options.ts";
import { NO_PAYLOAD } from "../wamp/payload.ts";
import type { CounterName, EventLoss } from "./ports.ts";

/** Why an event could not be sent as it was. */
export type Unsendable = Exclude<SendOutcome, typeof SendOutcome.SENT>;

/** The detail of the EVENT that says so; the second is ours. */
const MARK: Readonly<Record<Unsendable, EventLoss["reason"]>> = {
  [SendOutcome.TOO_LONG]: "payload_limit_exceeded",
  [SendOutcome.UNSUPPORTED_VALUE]: "payload_unsupported",
};

const COUNTER: Readonly<Record<Unsendable, CounterName>> = {
  [SendOutcome.TOO_LONG]: "events_too_long",
  [SendOutcome.UNSUPPORTED_VALUE]: "events_unsupported_value",
};

/** They say how to read the payload, which is not there. */
const PASSTHRU = ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"];
const TOPIC = ["topic"];
const IDENTITY = ["publisher_authid", "publisher_authrole"];

/** The details that are left out, one row after the other, until there is room. */
const CUTS: readonly (readonly string[])[] = [
  PASSTHRU,
  [...PASSTHRU, ...IDENTITY],
  [...PASSTHRU, ...TOPIC],
  [...PASSTHRU, ...TOPIC, ...IDENTITY],
];

/** Ours: some of the details did not fit, and are left out. */
const DETAILS_CUT = "_details_cut";

/** The name of `outcome` for who gets the event, or was to get it. */
export function reasonOf(outcome: Unsendable): EventLoss["reason"] {
  return MARK[outcome];
}

/** What counts events with `outcome`. */
export function counterOf(outcome: Unsendable): CounterName {
  return COUNTER[outcome];
}

/**
 * What can be sent in place of `event`, the best first. Each is to be tried with
 * all who wait for it: connections encode a message once for each serializer.
 */
export function* bareForms(event: Event, outcome: Unsendable): Iterable<Event> {
  const { details } = event;
  const mark = { [MARK[outcome]]: true };
  yield bare(event, { ...details, ...mark });
  for (const cut of CUTS) {
    if (!cut.some((key) => key in details)) continue;
    const kept = Object.entries(details).filter(([key]) => !cut.includes(key));
    yield bare(event, {
      ...Object.fromEntries(kept),
      ...mark,
      [DETAILS_CUT]: true,
    });
  }
}

function bare(event: Event, details: Dict): Event {
  return { ...event, details, payload: NO_PAYLOAD };
}
