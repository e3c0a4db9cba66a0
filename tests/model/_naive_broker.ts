/**
 * A broker that is simple to the point of being slow: lists, looked through
 * from end to end. What it says is what the router has to say.
 */
import { type MatchPolicy, uriMatches } from "../../src/wamp/uri.ts";
import type { NaiveClient } from "./_naive_client.ts";
import { line } from "./_observed.ts";

interface NaiveSubscription {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly clients: NaiveClient[];
}

/** Who must get a publication, and who must not. */
export interface Lists {
  readonly exclude?: readonly number[];
  readonly eligible?: readonly number[];
  readonly exclude_authid?: readonly string[];
  readonly eligible_authid?: readonly string[];
}

/** Subscriptions in one list. */
export class NaiveBroker {
  subscriptions: NaiveSubscription[] = [];
  #lastId = 0;

  subscribe(
    client: NaiveClient,
    request: number,
    uri: string,
    match: MatchPolicy,
  ): void {
    let found = this.subscriptions.find((one) =>
      one.uri === uri && one.match === match
    );
    if (found === undefined) {
      found = { id: ++this.#lastId, uri, match, clients: [] };
      this.subscriptions.push(found);
    }
    if (!found.clients.includes(client)) found.clients.push(client);
    client.due(line("SUBSCRIBED", request, found.id));
  }

  unsubscribe(client: NaiveClient, request: number, id: number): void {
    const found = this.subscriptions.find((one) =>
      one.id === id && one.clients.includes(client)
    );
    if (found === undefined) {
      const error = "wamp.error.no_such_subscription";
      client.due(line("ERROR", 34, request, error, null));
      return;
    }
    client.due(line("UNSUBSCRIBED", request, {}));
    this.#remove(found, client);
  }

  revoke(client: NaiveClient, id: number, reason: string): void {
    const found = this.subscriptions.find((one) => one.id === id);
    if (found === undefined) return;
    if (client.features.subscriptionRevocation) {
      client.due(line("UNSUBSCRIBED", 0, { reason, subscription: id }));
    }
    this.#remove(found, client);
  }

  publish(
    publisher: NaiveClient,
    request: number,
    topic: string,
    options: Lists & {
      readonly acknowledge?: boolean;
      readonly exclude_me?: boolean;
      readonly disclose_me?: boolean;
    },
    tag: number,
  ): void {
    for (const { id, uri, match, clients } of this.subscriptions) {
      if (!uriMatches(uri, match, topic)) continue;
      const details = {
        ...(options.disclose_me ? publisher.disclosure("publisher") : {}),
        ...(match === "exact" ? {} : { topic }),
      };
      for (const client of clients) {
        if (client === publisher && options.exclude_me !== false) continue;
        if (isFor(options, client)) {
          client.due(line("EVENT", id, details, tag));
        }
      }
    }
    if (options.acknowledge) publisher.due(line("PUBLISHED", request));
  }

  leave(client: NaiveClient): void {
    for (const one of [...this.subscriptions]) this.#remove(one, client);
  }

  #remove(subscription: NaiveSubscription, client: NaiveClient): void {
    const { clients } = subscription;
    if (!clients.includes(client)) return;
    clients.splice(clients.indexOf(client), 1);
    if (clients.length > 0) return;
    this.subscriptions = this.subscriptions.filter((one) =>
      one !== subscription
    );
  }
}

function isFor(lists: Lists, { session, authid }: NaiveClient): boolean {
  return !lists.exclude?.includes(session) &&
    !lists.exclude_authid?.includes(authid) &&
    (lists.eligible?.includes(session) ?? true) &&
    (lists.eligible_authid?.includes(authid) ?? true);
}
