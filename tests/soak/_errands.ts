/**
 * What visitors do who come, use the router and leave: one errand a visit, each
 * checked to the last answer.
 */
import { assert, assertEquals } from "@std/assert";
import {
  challenged,
  craSignature,
  refusedFor,
  welcomedBy,
} from "../support/login.ts";
import {
  helloDetails,
  RawClient,
  show,
  type WireMessage,
} from "../support/raw_client.ts";
import type { SeededRandom } from "../support/seed.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** The ticket and the secret of the principal `joe`. */
export const SECRET = "open sesame";

/** What a visit is made with. */
export interface Visit {
  readonly random: SeededRandom;
  /** One of the router's. */
  readonly address: string;
  /** A number that no other visit has. */
  readonly number: number;
}

/** One thing to do; it throws where the router did something wrong. */
export type Errand = (visit: Visit) => Promise<void>;

async function join(
  { random, address }: Visit,
  features: Record<string, Record<string, boolean>> = {},
): Promise<RawClient> {
  const serializer = random.pick(SERIALIZERS);
  return await RawClient.join(address, serializer, helloDetails(features));
}

/** Leaves by one of all ways. */
async function leave(client: RawClient, random: SeededRandom): Promise<void> {
  switch (random.below(4)) {
    case 0: {
      await client.send([6, {}, "wamp.close.normal"]);
      const goodbye = await client.receive();
      assertEquals(goodbye[0], 6, show(goodbye));
      break;
    }
    case 1: // Half a frame.
      await client.sendBytes([0, 0, 200, 1, 2, 3]);
      break;
    case 2: // A call that nobody waits for.
      await client.send([48, client.nextRequest(), {}, "soak.slow"]);
      break;
  }
  client.close();
}

/** A value of every kind, of up to about 20 kB. */
function payload(random: SeededRandom): unknown[] {
  const text = "ä😀x".repeat(random.below(random.oneIn(10) ? 2000 : 20));
  return [random.uint32(), text, [true, null, { a: [1.5, -1], "": [] }]];
}

async function answerOf(
  client: RawClient,
  request: WireMessage,
): Promise<WireMessage> {
  const answer = await client.request(request);
  const place = answer[0] === 8 ? 2 : 1;
  assertEquals(answer[place], request[1], show(answer));
  return answer;
}

const echo: Errand = async (visit) => {
  const client = await join(visit);
  const calls = 1 + visit.random.below(20);
  for (let i = 0; i < calls; i++) {
    const args = payload(visit.random);
    const request = client.nextRequest();
    const result = await client.request([48, request, {}, "soak.echo", args]);
    assertEquals(result, [50, request, {}, args]);
  }
  await leave(client, visit.random);
};

const progress: Errand = async (visit) => {
  const features = {
    caller: { progressive_call_results: true, call_canceling: true },
  };
  const client = await join(visit, features);
  const request = client.nextRequest();
  await client.send([
    48,
    request,
    { receive_progress: true },
    "soak.progress",
    [3],
  ]);
  for (let piece = 0; piece < 3; piece++) {
    const result = await client.receive();
    assertEquals(result, [50, request, { progress: true }, [piece]]);
  }
  assertEquals(await client.receive(), [50, request, {}]);
  await leave(client, visit.random);
};

const cancel: Errand = async (visit) => {
  const client = await join(visit, { caller: { call_canceling: true } });
  const request = client.nextRequest();
  await client.send([48, request, {}, "soak.slow"]);
  const mode = visit.random.pick(["kill", "killnowait", "skip"]);
  const error = await client.request([49, request, { mode }]);
  assertEquals(error.slice(0, 3), [8, 48, request], show(error));
  assertEquals(error[4], "wamp.error.canceled");
  await leave(client, visit.random);
};

const timeout: Errand = async (visit) => {
  const client = await join(visit);
  const request = client.nextRequest();
  const error = await answerOf(client, [
    48,
    request,
    { timeout: 20 },
    "soak.slow",
  ]);
  assertEquals([error[0], error[4]], [8, "wamp.error.timeout"], show(error));
  await leave(client, visit.random);
};

const ownProcedure: Errand = async (visit) => {
  const { number, random } = visit;
  const client = await join(visit);
  const uri = `soak.own.${number}`;
  const registration = await client.register(uri);
  const request = client.nextRequest();
  const invocation = await client.request([48, request, {}, uri, [number]]);
  assertEquals(invocation[0], 68, show(invocation));
  assertEquals(invocation.slice(2), [registration, {}, [number]]);
  const result = await client.request([70, invocation[1], {}, [number]]);
  assertEquals(result, [50, request, {}, [number]]);
  await leave(client, random);
};

