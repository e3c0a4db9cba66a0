/**
 * Known options and details: their types and what a wrong one means.
 *
 * A key that is not listed is ignored, whatever its value (MF-05, FD-01). A
 * listed one of another type, or outside its set, is a protocol violation
 * (MF-07); given as null it counts as absent (MF-08).
 */
import { ProtocolError } from "./error_uri.ts";
import { ID_MAX } from "./id.ts";
import {
  type Check,
  each,
  known,
  type KnownKey,
  KnownKeys,
  LOOSE,
  TEXT,
  TEXTS,
} from "./known_keys.ts";
import type { MatchPolicy } from "./uri.ts";

/** A dict of the protocol's own: Options, Details, Extra. */
export type Dict = Readonly<Record<string, unknown>>;

/** The empty dict, shared: most messages carry it. */
export const EMPTY_DICT: Dict = Object.freeze({});

/** Whether `value` is a dict: no list, no binary. */
export function isDict(value: unknown): value is Dict {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Uint8Array);
}

const isBoolean: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isId: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 1 &&
  (value as number) <= ID_MAX;
const isIdList: Check = (value) => Array.isArray(value) && value.every(isId);
const isDictList: Check = (value) =>
  Array.isArray(value) && value.every(isDict);
function oneOf(...allowed: string[]): KnownKey {
  return known("scalar", (value) => allowed.includes(value as string));
}

const BOOLEAN = known("scalar", isBoolean);
const COUNT = known("scalar", isCount);
const IDS = known("list", isIdList);
const MATCH_POLICY = oneOf("exact", "prefix", "wildcard");

const PASSTHRU = {
  ppt_scheme: TEXT,
  ppt_serializer: TEXT,
  ppt_cipher: TEXT,
  ppt_keyid: TEXT,
};

/** Of routers' links: checked, otherwise ignored (RL-03, A-58). */
const LINKS = { forward_for: known("unread dicts", isDictList) };

/** AUTHENTICATE.Extra; a wrong value is a wrong answer. */
export const AUTHENTICATE_EXTRA = each(
  ["channel_binding", "cbind_data", "nonce"],
  LOOSE,
);

/** PUBLISH.Options. */
export const PUBLISH_OPTIONS = new KnownKeys({
  acknowledge: BOOLEAN,
  exclude_me: BOOLEAN,
  exclude: IDS,
  exclude_authid: TEXTS,
  exclude_authrole: TEXTS,
  eligible: IDS,
  eligible_authid: TEXTS,
  eligible_authrole: TEXTS,
  disclose_me: BOOLEAN,
  retain: BOOLEAN,
  // Ours.
  _clear_retained: BOOLEAN,
  rkey: TEXT,
  transaction_hash: TEXT,
  ...PASSTHRU,
  ...LINKS,
});

/** SUBSCRIBE.Options. */
export const SUBSCRIBE_OPTIONS = new KnownKeys({
  match: MATCH_POLICY,
  get_retained: BOOLEAN,
  nkey: TEXT,
  ...LINKS,
});

/** CALL.Options. */
export const CALL_OPTIONS = new KnownKeys({
  receive_progress: BOOLEAN,
  progress: BOOLEAN,
  timeout: COUNT,
  disclose_me: BOOLEAN,
  runmode: TEXT,
  rkey: TEXT,
  ...PASSTHRU,
  ...LINKS,
});

/** CANCEL.Options. */
export const CANCEL_OPTIONS = new KnownKeys({
  mode: oneOf("skip", "kill", "killnowait"),
  ...LINKS,
});

/** REGISTER.Options. */
export const REGISTER_OPTIONS = new KnownKeys({
  match: MATCH_POLICY,
  invoke: oneOf(
    "single",
    "roundrobin",
    "random",
    "first",
    "last",
    "least_pending",
  ),
  disclose_caller: BOOLEAN,
  forward_timeout: BOOLEAN,
  concurrency: COUNT,
  force_reregister: BOOLEAN,
  ...LINKS,
});

