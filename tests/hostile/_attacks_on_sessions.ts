/**
 * Attacks with sessions: messages out of turn, peers that do not read, vanish,
 * answer wrongly, or ask for more than there is.
 */
import { concat } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { decodeValue } from "../support/wire_codec.ts";
import type { Attack } from "./_campaign.ts";
import { floodDeaf, type Ground, handshake, Intruder } from "./_intruder.ts";
import {
  CLIENT_SHAPES,
  helloMessage,
  HOSTILE_TEXTS,
  messageOf,
} from "./_messages.ts";
import { ODD_VALUES } from "./_odd_values.ts";
import { RAW_FORMATS } from "./_raw_format.ts";

/** Messages of all types in any order, HELLO and GOODBYE among them. */
async function outOfTurn(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.open(ground);
  const seldom = CLIENT_SHAPES.filter(({ code }) => code !== 3);
  for (let i = random.below(12); i >= 0; i--) {
    const shape = random.pick(random.oneIn(9) ? CLIENT_SHAPES : seldom);
    const message = random.oneIn(3)
      ? helloMessage(random, format)
      : messageOf(random, format, shape);
    if (!await intruder.message(message)) return;
  }
  await intruder.fence();
}

/** Joins and leaves without waiting for an answer. */
async function joinAndLeave(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.open(ground);
  const hello = frame(0, helloMessage(random, format));
  const goodbye = frame(0, format.value([6, {}, "wamp.close.close_realm"]));
  const subscribe = frame(0, format.value([32, 1, {}, "com.a"]));
  const rounds = 1 + random.below(20);
  for (let i = 0; i < rounds; i++) {
    await intruder.send(hello, subscribe, random.oneIn(9) ? hello : goodbye);
  }
  await intruder.fence();
}

/** Subscribes to itself, or calls itself, and reads nothing of what comes. */
async function deaf(ground: Ground): Promise<void> {
  const { random, format } = ground;
  const uri = `com.deaf.${random.uint32()}`;
  await using intruder = await Intruder.connect(ground);
  await intruder.send(
    handshake(format, 15),
    frame(0, helloMessage(random, format)),
    frame(0, format.value([32, 1, {}, uri])),
    frame(0, format.value([64, 2, {}, uri])),
  );
  const text = "x".repeat(random.pick([3000, 50_000]));
  const talk = random.pick([
    [16, 3, { exclude_me: false }, uri, [text]],
    [16, 4, { exclude_me: false, acknowledge: true }, uri, [text]],
    // No procedure of that name: an ERROR that names it.
    [48, 5, {}, `${uri}.${text.slice(0, 3000)}`],
  ]);
  const message = frame(0, format.value(talk));
  await floodDeaf(
    intruder,
    concat(...Array.from({ length: 6 }, () => message)),
  );
}

/** Subscriptions and registrations up to the limits, and patterns that overlap. */
async function hoard(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.join(ground);
  const match = random.pick(["exact", "prefix", "wildcard"]);
  const code = random.pick([32, 64]);
  const shape = random.below(3);
  const messages = Array.from({ length: 150 }, (_, index) => {
    const uri = shape === 0
      ? `hoard.${"a.".repeat(index)}${random.uint32()}`
      : shape === 1
      ? `hoard.${index.toString(2).replaceAll("0", ".").replaceAll("1", "a")}`
      : `hoard.${random.pick(HOSTILE_TEXTS).slice(0, 200)}.${index}`;
    return frame(0, format.value([code, index + 1, { match }, uri]));
  });
  await intruder.send(...messages);
  for (let i = 0; i < 10; i++) {
    const uri = `hoard.${"a.".repeat(random.below(9))}a`;
    await intruder.message(
      format.value([random.pick([16, 48]), 1000 + i, {}, uri, [i]]),
    );
  }
  ground.count(150);
  await intruder.fence();
}

