/**
 * What a realm keeps takes so much memory, in bytes: objects with their places in
 * tables, as measured in a running router (`tests/hostile/ledger_test.ts`).
 */
import type { Dict } from "../wamp/options.ts";
import { Payload } from "../wamp/payload.ts";
import { sizeOfPayload } from "../wamp/value_size.ts";

/** A session with nothing of its own. */
export const SESSION_BYTES = 2600;
/** A pending call, with its places in both peers' tables. */
export const CALL_BYTES = 360;
/** A call in pieces that ended, whose further pieces may come. */
export const ENDED_CALL_BYTES = 96;
/** A testament beside its own size. */
export const TESTAMENT_BYTES = 300;
const SUBSCRIPTION_BYTES = 560;
const REGISTRATION_BYTES = 900;
/** A copy of payload beside its own size. */
const PAYLOAD_BYTES = 250;
/** A URI is kept as text, and parts of it once more by the index of URIs. */
const URI_SHARE = 1.1;

/** The characters of a text that has others take two bytes each. */
const WIDE = /[^\0-\xff]/;

function uriBytes(uri: string): number {
  const bytes = WIDE.test(uri) ? 2 * uri.length : uri.length;
  return Math.round(URI_SHARE * bytes);
}

/** What a pending call keeps of its message. */
export interface KeptCall {
  readonly procedure: string;
  readonly passthru: Dict | undefined;
  readonly payload: Payload | undefined;
}

/** One session's part in a subscription to `uri`. */
export function subscriptionBytes(uri: string): number {
  return SUBSCRIPTION_BYTES + uriBytes(uri);
}

/** One session's part in a registration of `uri`. */
export function registrationBytes(uri: string): number {
  return REGISTRATION_BYTES + uriBytes(uri);
}

/** A pending call, with what it keeps of its message. */
export function callBytes(
  { payload, procedure, passthru }: KeptCall,
): number {
  let bytes = CALL_BYTES + procedure.length;
  if (payload !== undefined) bytes += PAYLOAD_BYTES + sizeOfPayload(payload);
  if (passthru !== undefined) bytes += heapBytes(passthru);
  return bytes;
}

const CONTAINER_BYTES = 64;
const ENTRY_BYTES = 24;

/** A JavaScript value as readers make it, about. */
export function heapBytes(value: unknown): number {
  if (typeof value === "string") return ENTRY_BYTES + value.length;
  if (typeof value !== "object" || value === null) return ENTRY_BYTES;
  if (value instanceof Uint8Array) return CONTAINER_BYTES * 2 + value.length;
  if (value instanceof Payload) return CONTAINER_BYTES + sizeOfPayload(value);
  let bytes = CONTAINER_BYTES;
  for (const [key, item] of Object.entries(value)) {
    bytes += (Array.isArray(value) ? 0 : key.length) + heapBytes(item);
  }
  return bytes;
}
