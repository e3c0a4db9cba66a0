import type { Logger } from "../base/log.ts";
import type {
  Action,
  Counters,
  Denial,
  DenialObserver,
} from "../router/ports.ts";
import type { Peer } from "../router/peer.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

/** Logs what is not allowed, and counts it, with what decided it. */
export class DenialLog implements DenialObserver {
  readonly #log: Logger;
  readonly #counters: Counters;

  /** @param log Limited in rate: a peer decides how often it is denied. */
  constructor(log: Logger, counters: Counters) {
    this.#log = log;
    this.#counters = counters;
  }

  denied(
    realm: string,
    peer: Peer,
    action: Action,
    uri: string,
    match: MatchPolicy,
    denial: Denial,
  ): void {
    const isDecided = denial.error === ErrorUri.NOT_AUTHORIZED;
    this.#counters.increment(
      isDecided ? "authorizations_denied" : "authorizations_failed",
    );
    this.#log.warn(isDecided ? "not authorized" : "authorization failed", {
      realm,
      session: peer.sessionId,
      authid: peer.identity.authid,
      authrole: peer.identity.authrole,
      action,
      uri,
      ...(match !== "exact" && { match }),
      decided_by: denial.decider,
    });
  }

  limitReached(realm: string, peer: Peer, key: string, text: string): void {
    this.#log.warn("a limit is reached", {
      realm,
      session: peer.sessionId,
      authid: peer.identity.authid,
      authrole: peer.identity.authrole,
      key,
      limit: text,
    });
  }
}
