/**
 * What is wrong with a message, in the words that its sender gets with the ABORT.
 */
import { ProtocolError } from "../wamp/error_uri.ts";

/** What is at the position is not what the message has there. */
export function expected(what: string, found: string): ProtocolError {
  return new ProtocolError(`Expected ${what}, found ${found}`);
}

/** A number that is no integer of WAMP's own. */
export function notInRange(number: number | string): ProtocolError {
  return expected("an integer in [0, 2^53]", String(number));
}

/** Lists and dicts nest deeper than the config allows (SE-08). */
export function tooDeep(): ProtocolError {
  return new ProtocolError(
    "Lists and dicts in the message are nested too deeply (max_depth)",
    undefined,
    "max_depth",
  );
}

/** A string in the message is malformed (SJ-01, SM-05, SC-05). */
export function notUtf8(): ProtocolError {
  return new ProtocolError("A string is not valid UTF-8");
}

/** The message ends within a value. */
export function truncated(format: string): ProtocolError {
  return new ProtocolError(`The ${format} ends within a value`);
}

/** Something that only payload may hold. */
export function notInEnvelope(what: string): ProtocolError {
  return new ProtocolError(`Options and details cannot contain ${what}`);
}
