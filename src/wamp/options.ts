/**
 * Known options and details: their types and what a wrong one means.
 *
 * A key that is not listed is ignored, whatever its value (MF-05, FD-01). A
 * listed one of another type, or outside its set, is a protocol violation
 * (MF-07); given as null it counts as absent (MF-08).
 */
import { ID_MAX } from "./id.ts";
import { ProtocolError } from "./error_uri.ts";
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

type Check = (value: unknown) => boolean;

/** The known keys of a dict, and what their values must be. */
export type KnownKeys = Readonly<Record<string, Check>>;

const isBoolean: Check = (value) => typeof value === "boolean";
const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isId: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 1 &&
  (value as number) <= ID_MAX;
const isIdList: Check = (value) => Array.isArray(value) && value.every(isId);
const isTextList: Check = (value) =>
  Array.isArray(value) && value.every(isText);
const isDictList: Check = (value) =>
  Array.isArray(value) && value.every(isDict);
function isOneOf(...allowed: string[]): Check {
  return (value) => allowed.includes(value as string);
}

const isMatchPolicy = isOneOf("exact", "prefix", "wildcard");

const PASSTHRU = {
  ppt_scheme: isText,
  ppt_serializer: isText,
  ppt_cipher: isText,
  ppt_keyid: isText,
};

/** Of routers' links: checked, otherwise ignored (RL-03, A-58). */
const LINKS = { forward_for: isDictList };

/** HELLO.Details (HW-11); `roles` has checks of its own. */
export const HELLO_DETAILS = {
  authmethods: isTextList,
  authid: isText,
  authrole: isText,
  authextra: isDict,
  agent: isText,
};

/** PUBLISH.Options. */
export const PUBLISH_OPTIONS = {
  acknowledge: isBoolean,
  exclude_me: isBoolean,
  exclude: isIdList,
  exclude_authid: isTextList,
  exclude_authrole: isTextList,
  eligible: isIdList,
  eligible_authid: isTextList,
  eligible_authrole: isTextList,
  disclose_me: isBoolean,
  retain: isBoolean,
  // Ours.
  _clear_retained: isBoolean,
  rkey: isText,
  transaction_hash: isText,
  ...PASSTHRU,
  ...LINKS,
};

/** SUBSCRIBE.Options. */
export const SUBSCRIBE_OPTIONS = {
  match: isMatchPolicy,
  get_retained: isBoolean,
  nkey: isText,
  ...LINKS,
};

/** CALL.Options. */
export const CALL_OPTIONS = {
  receive_progress: isBoolean,
  progress: isBoolean,
  timeout: isCount,
  disclose_me: isBoolean,
  runmode: isText,
  rkey: isText,
  ...PASSTHRU,
  ...LINKS,
};

/** CANCEL.Options. */
export const CANCEL_OPTIONS = {
  mode: isOneOf("skip", "kill", "killnowait"),
  ...LINKS,
};

/** REGISTER.Options. */
export const REGISTER_OPTIONS = {
  match: isMatchPolicy,
  invoke: isOneOf(
    "single",
    "roundrobin",
    "random",
    "first",
    "last",
    "least_pending",
  ),
  disclose_caller: isBoolean,
  forward_timeout: isBoolean,
  concurrency: isCount,
  force_reregister: isBoolean,
  ...LINKS,
};

/** YIELD.Options. */
export const YIELD_OPTIONS = { progress: isBoolean, ...PASSTHRU, ...LINKS };

/** ERROR.Details. */
export const ERROR_DETAILS = { ...PASSTHRU, ...LINKS };

/** Dicts in which no key is known to us. */
export const NO_KNOWN_KEYS = {};

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
  known: KnownKeys,
  where: string,
): void {
  if (dict === EMPTY_DICT) return;
  for (const key in dict) {
    if (!Object.hasOwn(known, key)) continue;
    const value = dict[key];
    if (value !== null && !known[key](value)) {
      throw new ProtocolError(`${where}.${key} has a wrong type or value`);
    }
  }
}
