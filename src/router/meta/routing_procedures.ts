/**
 * `wamp.registration.…` and `wamp.subscription.…`: what is registered and subscribed
 * to, and by whom; and taking it away (checklist MR, RV-04, MU, SV-04).
 * Subscriptions to the router's own events are hidden.
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import type { Dict } from "../../wamp/options.ts";
import { isReservedUri } from "../../wamp/router_uris.ts";
import type { MatchPolicy } from "../../wamp/uri.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import type { LongWork } from "../long_work.ts";
import type { Peer, Registration, Subscription } from "../model.ts";
import type { Realm } from "../realm.ts";
import { idOf, keyword, matchOf, textOf } from "./argument_types.ts";
import { forEach } from "./long_answer.ts";
import {
  factProcedure,
  invalidArgument,
  type MetaAnswer,
  type MetaError,
  type MetaProcedure,
  type MetaTable,
  NO_RESULT,
} from "./meta_procedures.ts";
import { noSuchSession } from "./session_procedures.ts";

/**
 * The longest reason, in bytes of JSON, which takes most: whatever a client's
 * own limit is, the message that tells it of the revocation fits (FR-14).
 */
const REASON_BYTES_MAX = 384;

/** What is told about a registration. */
export function registrationDetails(registration: Registration): Dict {
  const { id, created, uri, match, policy } = registration;
  return { id, created: created.toISOString(), uri, match, invoke: policy };
}

/** What is told about a subscription. */
export function subscriptionDetails(subscription: Subscription): Dict {
  const { id, created, uri, match } = subscription;
  return { id, created: created.toISOString(), uri, match };
}

/** Whether the meta API tells about `subscription` (MU-05). */
export function isShown(subscription: Subscription): boolean {
  return !isReservedUri(subscription.uri);
}

/** The procedures about registrations. */
export function registrationProcedures({ dealer, peers }: Realm): MetaTable {
  const about = (fact: (registration: Registration) => unknown) =>
    factProcedure(
      "registration",
      (id) => dealer.registration(id),
      noSuchRegistration,
      fact,
    );
  return {
    "wamp.registration.list": () =>
      idsByMatch(
        dealer.registrations.values(),
        ({ callees }) => callees.some(({ peer }) => !peer.hasLeft),
      ),
    "wamp.registration.lookup": lookup(
      "procedure",
      (uri, match) => dealer.lookup(uri, match)?.id,
    ),
    "wamp.registration.match": (_caller, { args }) => {
      const uri = textOf(args[0]);
      return uri === undefined
        ? invalidArgument("The first argument must be a procedure")
        : { args: [dealer.match(uri)?.id ?? null] };
    },
    "wamp.registration.get": about(registrationDetails),
    "wamp.registration.list_callees": about(
      ({ callees }) => callees.map(({ peer }) => peer.sessionId),
    ),
    "wamp.registration.count_callees": about(({ callees }) => callees.length),
    "wamp.registration.remove_callee": revocation(
      peers,
      (id) => dealer.registration(id),
      noSuchRegistration,
      ({ id }, peer) => peer.registrations.has(id),
      (registration, peer, reason) => dealer.revoke(registration, peer, reason),
    ),
  };
}

/** The procedures about subscriptions. */
export function subscriptionProcedures({ broker, peers }: Realm): MetaTable {
  const find = (id: number) => {
    const found = broker.subscription(id);
    return found !== undefined && isShown(found) ? found : undefined;
  };
  const about = (fact: (subscription: Subscription) => unknown) =>
    factProcedure("subscription", find, noSuchSubscription, fact);
  return {
    "wamp.subscription.list": () =>
      idsByMatch(
        broker.subscriptions.values(),
        (one) => isShown(one) && isThere(one),
      ),
    "wamp.subscription.lookup": lookup("topic", (uri, match) => {
      const found = broker.lookup(uri, match);
      return found !== undefined && isShown(found) ? found.id : undefined;
    }),
    "wamp.subscription.match": (_caller, { args }) => {
      const topic = textOf(args[0]);
      if (topic === undefined) {
        return invalidArgument("The first argument must be a topic");
      }
      const found = broker.match(topic).filter(isShown);
      return { args: [found.length === 0 ? null : found.map(({ id }) => id)] };
    },
    "wamp.subscription.get": about(subscriptionDetails),
    "wamp.subscription.list_subscribers": about(
      ({ subscribers }) => [...subscribers].map(({ sessionId }) => sessionId),
    ),
    "wamp.subscription.count_subscribers": about(
      ({ subscribers }) => subscribers.size,
    ),
    "wamp.subscription.remove_subscriber": revocation(
      peers,
      find,
      noSuchSubscription,
      ({ subscribers }, peer) => subscribers.has(peer),
      (subscription, peer, reason) => broker.revoke(subscription, peer, reason),
    ),
  };
}

