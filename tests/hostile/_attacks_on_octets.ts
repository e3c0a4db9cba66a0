/**
 * Attacks below WAMP: on the handshake, on frames, on sockets.
 */
import { concat, utf8 } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import type { SeededRandom } from "../support/seed.ts";
import type { Attack } from "./_campaign.ts";
import { floodDeaf, type Ground, handshake, Intruder } from "./_intruder.ts";
import { helloMessage, messageOf } from "./_messages.ts";

const FOREIGN_STARTS = [
  utf8("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"),
  utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  utf8("SSH-2.0-x\r\n"),
  new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
  new Uint8Array([0x7f, 0x45, 0x4c, 0x46]),
];

function badHandshake({ random, format }: Ground): Uint8Array {
  switch (random.below(6)) {
    case 0:
      return random.pick(FOREIGN_STARTS);
    case 1:
      return random.octets(1 + random.below(12));
    case 2:
      return new Uint8Array([0x7f, random.below(256), random.below(4), 1]);
    case 3:
      return new Uint8Array([0x7f, 0xf0 | random.below(16), 0, 0]);
    case 4:
      return handshake(format, 15).subarray(0, 1 + random.below(3));
    default:
      return concat(handshake(format, 15), handshake(format, 15));
  }
}

/** Wrong, foreign, cut or doubled; then silence, the end or more. */
async function handshakes(ground: Ground): Promise<void> {
  await using intruder = await Intruder.connect(ground);
  intruder.read();
  await intruder.send(badHandshake(ground));
  switch (ground.random.below(3)) {
    case 0:
      return await intruder.closeWrite();
    case 1:
      await intruder.send(ground.random.octets(ground.random.below(64)));
      return;
    default:
      // Into the handshake's or HELLO's timeout, if it was not refused.
      if (ground.random.oneIn(3)) await intruder.ended();
  }
}

/** A prefix whose first octet is anything, before HELLO or after it. */
async function prefixes(ground: Ground): Promise<void> {
  const { random } = ground;
  await using intruder = random.oneIn(2)
    ? await Intruder.open(ground)
    : await Intruder.join(ground);
  const first = random.below(256);
  const length = random.oneIn(3) ? 0 : random.below(64);
  await intruder.send(frame(first, random.octets(length)));
  // A prefix of X alone promises 16 MiB, which is above every limit here.
  const isKnown = first <= 2;
  if (isKnown && !random.oneIn(4)) await intruder.fence();
  else if (!isKnown) await intruder.ended();
}

/** Lengths that are a lie: above the limit, above what follows, zero. */
async function lengths(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.join(ground);
  const payload = messageOf(random, format);
  const lie = random.pick(
    [0, 1, payload.length + 1, payload.length - 1, 70_000, 2 ** 24 - 1],
  );
  const prefix = frame(random.below(3), payload).slice(0, 4);
  new DataView(prefix.buffer).setUint32(0, prefix[0] << 24 | lie);
  await intruder.send(prefix, payload);
  if (random.oneIn(2)) await intruder.send(random.octets(40));
  if (random.oneIn(4)) await intruder.closeWrite();
  else if (lie > 65_536) await intruder.ended();
}

/** Good messages in pieces of any size, each of which must be answered. */
async function pieces(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.join(ground);
  const count = 1 + random.below(8);
  const stream = concat(...Array.from({ length: count }, (_, index) => {
    const options = { acknowledge: true };
    const text = "x".repeat(random.below(random.oneIn(3) ? 3000 : 9));
    return frame(
      0,
      format.value([16, index + 1, options, "com.pieces", [text]]),
    );
  }));
  for (let at = 0; at < stream.length;) {
    const size = 1 + random.below(random.oneIn(2) ? 3 : 200);
    await intruder.send(stream.subarray(at, at + size));
    at += size;
  }
  // PUBLISHED, or ERROR where an authorizer is against it.
  const isAnswered = await intruder.received([17, 8], count);
  if (intruder.isWelcome && !isAnswered) {
    throw new Error(`Not all of ${count} messages were answered`);
  }
}

