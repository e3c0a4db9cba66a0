/** A fault of ours: the client's connection ends, and the log alone says why. */
import { ownerOfAny } from "../support/connection_owner.ts";
import { wideLedger } from "../support/wide_ledger.ts";
import { assertEquals, assertMatch } from "@std/assert";
import type { LogFields, Logger } from "../../src/base/log.ts";
import type { Deadline } from "../../src/base/timer_wheel.ts";
import { RAWSOCKET_FRAMER } from "../../src/rawsocket/frame.ts";
import { RawSocketFraming } from "../../src/rawsocket/rawsocket_framing.ts";
import { Serializer } from "../../src/serializer/serializer.ts";
import { Connection } from "../../src/transport/connection.ts";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import { FrameEncoder } from "../../src/transport/frame_encoder.ts";
import type { MessageReceiver } from "../../src/transport/message_receiver.ts";
import { BackPressure } from "../../src/transport/back_pressure.ts";
import { OutboxBudget } from "../../src/transport/outbox_budget.ts";
import { Pipeline } from "../../src/transport/pipeline.ts";
import { Turns } from "../../src/transport/turns.ts";
import { WriterPool } from "../../src/transport/writer_pool.ts";
import { concat } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { encodeValue } from "../support/wire_codec.ts";

const TURNS = new Turns(() => performance.now());

const HANDSHAKE = Uint8Array.of(0x7f, 0xf2, 0, 0);
const REPLY = "7f720000";

/** A session with a defect. */
function defective(log: Logger): MessageReceiver {
  return {
    receive: () => {
      throw new TypeError("the file /srv/secret/users.db is in the way");
    },
    show: () => {},
    received: () => 0,
    fail: () => {},
    disconnected: () => {},
    shutDown: () => {},
    eventsMissed: () => {},
    log: () => log,
  };
}

/** A peer that says `octets`, and hears what is written. */
class Peer {
  readonly remoteAddr = { transport: "unix", path: "" };
  readonly heard: Uint8Array[] = [];
  #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  read(buffer: Uint8Array): Promise<number> {
    if (this.#octets.length === 0) return new Promise(() => {});
    const part = this.#octets.subarray(0, buffer.length);
    buffer.set(part);
    this.#octets = this.#octets.subarray(part.length);
    return Promise.resolve(part.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    this.heard.push(bytes.slice());
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}

Deno.test("a fault of ours ends the connection without a word, and is logged with its stack", async () => {
  const flushQueue = new FlushQueue();
  const serializer = new Serializer("msgpack", 64);
  const encoder = new FrameEncoder(
    serializer,
    RAWSOCKET_FRAMER,
    flushQueue,
    new OutboxBudget(2 ** 30, () => {}),
  );
  const errors: LogFields[] = [];
  const log: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_message, fields = {}) => errors.push(fields),
  };
  const message = frame(0, encodeValue("msgpack", [16, 1, {}, "a"]));
  const peer = new Peer(concat(HANDSHAKE, message));
  const { promise: isClosed, resolve } = Promise.withResolvers<void>();
  new Connection(peer as unknown as Deno.Conn, {
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
    log,
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
    openSession: () => defective(log),
    peerLost: () => {},
    readPaused: () => {},
    outboxOverflowed: () => {},
  }, ownerOfAny(resolve));
  await isClosed;
  const heard = concat(...peer.heard).toHex();
  // The reply of the handshake may not have left any more.
  if (heard !== "") assertEquals(heard, REPLY);
  assertEquals(errors.length, 1);
  assertMatch(
    String(errors[0]["detail"]),
    /^TypeError: the file \/srv\/secret\/users\.db is in the way\n\s+at /,
  );
});