function noSuchRegistration(id: number): MetaError {
  return {
    error: ErrorUri.NO_SUCH_REGISTRATION,
    text: `There is no registration ${id}`,
  };
}

/** The answer where a subscription is unknown, or is not shown. */
export function noSuchSubscription(id: number): MetaError {
  return {
    error: ErrorUri.NO_SUCH_SUBSCRIPTION,
    text: `There is no subscription ${id}`,
  };
}

/** Whether it has subscribers that have not left, or is there without any. */
function isThere({ subscribers, history }: Subscription): boolean {
  return history !== undefined ||
    subscribers.values().some(({ hasLeft }) => !hasLeft);
}

/** IDs by match policy; all three keys are always there (MR-03, MU-03). */
function* idsByMatch<
  Item extends { readonly id: number; readonly match: MatchPolicy },
>(
  items: Iterable<Item>,
  suits: (item: Item) => boolean,
): LongWork<MetaAnswer> {
  const ids: Record<MatchPolicy, number[]> = {
    exact: [],
    prefix: [],
    wildcard: [],
  };
  yield* forEach(items, (item) => {
    if (suits(item)) ids[item.match].push(item.id);
  });
  return { args: [ids] };
}

/** @param what For people: of what the first argument is the URI. */
function lookup(
  what: string,
  idOfEntry: (uri: string, match: MatchPolicy) => number | undefined,
): MetaProcedure {
  return (_caller, { args }) => {
    const uri = textOf(args[0]);
    const match = matchOf(args[1]);
    return uri === undefined || match === undefined
      ? invalidArgument(
        `The arguments must be a ${what} and a dict with the match policy`,
      )
      : { args: [idOfEntry(uri, match) ?? null] };
  };
}

/** The procedure that takes a session's part in something away. */
function revocation<Subject>(
  peers: ReadonlyMap<number, Peer>,
  find: (id: number) => Subject | undefined,
  noSuch: (id: number) => MetaError,
  hasPart: (subject: Subject, peer: Peer) => boolean,
  revoke: (subject: Subject, peer: Peer, reason: string | undefined) => void,
): MetaProcedure {
  return (_caller, values) => {
    const wanted = revocationOf(values);
    if ("error" in wanted) return wanted;
    const subject = find(wanted.id);
    if (subject === undefined) return noSuch(wanted.id);
    const peer = peers.get(wanted.session);
    if (peer === undefined || !hasPart(subject, peer)) {
      return noSuchSession(wanted.session);
    }
    revoke(subject, peer, wanted.reason);
    return NO_RESULT;
  };
}

/** What a session is to lose. */
interface Revocation {
  /** Of the subscription or registration. */
  readonly id: number;
  readonly session: number;
  /** For people. */
  readonly reason: string | undefined;
}

/** From `(id, session, reason=)`, or why that is wrong (RV-04, SV-04). */
export function revocationOf(
  { args, kwargs }: PayloadValues,
): Revocation | MetaError {
  const id = idOf(args[0]);
  const session = idOf(args[1]);
  const reason = keyword(kwargs, "reason");
  if (id === undefined || session === undefined) {
    return invalidArgument(
      "The arguments must be the ID of what is revoked and a session ID",
    );
  }
  if (reason !== undefined && !isReason(reason)) {
    return invalidArgument(
      `reason must be text that is no longer than ${REASON_BYTES_MAX} bytes in JSON`,
    );
  }
  return { id, session, reason };
}

function isReason(reason: unknown): reason is string {
  if (typeof reason !== "string" || reason.length > REASON_BYTES_MAX) {
    return false;
  }
  const bytes = new TextEncoder().encode(JSON.stringify(reason));
  return bytes.length <= REASON_BYTES_MAX;
}
