/**
 * What the log says of realms: requests that were denied, limits that were reached,
 * and events that were lost.
 */
import type { Logger } from "../base/log.ts";
import type { RealmEvent, RealmObserver } from "../router/observers.ts";
import type { Counters } from "../router/ports.ts";
import { ErrorUri } from "../wamp/error_uri.ts";

/** Longer topics are cut: clients choose them. */
const TOPIC_LENGTH_MAX = 100;

/**
 * Logs these events, and counts denied requests.
 *
 * @param log Limited in rate: clients decide how often these things happen.
 */
export function realmLog(log: Logger, counters: Counters): RealmObserver {
  return (event, realm) => {
    const { sessionId, identity } = event.peer;
    const { authid, authrole } = identity;
    const who = { realm, session: sessionId, authid, authrole };
    switch (event.kind) {
      case "denied":
        return logDenial(event, who, log, counters);
      case "limit_reached":
        return log.warn("limit reached", {
          ...who,
          key: event.key,
          limit: event.text,
        });
      case "event_lost":
        return logLoss(event, who, log);
    }
  };
}

type Who = Readonly<Record<string, string | number>>;

function logDenial(
  { action, uri, match, denial }: Extract<RealmEvent, { kind: "denied" }>,
  who: Who,
  log: Logger,
  counters: Counters,
): void {
  const isDecided = denial.error === ErrorUri.NOT_AUTHORIZED;
  counters.increment(
    isDecided ? "authorizations_denied" : "authorizations_failed",
  );
  log.warn(isDecided ? "not authorized" : "authorization failed", {
    ...who,
    action,
    uri,
    ...(match !== "exact" && { match }),
    decided_by: denial.decider,
  });
}

function logLoss(
  { peer, loss }: Extract<RealmEvent, { kind: "event_lost" }>,
  who: Who,
  log: Logger,
): void {
  const { maxMessageBytes } = peer.outlet;
  log.warn(
    "event lost: it cannot be sent to the subscriber, not even without its payload",
    {
      ...who,
      topic: loss.topic.slice(0, TOPIC_LENGTH_MAX),
      subscription: loss.subscription,
      publication: loss.publication,
      reason: loss.reason,
      // No key of the config: the client says in its handshake what it takes.
      decided_by: maxMessageBytes === undefined
        ? "the client's handshake"
        : `the client's handshake, which allows messages of up to ${maxMessageBytes} bytes`,
    },
  );
}