/** YIELD.Options. */
export const YIELD_OPTIONS = new KnownKeys({
  progress: BOOLEAN,
  ...PASSTHRU,
  ...LINKS,
});

/** ERROR.Details. */
export const ERROR_DETAILS = new KnownKeys({ ...PASSTHRU, ...LINKS });

/** Keys of payload passthru mode; forwarded as they are (PP-06). */
export interface PassthruOptions {
  readonly ppt_scheme?: string | null;
  readonly ppt_serializer?: string | null;
  readonly ppt_cipher?: string | null;
  readonly ppt_keyid?: string | null;
}

/** What the broker reads of PUBLISH.Options. */
export interface PublishOptions extends PassthruOptions, AudienceOptions {
  readonly acknowledge?: boolean | null;
  readonly exclude_me?: boolean | null;
  readonly disclose_me?: boolean | null;
  readonly retain?: boolean | null;
  /** Ours: from now on the topic has no retained event; `retain` is not looked at. */
  readonly _clear_retained?: boolean | null;
}

/** Who gets an event and who does not (BW-01). */
export interface AudienceOptions {
  readonly exclude?: readonly number[] | null;
  readonly exclude_authid?: readonly string[] | null;
  readonly exclude_authrole?: readonly string[] | null;
  readonly eligible?: readonly number[] | null;
  readonly eligible_authid?: readonly string[] | null;
  readonly eligible_authrole?: readonly string[] | null;
}

/** What the broker reads of SUBSCRIBE.Options. */
export interface SubscribeOptions {
  readonly match?: MatchPolicy | null;
  readonly get_retained?: boolean | null;
}

/** Which callee of a shared registration gets a call (SH-01); the last is ours. */
export type InvocationPolicy =
  | "single"
  | "roundrobin"
  | "random"
  | "first"
  | "last"
  | "least_pending";

/** What the dealer reads of REGISTER.Options. */
export interface RegisterOptions {
  readonly match?: MatchPolicy | null;
  readonly invoke?: InvocationPolicy | null;
  readonly disclose_caller?: boolean | null;
  readonly forward_timeout?: boolean | null;
  /** The most invocations at this callee at the same time; 0 or absent: no limit. */
  readonly concurrency?: number | null;
  readonly force_reregister?: boolean | null;
}

/** What the dealer reads of CALL.Options. */
export interface CallOptions extends PassthruOptions {
  readonly receive_progress?: boolean | null;
  readonly progress?: boolean | null;
  /** In milliseconds; 0: none (TO-01). */
  readonly timeout?: number | null;
  readonly disclose_me?: boolean | null;
}

/** What the dealer reads of YIELD.Options. */
export interface YieldOptions extends PassthruOptions {
  readonly progress?: boolean | null;
}

/** Whether payload passthru mode is on (PP-09). */
export function isPassthru(options: Dict): boolean {
  const scheme = options["ppt_scheme"];
  return typeof scheme === "string" && scheme !== "";
}

/** The keys of payload passthru mode that are there, for the receiver's dict. */
export function passthruKeys(options: Dict): Record<string, unknown> {
  const keys: Record<string, unknown> = {};
  if (!isPassthru(options)) return keys;
  for (const key of Object.keys(PASSTHRU)) {
    if (options[key] !== null && options[key] !== undefined) {
      keys[key] = options[key];
    }
  }
  return keys;
}

/**
 * Checks the known keys of `dict`.
 *
 * @throws {ProtocolError} On a known key with a value of the wrong type.
 */
export function checkDict(
  dict: Dict,
  { keys }: KnownKeys,
  where: string,
): void {
  if (dict === EMPTY_DICT) return;
  for (const key in dict) {
    if (!Object.hasOwn(keys, key)) continue;
    const value = dict[key];
    if (value !== null && !keys[key].isValid(value)) {
      throw wrongValue(where, key);
    }
  }
}

/** A known key's value is of a type, or a value, that it cannot have (MF-07). */
export function wrongValue(where: string, key: string): ProtocolError {
  return new ProtocolError(`${where}.${key} has a wrong type or value`);
}
