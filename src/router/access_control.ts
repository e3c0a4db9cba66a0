/**
 * Whether a session may do what it asks for, and may have more than it has; and
 * who is told where it may not (checklist AZ-01 to AZ-04).
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import { type ErrorMessage, requestError } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { Action } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { OwnedKind, Peer } from "./model.ts";
import type { RealmObservers } from "./observers.ts";
import type { Counters } from "./ports.ts";
import type { Quota } from "./quota.ts";

const REQUEST_TYPE: Readonly<Record<Action, number>> = {
  call: MessageCode.CALL,
  register: MessageCode.REGISTER,
  publish: MessageCode.PUBLISH,
  subscribe: MessageCode.SUBSCRIBE,
};

/** The access control of one realm. */
export class AccessControl {
  readonly #observers: RealmObservers;
  readonly #counters: Counters;

  constructor(observers: RealmObservers, counters: Counters) {
    this.#observers = observers;
    this.#counters = counters;
  }

  /** The ERROR for what `peer` may not do; undefined where it may. */
  refuse(
    peer: Peer,
    action: Action,
    uri: string,
    match: MatchPolicy,
    request: number,
  ): ErrorMessage | undefined {
    if (peer.authorizer.allows(action, uri, match)) return undefined;
    const denial = peer.authorizer.denial(action, uri, match);
    this.#observers.tell({ kind: "denied", peer, action, uri, match, denial });
    return requestError(
      REQUEST_TYPE[action],
      request,
      denial.error,
      `${denial.text} "${uri.slice(0, 200)}"`,
    );
  }

  /**
   * The ERROR where `peer` can have no more of `kind`; undefined where it can.
   *
   * @param giving The quotas of sessions that give one up for it.
   */
  refuseMore(
    peer: Peer,
    kind: OwnedKind,
    action: Action,
    request: number,
    giving: readonly Quota[] = [],
  ): ErrorMessage | undefined {
    const reached = peer.limitReached(kind, giving);
    if (reached === undefined) return undefined;
    const { key, text } = reached;
    this.limitReached(peer, key, text);
    const { LIMIT_REACHED } = ErrorUri;
    return requestError(REQUEST_TYPE[action], request, LIMIT_REACHED, text);
  }

  /** The ERROR where a pattern is refused because of `text`; undefined where it is not. */
  refusePattern(
    peer: Peer,
    text: string | undefined,
    action: "subscribe" | "register",
    request: number,
  ): ErrorMessage | undefined {
    if (text === undefined) return undefined;
    this.limitReached(peer, "none: the limit is fixed", text);
    const { LIMIT_REACHED } = ErrorUri;
    return requestError(REQUEST_TYPE[action], request, LIMIT_REACHED, text);
  }

  /** Notes that `peer` is refused something because of the limit `key`. */
  limitReached(peer: Peer, key: string, text: string): void {
    this.#counters.increment("limits_reached");
    this.#observers.tell({ kind: "limit_reached", peer, key, text });
  }
}
