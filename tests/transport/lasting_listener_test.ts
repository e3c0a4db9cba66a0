import { assertEquals, assertRejects } from "@std/assert";
import { LastingListener } from "../../src/transport/lasting_listener.ts";
import {
  type Listener,
  openTcpListener,
  type StreamConn,
} from "../../src/transport/listener.ts";
import { until } from "../support/until.ts";

class Faults {
  readonly told: string[] = [];

  staysDead(cause: unknown, failure: unknown): void {
    this.told.push(`${messageOf(cause)}: ${messageOf(failure)}`);
  }

  reopened(cause: unknown): void {
    this.told.push(`${messageOf(cause)}: reopened`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const CONN = {} as StreamConn;

class Dead extends Error {
  readonly code = "EINVAL";
}

/** A listener that dies at once, and what comes of opening it again. */
function dying(
  reopen: () => Listener,
  closed: () => void = () => {},
): Listener {
  return {
    address: "tcp://127.0.0.1:1",
    accept: () => Promise.reject(new Dead("dead")),
    close: () => void closed(),
    reopen,
  };
}

function alive(): Listener {
  return { ...dying(alive), accept: () => Promise.resolve(CONN) };
}

Deno.test("a listener that dies is closed and opened again, and accepts go on", async () => {
  const faults = new Faults();
  let closed = 0;
  const dead = dying(alive, () => closed++);
  const listener = new LastingListener(dead, faults);
  assertEquals(await listener.accept(), CONN);
  assertEquals(faults.told, ["dead: reopened"]);
  assertEquals(closed, 1);
});

Deno.test("opening a dead listener again is tried until it succeeds, or the listener is closed", async () => {
  const faults = new Faults();
  let tries = 0;
  const reopen = (): Listener => {
    if (++tries === 3) return alive();
    throw new Error("in use");
  };
  const listener = new LastingListener(dying(reopen), faults);
  assertEquals(await listener.accept(), CONN);
  assertEquals(faults.told, ["dead: in use", "dead: in use", "dead: reopened"]);

  const never = new LastingListener(
    dying(() => {
      throw new Error("not permitted");
    }),
    faults,
  );
  const accepting = assertRejects(() => never.accept(), Dead);
  await until(() => faults.told.at(-1) === "dead: not permitted");
  assertEquals(never.close(), undefined);
  await accepting;
});

Deno.test("an error of one connection is no death", async () => {
  const listener = new LastingListener(
    {
      ...alive(),
      accept: () => Promise.reject(new Deno.errors.ConnectionReset("left")),
    },
    new Faults(),
  );
  await assertRejects(() => listener.accept(), Deno.errors.ConnectionReset);
});

Deno.test("a TCP listener is opened again at its port, though that was any free one", async () => {
  const first = openTcpListener({
    type: "tcp",
    hostname: "127.0.0.1",
    port: 0,
    backlog: undefined,
    reusePort: false,
    tls: undefined,
  });
  first.close();
  const second = await first.reopen();
  assertEquals(second.address, first.address);
  second.close();
});