const events: Errand = async (visit) => {
  const { number, random } = visit;
  const client = await join(visit);
  const topic = `soak.topic.${number}.x`;
  const [pattern, match] = random.pick([
    [topic, "exact"],
    [`soak.topic.${number}`, "prefix"],
    [`soak.topic.${number}.`, "wildcard"],
  ]);
  const subscription = await client.subscribe(pattern, { match });
  const args = payload(random);
  const request = client.nextRequest();
  const options = { acknowledge: true, exclude_me: false };
  await client.send([16, request, options, topic, args]);
  const answers = [await client.receive(), await client.receive()];
  const event = answers.find(([code]) => code === 36);
  const published = answers.find(([code]) => code === 17);
  assertEquals(published?.[1], request, show(answers));
  assertEquals(event?.slice(1, 3), [subscription, published?.[2]]);
  assertEquals(event?.[4], args);
  await leave(client, random);
};

const retained: Errand = async (visit) => {
  const client = await join(visit);
  const topic = `soak.retained.${visit.number % 50}`;
  const request = client.nextRequest();
  const options = { acknowledge: true, retain: true, exclude_me: false };
  const args = [visit.number];
  await answerOf(client, [16, request, options, topic, args]);
  const subscription = await client.subscribe(topic, { get_retained: true });
  const event = await client.receive();
  assertEquals([event[0], event[1]], [36, subscription], show(event));
  assert(event[3].retained, show(event));
  await leave(client, visit.random);
};

const meta: Errand = async (visit) => {
  const client = await join(visit);
  const rows: [procedure: string, args: unknown[]][] = [
    ["wamp.session.count", []],
    ["wamp.session.get", [client.sessionId]],
    ["wamp.registration.match", ["soak.echo"]],
    ["wamp.subscription.lookup", ["soak.will"]],
  ];
  for (const [procedure, args] of rows) {
    const request = client.nextRequest();
    const answer = await answerOf(client, [48, request, {}, procedure, args]);
    assertEquals(answer[0], 50, show(answer));
  }
  await leave(client, visit.random);
};

const history: Errand = async (visit) => {
  const client = await join(visit);
  const topic = "soak.history";
  const options = { acknowledge: true };
  const args = [visit.number];
  const request = client.nextRequest();
  await answerOf(client, [16, request, options, topic, args]);
  const subscription = await client.subscribe(topic);
  const asked = client.nextRequest();
  const procedure = "wamp.subscription.get_events";
  await client.send([48, asked, {}, procedure, [subscription], { limit: 5 }]);
  // Events of others can come before.
  for (;;) {
    const answer = await client.receive();
    if (answer[0] === 36) continue;
    assertEquals([answer[0], answer[1]], [50, asked], show(answer));
    break;
  }
  client.close();
};

const logins: Errand = async ({ random, address }) => {
  const client = await RawClient.open(address, random.pick(SERIALIZERS));
  const isRight = !random.oneIn(4);
  const secret = isRight ? SECRET : "wrong";
  const method = random.pick(["ticket", "wampcra"]);
  const extra = await challenged(client, method, { authid: "joe" });
  const signature = method === "ticket" ? secret : craSignature(secret, extra);
  if (isRight) {
    await welcomedBy(client, signature);
    await leave(client, random);
  } else {
    const denied = "wamp.error.authentication_denied";
    await refusedFor(client, signature, denied);
  }
};

/** All but testaments, whose events the visitors' host counts. */
export const ERRANDS: Readonly<Record<string, Errand>> = {
  echo,
  progress,
  cancel,
  timeout,
  ownProcedure,
  events,
  retained,
  meta,
  history,
  logins,
};

/** Leaves a testament, whatever the way of leaving: `soak.will` with its number. */
export async function testament(visit: Visit): Promise<void> {
  const client = await join(visit);
  const scope = "destroyed";
  const request = client.nextRequest();
  const procedure = "wamp.session.add_testament";
  const args = ["soak.will", [visit.number], {}];
  const answer = await answerOf(client, [
    48,
    request,
    {},
    procedure,
    args,
    { scope },
  ]);
  assertEquals(answer[0], 50, show(answer));
  await leave(client, visit.random);
}
