/**
 * One connection's messages do not keep the others waiting for longer than a
 * slice of time, however much they cost.
 */
import { ownerOfAny } from "../support/connection_owner.ts";
import { wideLedger } from "../support/wide_ledger.ts";
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import type { Logger } from "../../src/base/log.ts";
import type { Deadline } from "../../src/base/timer_wheel.ts";
import { RAWSOCKET_FRAMER } from "../../src/rawsocket/frame.ts";
import { RawSocketFraming } from "../../src/rawsocket/rawsocket_framing.ts";
import type { MessageReceiver } from "../../src/transport/message_receiver.ts";
import { Serializer } from "../../src/serializer/serializer.ts";
import {
  Connection,
  type ConnectionOptions,
} from "../../src/transport/connection.ts";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import { FrameEncoder } from "../../src/transport/frame_encoder.ts";
import { Pipeline } from "../../src/transport/pipeline.ts";
import { BackPressure } from "../../src/transport/back_pressure.ts";
import { OutboxBudget } from "../../src/transport/outbox_budget.ts";
import { Turns } from "../../src/transport/turns.ts";
import { WriterPool } from "../../src/transport/writer_pool.ts";
import type { ClientMessage } from "../../src/wamp/message.ts";
import { assertOnceLess } from "../support/growth.ts";
import { concat } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { encodeValue } from "../support/wire_codec.ts";

const TURNS = new Turns(() => performance.now());

const SILENT: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** A socket that has `octets` to read at once and then no more. */
class LoadedConn {
  readonly remoteAddr = { transport: "unix", path: "" };
  #octets: Uint8Array | undefined;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  read(buffer: Uint8Array): Promise<number> {
    const part = this.#octets?.subarray(0, buffer.length);
    if (part === undefined || part.length === 0) return new Promise(() => {});
    buffer.set(part);
    this.#octets = this.#octets?.subarray(part.length);
    return Promise.resolve(part.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  close(): void {}
}

/** A session each of whose messages takes `costMs`; it notes the turn of each. */
class CostlySession implements MessageReceiver {
  readonly #costMs: number;
  readonly #turn: () => number;
  readonly requests: number[] = [];
  readonly turns: number[] = [];

  constructor(costMs: number, turn: () => number) {
    this.#costMs = costMs;
    this.#turn = turn;
  }

  receive(message: ClientMessage): undefined {
    if ("request" in message) this.requests.push(message.request);
    this.turns.push(this.#turn());
    const end = performance.now() + this.#costMs;
    while (performance.now() < end);
    return undefined;
  }

  received(): number {
    return 0;
  }

  show(): void {}
  fail(): void {}
  disconnected(): void {}
  shutDown(): void {}

  eventsMissed(): void {}

  log(): Logger {
    return SILENT;
  }
}

function optionsFor(session: MessageReceiver): ConnectionOptions {
  const flushQueue = new FlushQueue();
  const serializer = new Serializer("msgpack", 64);
  const encoder = new FrameEncoder(
    serializer,
    RAWSOCKET_FRAMER,
    flushQueue,
    new OutboxBudget(2 ** 30, () => {}),
  );
  return {
    ledger: wideLedger(),
    frameTimeoutMs: 60_000,
    memoryShort: () => {},
    turns: TURNS,
    pipeline: new Pipeline<Connection>(TURNS, (error) => {
      throw error;
    }),
    flushQueue,
    writerPool: new WriterPool(),
    outboxBudget: new OutboxBudget(2 ** 30, () => {}),
    backPressure: new BackPressure(),
    maxStallMs: 100,
    nowMs: () => 0,
    slowAfterMs: 10_000,
    overload: "disconnect",
    eventDropped: () => {},
    producerHeld: () => {},
    timers: { nowMs: 0, set: () => ({}) as Deadline, clear: () => {} },
    log: SILENT,
    debug: false,
    framing: new RawSocketFraming({
      codecs: new Map([[2, { serializer, encoder }]]),
      maxMessageBytes: 65_536,
      minPeerLimitBytes: 512,
    }),
    maxOutboxBytes: 65_536,
    handshakeTimeoutMs: 1000,
    closingTimeoutMs: 1000,
    autoPing: false,
    autoPingIntervalMs: 1000,
    autoPingTimeoutMs: 1000,
    openSession: () => session,
    peerLost: () => {},
    readPaused: () => {},
    outboxOverflowed: () => {},
  };
}

/** The turns of the event loop in which `count` messages of one read were handled. */
async function turnsOf(count: number, costMs: number): Promise<number[]> {
  let turn = 0;
  const session = new CostlySession(costMs, () => turn);
  const messages = Array.from(
    { length: count },
    (_, index) => frame(0, encodeValue("msgpack", [16, index + 1, {}, "a"])),
  );
  const octets = concat(new Uint8Array([0x7f, 0xf2, 0, 0]), ...messages);
  // All in the first read, for which there are 512 octets of room.
  assertLess(octets.length, 512);
  const conn = new LoadedConn(octets) as unknown as Deno.Conn;
  const connection = new Connection(conn, optionsFor(session), ownerOfAny());
  while (session.requests.length < count) {
    turn++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  connection.abort("the test is over");
  assertEquals(session.requests, messages.map((_, index) => index + 1));
  return session.turns;
}

Deno.test("messages that cost much are handled over several turns, in their order (PV-05, OG-01)", async () => {
  const turns = await turnsOf(32, 5);
  // Of 160 ms in all, no turn has more than one look at the clock and a slice.
  const inOneTurn = Math.max(
    ...turns.map((turn) => turns.filter((other) => other === turn).length),
  );
  assertLess(inOneTurn, 12);
  assertGreater(new Set(turns).size, 2);
});

Deno.test("messages that cost little are handled in one turn", async () => {
  // Where the machine is busy, any of them can cost much.
  await assertOnceLess(async () => new Set(await turnsOf(32, 0)).size, 2);
});
