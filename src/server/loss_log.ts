import type { Logger } from "../base/log.ts";
import type { EventLoss, LossObserver } from "../router/ports.ts";
import type { Peer } from "../router/peer.ts";

/** So much of a topic tells which one it is. */
const TOPIC_LENGTH_MAX = 100;

/** Logs each event of which a subscriber could be told nothing. */
export class LossLog implements LossObserver {
  readonly #log: Logger;

  /** @param log Limited in rate: publishers decide how often events are lost. */
  constructor(log: Logger) {
    this.#log = log;
  }

  lost(realm: string, subscriber: Peer, loss: EventLoss): void {
    const { sessionId, identity, outlet } = subscriber;
    this.#log.warn("event lost: the subscriber could be told nothing of it", {
      realm,
      session: sessionId,
      authid: identity.authid,
      authrole: identity.authrole,
      topic: loss.topic.slice(0, TOPIC_LENGTH_MAX),
      subscription: loss.subscription,
      publication: loss.publication,
      reason: loss.reason,
      decided_by: decider(outlet.maxMessageBytes),
    });
  }
}

/** No key of the config: the client says in its handshake what it takes. */
function decider(maxMessageBytes: number | undefined): string {
  return maxMessageBytes === undefined
    ? "the client's handshake"
    : `the client's handshake: messages of up to ${maxMessageBytes} octets`;
}
