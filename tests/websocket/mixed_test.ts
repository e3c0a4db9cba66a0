/**
 * Clients of both framings, with and without TLS, in each serializer, on ports that
 * serve them all: who subscribed gets each event once, in its publisher's order.
 */
import { assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import { speak } from "../support/spoken_framing.ts";
import { TestServer, TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const CLIENTS = 18;
const TOPICS = ["com.a", "com.b", "com.c"];
const PUBLICATIONS = 400;

interface Member {
  readonly client: RawClient;
  /** By topic. */
  readonly subscriptions: ReadonlyMap<string, number>;
  /** What the model says that it gets: subscription, publisher, number. */
  readonly due: number[][];
}

/** A client of any kind, subscribed to some of the topics. */
async function join(
  server: TestServer,
  random: SeededRandom,
): Promise<Member> {
  speak(random.pick(["rawsocket", "websocket"] as const));
  const kind = random.pick(TRANSPORT_KINDS);
  const serializer = random.pick(SERIALIZERS);
  const client = await RawClient.join(server.address(kind), serializer);
  const subscriptions = new Map<string, number>();
  for (const topic of TOPICS) {
    if (random.oneIn(3)) continue;
    subscriptions.set(topic, await client.subscribe(topic));
  }
  return { client, subscriptions, due: [] };
}

async function publish(
  members: readonly Member[],
  number: number,
  random: SeededRandom,
): Promise<void> {
  const publisher = random.below(members.length);
  const topic = random.pick(TOPICS);
  const { client } = members[publisher];
  await client.send([
    16,
    client.nextRequest(),
    {},
    topic,
    [publisher, number],
  ]);
  for (const [index, { subscriptions, due }] of members.entries()) {
    const subscription = subscriptions.get(topic);
    if (index === publisher || subscription === undefined) continue;
    due.push([subscription, publisher, number]);
  }
}

/** Each publisher's events, in the order in which they came. */
function byPublisher(events: readonly number[][]): number[][] {
  return events.toSorted(([, a], [, b]) => a - b);
}

async function received({ client, due }: Member): Promise<number[][]> {
  const events: number[][] = [];
  while (events.length < due.length) {
    const [type, subscription, , , args] = await client.receive();
    assertEquals(type, 36);
    events.push([subscription, ...args]);
  }
  // Nothing came twice, and nothing for others.
  await client.expectNothing();
  return events;
}

async function play(random: SeededRandom): Promise<void> {
  speak("websocket");
  await using server = await TestServer.start({ kinds: TRANSPORT_KINDS });
  const members: Member[] = [];
  for (let i = 0; i < CLIENTS; i++) members.push(await join(server, random));
  for (let number = 0; number < PUBLICATIONS; number++) {
    await publish(members, number, random);
  }
  for (const member of members) {
    assertEquals(byPublisher(await received(member)), byPublisher(member.due));
  }
  for (const { client } of members) client.close();
  await server.emptied();
}

Deno.test("WS-32: RawSocket, WebSocket and TLS in one realm: deliveries are as a model says", async () => {
  await withSeed(play);
});
