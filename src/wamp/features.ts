/**
 * What HELLO and WELCOME say about peers (checklist HW): their features, and who
 * a session is.
 */
import { ProtocolError } from "./error_uri.ts";
import {
  each,
  known,
  KnownKeys,
  LOOSE,
  looseDict,
  TEXT,
  TEXTS,
} from "./known_keys.ts";
import { type Dict, isDict } from "./options.ts";

/** What authentication finds out about a session (HW-07). */
export interface Identity {
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
}

/**
 * WELCOME.Details.roles: only what works (HW-05, HW-13, HW-14).
 */
export const ROUTER_ROLES: Readonly<
  Record<"broker" | "dealer", { readonly features: Dict }>
> = {
  broker: {
    features: {
      publisher_exclusion: true,
      publisher_identification: true,
      subscriber_blackwhite_listing: true,
      publication_trustlevels: true,
      event_history: true,
      event_retention: true,
      subscription_revocation: true,
      payload_passthru_mode: true,
      pattern_based_subscription: true,
      session_meta_api: true,
      subscription_meta_api: true,
      // Ours: EVENT.Details.payload_unsupported, PUBLISH.Options._clear_retained
      // (MF-06).
      _payload_unsupported: true,
      _clear_retained: true,
    },
  },
  dealer: {
    features: {
      call_canceling: true,
      call_timeout: true,
      progressive_call_results: true,
      progressive_call_invocations: true,
      caller_identification: true,
      call_trustlevels: true,
      pattern_based_registration: true,
      shared_registration: true,
      call_reroute: true,
      registration_revocation: true,
      payload_passthru_mode: true,
      session_meta_api: true,
      registration_meta_api: true,
      testament_meta_api: true,
      // Ours: the policy `least_pending` (MF-06).
      _least_pending: true,
    },
  },
};

const CLIENT_ROLES = ["publisher", "subscriber", "caller", "callee"] as const;

/**
 * What a client can announce that changes what the router does: one bit each.
 * {@linkcode ClientFeatures} holds a client's.
 */
export const ClientFeature = {
  /** Takes INTERRUPT (CX-06); both spellings count (HW-04). */
  CALLEE_CANCELING: 1 << 0,
  /** Keeps its own timer (TO-04). */
  CALLEE_TIMEOUT: 1 << 1,
  /** Answers in pieces (PR-01). */
  CALLEE_PROGRESSIVE_RESULTS: 1 << 2,
  /** Takes calls in pieces (PG-03). */
  CALLEE_PROGRESSIVE_INVOCATIONS: 1 << 3,
  /** Wants to be told of revocations (RV-02). */
  CALLEE_REVOCATION: 1 << 4,
  /** Sends calls on by `wamp.error.unavailable` (RR-01). */
  CALLEE_REROUTE: 1 << 5,
  /** Takes and sends payload that is opaque (PP-01, PP-03). */
  CALLEE_PASSTHRU: 1 << 6,
  /** Takes answers in pieces (PR-02). */
  CALLER_PROGRESSIVE_RESULTS: 1 << 7,
  /** Sends calls in pieces (PG-02). */
  CALLER_PROGRESSIVE_INVOCATIONS: 1 << 8,
  /** Takes and sends payload that is opaque (PP-01, PP-04). */
  CALLER_PASSTHRU: 1 << 9,
  /** Sends payload that is opaque (PP-01). */
  PUBLISHER_PASSTHRU: 1 << 10,
  /** Wants to be told of revocations (SV-02). */
  SUBSCRIBER_REVOCATION: 1 << 11,
} as const;

/** Bits of {@linkcode ClientFeature}. */
export type ClientFeatures = number;

type ClientRole = typeof CLIENT_ROLES[number];

/** By role: features as they are announced, and their bits. */
const ANNOUNCED: Readonly<
  Record<ClientRole, readonly (readonly [string, number])[]>
> = {
  callee: [
    ["call_canceling", ClientFeature.CALLEE_CANCELING],
    ["call_cancelling", ClientFeature.CALLEE_CANCELING],
    ["call_timeout", ClientFeature.CALLEE_TIMEOUT],
    ["progressive_call_results", ClientFeature.CALLEE_PROGRESSIVE_RESULTS],
    [
      "progressive_call_invocations",
      ClientFeature.CALLEE_PROGRESSIVE_INVOCATIONS,
    ],
    ["registration_revocation", ClientFeature.CALLEE_REVOCATION],
    ["call_reroute", ClientFeature.CALLEE_REROUTE],
    ["payload_passthru_mode", ClientFeature.CALLEE_PASSTHRU],
  ],
  caller: [
    ["progressive_call_results", ClientFeature.CALLER_PROGRESSIVE_RESULTS],
    [
      "progressive_call_invocations",
      ClientFeature.CALLER_PROGRESSIVE_INVOCATIONS,
    ],
    ["payload_passthru_mode", ClientFeature.CALLER_PASSTHRU],
  ],
  publisher: [["payload_passthru_mode", ClientFeature.PUBLISHER_PASSTHRU]],
  subscriber: [
    ["subscription_revocation", ClientFeature.SUBSCRIBER_REVOCATION],
  ],
};

/** HELLO.Details.roles; {@linkcode readClientFeatures} checks them. */
const ROLES = new KnownKeys(Object.fromEntries(
  CLIENT_ROLES.map((role) => {
    const names = ANNOUNCED[role].map(([feature]) => feature);
    return [role, looseDict(each(["features"], looseDict(each(names, LOOSE))))];
  }),
));

/** HELLO.Details (HW-11). */
export const HELLO_DETAILS = new KnownKeys({
  authmethods: TEXTS,
  authid: TEXT,
  authrole: TEXT,
  authextra: known("whole dict", isDict),
  agent: TEXT,
  roles: looseDict(ROLES),
});

/**
 * Reads HELLO.Details.roles. Unknown roles and features are ignored (HW-03).
 *
 * @throws {ProtocolError} Where no known role is announced (HW-02), or one is no dict.
 */
export function readClientFeatures(roles: unknown): ClientFeatures {
  if (!isDict(roles)) {
    throw new ProtocolError("HELLO.Details.roles must be a dict of roles");
  }
  let isKnown = false;
  let bits = 0;
  for (const role of CLIENT_ROLES) {
    const details = Object.hasOwn(roles, role) ? roles[role] : null;
    if (details === null) continue;
    if (!isDict(details)) {
      throw new ProtocolError(`HELLO.Details.roles.${role} must be a dict`);
    }
    isKnown = true;
    const { features } = details;
    if (!isDict(features)) continue;
    for (const [feature, bit] of ANNOUNCED[role]) {
      if (features[feature] === true) bits |= bit;
    }
  }
  if (!isKnown) {
    throw new ProtocolError(
      `HELLO.Details.roles must name one of ${CLIENT_ROLES.join(", ")}`,
    );
  }
  return bits;
}