/** How a bad callee answers INVOCATION `request`. */
function answerTo(ground: Ground, request: number): Uint8Array | undefined {
  const { random, format } = ground;
  const payload = format.list([random.pick(ODD_VALUES[format.name].odd)]);
  const id = format.value(random.oneIn(9) ? request + 1 : request);
  const options = format.value(random.oneIn(9) ? { progress: true } : {});
  switch (random.below(5)) {
    case 0:
      return undefined;
    case 1: {
      const uri = random.oneIn(3) ? "" : "com.error";
      const head = [format.value(8), format.value(68), id, options];
      return format.list([...head, format.value(uri), payload]);
    }
    default:
      return format.list([format.value(70), id, options, payload]);
  }
}

/** A callee that answers somehow, or vanishes instead. */
function serve(intruder: Intruder, ground: Ground): void {
  intruder.replies.onMessage = (code, payload) => {
    if (code !== 68) return;
    let request: unknown;
    try {
      const message = decodeValue(ground.format.name, payload);
      request = Array.isArray(message) ? message[1] : undefined;
    } catch {
      // Odd payload is beyond this codec.
    }
    const answer = typeof request === "number"
      ? answerTo(ground, request)
      : undefined;
    if (answer !== undefined) void intruder.message(answer).catch(() => {});
  };
}

/** Callers, callees, publishers, subscribers of all serializers, with odd payload. */
async function traffic(ground: Ground): Promise<void> {
  const { random } = ground;
  const topic = `com.traffic${random.below(4)}`;
  const peers = await Promise.all(
    RAW_FORMATS.map(async (format) => {
      const own = { ...ground, format };
      const peer = await Intruder.join(own, random.oneIn(2) ? 15 : 0);
      serve(peer, own);
      const options = random.pick([{}, { match: "prefix" }]);
      await peer.send(
        frame(0, format.value([32, 1, options, topic])),
        frame(0, format.value([64, 2, {}, `${topic}.${format.name}`])),
      );
      return peer;
    }),
  );
  for (let i = 0; i < 30; i++) {
    const peer = random.pick(peers);
    const { format } = peer.ground;
    const { odd } = ODD_VALUES[format.name];
    const args = format.list([random.pick(odd), random.pick(odd)]);
    const request = format.value(10 + i);
    const options = format.value(random.pick([{}, { acknowledge: true }]));
    const callee = random.pick(RAW_FORMATS).name;
    const message = random.oneIn(2)
      ? [format.value(16), request, options, format.value(topic), args]
      : [
        format.value(48),
        request,
        format.value({}),
        format.value(`${topic}.${callee}`),
        args,
      ];
    await peer.message(format.list(message));
    if (random.oneIn(9)) {
      const mode = random.pick(["skip", "kill", "killnowait"]);
      await peer.message(
        format.value([49, 10 + random.below(i + 1), { mode }]),
      );
    }
    if (random.oneIn(25)) await peer.close();
  }
  if (random.oneIn(2)) await random.pick(peers).fence();
  await Promise.all(peers.map((peer) => peer.close()));
}

/** A callee and a caller, one of which is gone while the call is pending. */
async function vanish(ground: Ground): Promise<void> {
  const { random, format } = ground;
  const procedure = `com.vanish.${random.uint32()}`;
  await using callee = await Intruder.join(ground);
  await using caller = await Intruder.join(ground);
  await callee.message(format.value([64, 1, {}, procedure]));
  await callee.fence();
  const calls = Array.from(
    { length: 1 + random.below(50) },
    (_, index) =>
      frame(0, format.value([48, index + 1, {}, procedure, [index]])),
  );
  await caller.send(...calls);
  if (random.oneIn(2)) await caller.fence();
  if (random.oneIn(2)) {
    // In the middle of a frame, so that the last one is never whole.
    await caller.send(frame(0, format.value([49, 1, {}])).subarray(0, 6));
    return await caller.close();
  }
  await callee.close();
  // Every call gets its answer, if only that there is nobody any more.
  while ((caller.replies.counts.get(8) ?? 0) < calls.length) {
    if (await caller.fence()) continue;
    if (caller.isWelcome) throw new Error("The caller was closed");
    return;
  }
}

/** With sessions. */
export const ATTACKS_ON_SESSIONS: readonly Attack[] = [
  { name: "out of turn", run: outOfTurn },
  { name: "join and leave", run: joinAndLeave },
  { name: "deaf", run: deaf },
  { name: "hoard", run: hoard },
  { name: "traffic", run: traffic },
  { name: "vanish", run: vanish },
];
