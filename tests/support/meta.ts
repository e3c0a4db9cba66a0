/** The router's own procedures and events, as a client meets them. */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import { type RawClient, show, type WireMessage } from "./raw_client.ts";
import { expectError } from "./scenario.ts";
import { openRealm } from "./test_server.ts";

/** A realm whose role `anonymous` may do everything, also what needs naming (AZ-11). */
export function guardedRealm(name = "realm1"): RealmConfig {
  const realm = openRealm(name);
  return {
    ...realm,
    roles: realm.roles.map((role) => ({
      ...role,
      permissions: [
        ...role.permissions,
        { ...role.permissions[0], uri: "wamp." },
      ],
    })),
  };
}

/** Calls `procedure` and returns the payload of its RESULT: arguments, keywords. */
export async function callMeta(
  client: RawClient,
  procedure: string,
  args: unknown[] = [],
  kwargs: Record<string, unknown> = {},
): Promise<WireMessage> {
  const request = client.nextRequest();
  const answer = await client.request([
    48,
    request,
    {},
    procedure,
    args,
    kwargs,
  ]);
  assertEquals(answer.slice(0, 3), [50, request, {}], show(answer));
  return answer.slice(3);
}

/** Calls `procedure` and returns the one argument of its RESULT. */
export async function askMeta(
  client: RawClient,
  procedure: string,
  ...args: unknown[]
): Promise<unknown> {
  const payload = await callMeta(client, procedure, args);
  assertEquals(payload.length, 1, show(payload));
  assertEquals(payload[0].length, 1, show(payload));
  return payload[0][0];
}

/** Calls `procedure` and expects that it answers nothing but that it is done. */
export async function doMeta(
  client: RawClient,
  procedure: string,
  args: unknown[] = [],
  kwargs: Record<string, unknown> = {},
): Promise<void> {
  assertEquals(await callMeta(client, procedure, args, kwargs), []);
}

/** Calls `procedure` and expects an ERROR. */
export async function refuseMeta(
  client: RawClient,
  uri: string,
  procedure: string,
  args: unknown[] = [],
  kwargs: Record<string, unknown> = {},
): Promise<void> {
  const request = client.nextRequest();
  await client.send([48, request, {}, procedure, args, kwargs]);
  await expectError(client, 48, request, uri);
}

/** Subscribes to meta topics by the prefix of their names; tells what comes. */
export async function watch(
  client: RawClient,
  prefix = "wamp.",
): Promise<MetaWatch> {
  const subscription = await client.subscribe(prefix, { match: "prefix" });
  return new MetaWatch(client, subscription);
}

/** Events at one client that subscribed with {@linkcode watch}. */
export class MetaWatch {
  readonly #client: RawClient;
  readonly #subscription: number;

  constructor(client: RawClient, subscription: number) {
    this.#client = client;
    this.#subscription = subscription;
  }

  /** The next event: its topic and arguments. */
  async next(): Promise<[topic: string, ...args: unknown[]]> {
    const event = await this.#client.receive();
    assertEquals(event.slice(0, 2), [36, this.#subscription], show(event));
    assertEquals(Object.keys(event[3]), ["topic"], show(event));
    assertEquals(event.length, 5, show(event));
    return [event[3].topic, ...event[4]];
  }

  /** Expects exactly these events next, and no more. */
  async expect(
    ...events: [topic: string, ...args: unknown[]][]
  ): Promise<void> {
    for (const event of events) assertEquals(await this.next(), event);
    await this.#client.expectNothing();
  }
}
