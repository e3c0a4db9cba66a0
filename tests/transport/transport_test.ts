import { assertEquals } from "@std/assert";
import { wideLedger } from "../support/wide_ledger.ts";
import type { Connection } from "../../src/transport/connection.ts";
import { ConnectionLimit } from "../../src/transport/connection_limit.ts";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import { RawSocketFraming } from "../../src/rawsocket/rawsocket_framing.ts";
import type { Codec } from "../../src/transport/message_receiver.ts";
import { Pipeline } from "../../src/transport/pipeline.ts";
import { Transport } from "../../src/transport/transport.ts";
import { BackPressure } from "../../src/transport/back_pressure.ts";
import { OutboxBudget } from "../../src/transport/outbox_budget.ts";
import { Turns } from "../../src/transport/turns.ts";
import { WriterPool } from "../../src/transport/writer_pool.ts";
import { within } from "../support/deadline.ts";

const TURNS = new Turns(() => performance.now());

/** With a pause behind each, they would take longer than any test waits. */
const GONE = 500;

Deno.test("clients that leave before they are accepted hold up nobody, however many, and are no errors", async () => {
  const errors: string[] = [];
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (message: string) => errors.push(message),
  };
  const waiting = Promise.withResolvers<never>();
  const reached = Promise.withResolvers<void>();
  let left = GONE;
  const transport = new Transport(
    {
      address: "tcp://127.0.0.1:1",
      accept() {
        if (left-- > 0) throw new Deno.errors.NotConnected("it has left");
        reached.resolve();
        return waiting.promise;
      },
      close() {
        waiting.reject(new Deno.errors.BadResource("closed"));
        return undefined;
      },
      reopen() {
        throw new Error("it is not dead");
      },
    },
    new Set<Connection>(),
    {
      ledger: wideLedger(),
      frameTimeoutMs: 60_000,
      memoryShort: () => {},
      turns: TURNS,
      pipeline: new Pipeline<Connection>(TURNS, () => {}),
      flushQueue: new FlushQueue(),
      writerPool: new WriterPool(),
      outboxBudget: new OutboxBudget(2 ** 30, () => {}),
      backPressure: new BackPressure(),
      maxStallMs: 100,
      slowAfterMs: 10_000,
      overload: "disconnect",
      eventDropped: () => {},
      producerHeld: () => {},
      timers: { nowMs: 0, set: () => ({}) as never, clear() {} },
      log,
      debug: false,
      framing: new RawSocketFraming<Codec>({
        codecs: new Map(),
        maxMessageBytes: 1,
        minPeerLimitBytes: 1,
      }),
      maxOutboxBytes: 1,
      handshakeTimeoutMs: 1,
      closingTimeoutMs: 1,
      autoPing: false,
      autoPingIntervalMs: 1,
      autoPingTimeoutMs: 1,
      limit: new ConnectionLimit<Connection>({ maxConnections: 1 }),
      connectionRefused() {},
      nowMs: () => 0,
      openSession: () => {
        throw new Error("nobody joins");
      },
      outboxOverflowed() {},
      peerLost() {},
      readPaused() {},
    },
  );
  let othersHadTurn = false;
  setTimeout(() => othersHadTurn = true, 0);
  await within(reached.promise, "the next one to be accepted");
  assertEquals(errors, []);
  assertEquals(othersHadTurn, true);
  transport.shutDown();
  await transport.empty();
  await transport.close();
});
