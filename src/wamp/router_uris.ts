/**
 * The URIs that are special: the router's own procedures and topics, and what a
 * client can do with them. Rules, the meta API, sessions and reviews of a config
 * all read it here.
 */
import { isValidUri, type MatchPolicy, type UriCheck } from "./uri.ts";

/** The four things a session needs a permission for (AZ-01). */
export type Action = "call" | "register" | "publish" | "subscribe";

/**
 * What a permission can allow: an action; or, beside `register`, to take a
 * registration from callees that did not agree to it (RV-04).
 */
export type Right = Action | "force_reregister";

/** What is special about calling a procedure. */
export interface RouterProcedure {
  /**
   * It ends what other sessions have, or makes the router forget: calling it must
   * be granted by name, and a permission for everything does not count (AZ-11).
   */
  readonly isGuarded?: true;
  /** The right that its caller needs beside that to call it (EH-10, TS-05). */
  readonly secondRight?: "publish" | "subscribe";
}

const PROCEDURES = {
  "wamp.session.count": {},
  "wamp.session.list": {},
  "wamp.session.get": {},
  "wamp.session.kill": { isGuarded: true },
  "wamp.session.kill_by_authid": { isGuarded: true },
  "wamp.session.kill_by_authrole": { isGuarded: true },
  "wamp.session.kill_all": { isGuarded: true },
  "wamp.session.add_testament": { secondRight: "publish" },
  "wamp.session.flush_testaments": {},
  "wamp.registration.list": {},
  "wamp.registration.lookup": {},
  "wamp.registration.match": {},
  "wamp.registration.get": {},
  "wamp.registration.list_callees": {},
  "wamp.registration.count_callees": {},
  "wamp.registration.remove_callee": { isGuarded: true },
  "wamp.subscription.list": {},
  "wamp.subscription.lookup": {},
  "wamp.subscription.match": {},
  "wamp.subscription.get": {},
  "wamp.subscription.list_subscribers": {},
  "wamp.subscription.count_subscribers": {},
  "wamp.subscription.remove_subscriber": { isGuarded: true },
  "wamp.subscription.get_events": { secondRight: "subscribe" },
  "sluice.authorization.flush": { isGuarded: true },
} as const satisfies Readonly<Record<string, RouterProcedure>>;

/** A procedure of the router's own. */
export type RouterProcedureUri = keyof typeof PROCEDURES;

/** The URIs of the router's own procedures. */
export const ROUTER_PROCEDURES: readonly string[] = Object.keys(PROCEDURES);

const BY_URI: ReadonlyMap<string, RouterProcedure> = new Map(
  Object.entries(PROCEDURES),
);

/** The topics of the router's own events, which no client can publish to. */
export const ROUTER_TOPICS = [
  "wamp.session.on_join",
  "wamp.session.on_leave",
  "wamp.subscription.on_create",
  "wamp.subscription.on_subscribe",
  "wamp.subscription.on_unsubscribe",
  "wamp.subscription.on_delete",
  "wamp.registration.on_create",
  "wamp.registration.on_register",
  "wamp.registration.on_unregister",
  "wamp.registration.on_delete",
  // Ours: an event of which a subscriber could be told nothing.
  "sluice.event.on_lost",
  // Ours: to a subscriber that reads again, how many events it did not get.
  "sluice.event.on_dropped",
] as const;

/** A topic of the router's own. */
export type RouterTopic = typeof ROUTER_TOPICS[number];

const DOT = 0x2e;

/** Below these are the router's own URIs: the protocol's, and ours. */
export const ROUTER_PREFIXES = [
  "wamp.",
  "sluice.authorization.",
  "sluice.event.",
] as const;

/** Whether the first component is the reserved `wamp` (UR-09, A-18). */
export function isReservedUri(uri: string): boolean {
  return uri.startsWith("wamp") &&
    (uri.length === 4 || uri.charCodeAt(4) === DOT);
}

/**
 * The text that all URIs of the router's own begin with that are of the same kind
 * as `uri`: the protocol's, or ours. Undefined where it is none of them.
 */
export function routerPrefixOf(uri: string): string | undefined {
  return isReservedUri(uri)
    ? ROUTER_PREFIXES[0]
    : ROUTER_PREFIXES.find((prefix) => uri.startsWith(prefix));
}

/**
 * Whether `uri` is one of the router's own, which clients can only call and
 * subscribe to: the protocol's, below `wamp`, or ours.
 */
export function isRouterUri(uri: string): boolean {
  return isReservedUri(uri) ||
    (uri.startsWith("sluice.") && routerPrefixOf(uri) !== undefined);
}

/** Whether every URI that the pattern matches is one of the router's own. */
export function isRouterPattern(uri: string, match: MatchPolicy): boolean {
  // The prefix "wamp" matches "wampum" too.
  return isRouterUri(uri) && !(match === "prefix" && uri === "wamp");
}

/** Whether calling `procedure` must be granted by name (AZ-11). */
export function isGuardedProcedure(procedure: string): boolean {
  return BY_URI.get(procedure)?.isGuarded === true;
}

/** The right that callers of `procedure` need beside that to call it. */
export function secondRightOf(
  procedure: string,
): RouterProcedure["secondRight"] {
  return BY_URI.get(procedure)?.secondRight;
}

/**
 * Why no client can do that, whatever its rights: the URI is not valid (AZ-05), or
 * registering and publishing there is for the router alone (UR-09). Undefined where
 * rights decide.
 */
export function uriFault(
  right: Right,
  uri: string,
  match: MatchPolicy,
  check: UriCheck,
): "invalid_uri" | "reserved_uri" | undefined {
  if (!isValidUri(uri, match, check)) return "invalid_uri";
  if (right === "call" || right === "subscribe") return undefined;
  return isRouterUri(uri) ? "reserved_uri" : undefined;
}
