import { assertEquals } from "@std/assert";
import { wideLedger } from "../support/wide_ledger.ts";
import { ConnectionLimit } from "../../src/transport/connection_limit.ts";
import type { OpenConnection } from "../../src/transport/open_connection.ts";
import { Transport } from "../../src/transport/transport.ts";
import { Turns } from "../../src/transport/turns.ts";
import { within } from "../support/deadline.ts";

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
    new Set<OpenConnection>(),
    {
      limit: new ConnectionLimit<OpenConnection>({ maxConnections: 1 }),
      ledger: wideLedger(),
      turns: new Turns(() => performance.now()),
      timers: { nowMs: 0, set: () => ({}) as never, clear() {} },
      log,
      serve: () => {
        throw new Error("nobody comes");
      },
      ended: () => Promise.resolve(),
      connectionRefused() {},
      nowMs: () => 0,
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