/** Good messages in pieces of any size; then gone, in the middle as a rule. */
async function cuts(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.join(ground);
  const frames = Array.from(
    { length: 1 + random.below(8) },
    () => frame(0, messageOf(random, format)),
  );
  const stream = concat(...frames);
  const end = random.oneIn(3) ? stream.length : random.below(stream.length);
  for (let at = 0; at < end;) {
    const size = 1 + random.below(random.oneIn(2) ? 3 : 200);
    if (!await intruder.send(stream.subarray(at, Math.min(at + size, end)))) {
      return;
    }
    at += size;
  }
  if (random.oneIn(3)) await intruder.closeWrite();
}

function pings(random: SeededRandom, count: number): Uint8Array {
  const one = frame(1, random.octets(random.below(60)));
  return concat(...Array.from({ length: count }, () => one));
}

/** More PINGs than anybody needs, and PONGs that nobody asked for. */
async function pingFlood(ground: Ground): Promise<void> {
  const { random } = ground;
  await using intruder = random.oneIn(2)
    ? await Intruder.open(ground)
    : await Intruder.join(ground);
  for (let i = random.below(4); i >= 0; i--) {
    await intruder.send(pings(random, 500), frame(2, random.octets(9)));
  }
  ground.count(1000);
  await intruder.fence();
}

/** PINGs from somebody who reads none of the answers: into the outbox's limit. */
async function deafPings(ground: Ground): Promise<void> {
  await using intruder = await Intruder.connect(ground);
  // A session, since what has no session is closed soon and read to its end.
  await intruder.send(
    handshake(ground.format, 15),
    frame(0, helloMessage(ground.random, ground.format)),
  );
  await floodDeaf(intruder, frame(1, new Uint8Array(60_000)));
}

/** An octet now and then, or none any more. */
async function slowLoris(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = await Intruder.connect(ground);
  intruder.read();
  const stream = concat(
    handshake(format, 15),
    frame(0, messageOf(random, format)),
  );
  const stop = random.below(stream.length);
  for (let at = 0; at < stop; at++) {
    if (!await intruder.send(stream.subarray(at, at + 1))) return;
    if (random.oneIn(4)) await Promise.resolve();
  }
  // Neither a handshake nor a HELLO comes: the router's timeouts end it.
  if (random.oneIn(3)) await intruder.ended();
}

/** Many connections at once that come and go at any point. */
async function storm(ground: Ground): Promise<void> {
  const { random } = ground;
  const opened = await Promise.all(
    Array.from({ length: 20 + random.below(30) }, async () => {
      switch (random.below(4)) {
        case 0:
          return await Intruder.connect(ground);
        case 1:
          return await Intruder.open(ground, random.below(16));
        default:
          return await Intruder.join(ground, random.below(16));
      }
    }),
  );
  if (random.oneIn(2)) await opened[0].fence();
  await Promise.all(opened.map((intruder) => intruder.close()));
}

/** The sending side is shut at some point of a session; the rest is read. */
async function halfOpen(ground: Ground): Promise<void> {
  const { random, format } = ground;
  await using intruder = random.oneIn(2)
    ? await Intruder.open(ground)
    : await Intruder.join(ground);
  intruder.read();
  if (random.oneIn(2)) await intruder.message(messageOf(random, format));
  await intruder.closeWrite();
  await intruder.ended();
}

/** Below WAMP. */
export const ATTACKS_ON_OCTETS: readonly Attack[] = [
  { name: "handshakes", run: handshakes },
  { name: "prefixes", run: prefixes },
  { name: "lengths", run: lengths },
  { name: "pieces", run: pieces },
  { name: "cuts", run: cuts },
  { name: "ping flood", run: pingFlood },
  { name: "deaf pings", run: deafPings },
  { name: "slow loris", run: slowLoris },
  { name: "storm", run: storm },
  { name: "half open", run: halfOpen },
];
