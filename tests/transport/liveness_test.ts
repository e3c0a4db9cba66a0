/** When a silent peer is sent a PING, and when it is given up. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LogFields } from "../../src/base/log.ts";
import { FrameKind } from "../../src/framing/frame.ts";
import { Liveness, type Watched } from "../../src/transport/liveness.ts";
import { ManualTime } from "../support/manual_time.ts";

const INTERVAL_MS = 1000;
const TIMEOUT_MS = 400;

/** A connection of which a test says how it stands. */
class Link implements Watched {
  readonly time = new ManualTime();
  readonly pings: Uint8Array[] = [];
  readonly losses: LogFields[] = [];
  isAwaiting = true;
  pendingBytes = 0;
  writtenBytes = 0;
  readonly liveness: Liveness;

  constructor() {
    this.liveness = new Liveness(this, {
      timers: this.time,
      autoPing: true,
      autoPingIntervalMs: INTERVAL_MS,
      autoPingTimeoutMs: TIMEOUT_MS,
    });
  }

  ping(payload: Uint8Array): void {
    this.pings.push(payload);
  }

  lost(fields: LogFields): void {
    this.losses.push(fields);
    this.liveness.end();
  }

  /** The peer sends a PONG. */
  pong(bytes: Uint8Array): void {
    this.liveness.heard(4 + bytes.length);
    const frame = { kind: FrameKind.PONG, bytes, start: 0, end: bytes.length };
    this.liveness.ponged(frame, 4);
  }

  /** Lets the interval pass; the PING's payload. */
  pinged(): Uint8Array {
    const before = this.pings.length;
    this.time.pass(INTERVAL_MS);
    assertEquals(this.pings.length, before + 1);
    return this.pings[before];
  }
}

Deno.test("a peer is sent a PING when it was silent for the interval, and not before", () => {
  const link = new Link();
  link.time.pass(INTERVAL_MS - 1);
  link.liveness.heard(10);
  link.time.pass(INTERVAL_MS - 1);
  assertEquals(link.pings, []);
  link.time.pass(1);
  assertEquals(link.pings.length, 1);
});

Deno.test("PINGs are letters and digits, each another", () => {
  const link = new Link();
  const [one, other] = [0, 0].map(() => {
    const nonce = link.pinged();
    link.pong(nonce);
    return new TextDecoder().decode(nonce);
  });
  assertMatch(one, /^[0-9a-f]{16}$/);
  assert(one !== other);
});

Deno.test("a peer that answers is sent the next PING an interval later", () => {
  const link = new Link();
  const nonce = link.pinged();
  link.time.pass(7);
  link.pong(nonce);
  link.time.pass(INTERVAL_MS - 1);
  assertEquals([link.pings.length, link.losses.length], [1, 0]);
  link.time.pass(1);
  assertEquals(link.pings.length, 2);
});

Deno.test("a peer that does not answer is given up after the timeout, once", () => {
  const link = new Link();
  link.pinged();
  link.time.pass(TIMEOUT_MS - 1);
  assertEquals(link.losses, []);
  link.time.pass(1);
  const silent_ms = INTERVAL_MS + TIMEOUT_MS;
  assertEquals(link.losses, [{ silent_ms, auto_ping_timeout_ms: TIMEOUT_MS }]);
  link.time.pass(10 * INTERVAL_MS);
  assertEquals([link.pings.length, link.losses.length], [1, 1]);
  assertEquals(link.time.deadlines, 0);
});

Deno.test("a PONG with other octets is no answer", () => {
  const link = new Link();
  const nonce = link.pinged();
  link.pong(nonce.slice(1));
  link.pong(new Uint8Array(nonce.length));
  link.pong(new Uint8Array(0));
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses.length, 1);
  assertEquals(link.liveness.details(), {});
});

Deno.test("a PONG is an answer once, and harmless again", () => {
  const link = new Link();
  const nonce = link.pinged();
  link.time.pass(3);
  link.pong(nonce);
  link.time.pass(50);
  link.pong(nonce);
  const round_trip_ms = { last: 3, smallest: 3 };
  assertEquals(link.liveness.details(), { round_trip_ms });
  link.pinged();
  link.pong(nonce);
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses.length, 1);
});

Deno.test("a peer that says something else is there", () => {
  const link = new Link();
  link.pinged();
  link.time.pass(TIMEOUT_MS - 10);
  link.liveness.heard(1);
  link.time.pass(10);
  assertEquals(link.losses, []);
  // It is silent again from then on.
  link.time.pass(INTERVAL_MS - 10);
  assertEquals(link.pings.length, 2);
});

Deno.test("a peer is not given up while something of it is unread", () => {
  const link = new Link();
  link.pinged();
  link.isAwaiting = false;
  link.time.pass(5 * TIMEOUT_MS);
  assertEquals(link.losses, []);
  link.isAwaiting = true;
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses.length, 1);
});

Deno.test("a peer that reads what is before the PING, though slowly, is there", () => {
  const link = new Link();
  link.pendingBytes = 1000;
  link.pinged();
  for (let step = 0; step < 5; step++) {
    link.writtenBytes += 100;
    link.pendingBytes -= 100;
    link.time.pass(TIMEOUT_MS);
    assertEquals(link.losses, []);
  }
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses.length, 1);
});

Deno.test("the timeout runs anew when a PING that had to wait is written", () => {
  const link = new Link();
  link.pendingBytes = 1000;
  const nonce = link.pinged();
  link.writtenBytes = 1012;
  link.pendingBytes = 0;
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses, []);
  link.pong(nonce);
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses, []);
});

Deno.test("what a dead peer's system takes is no sign of the peer", () => {
  const link = new Link();
  link.pinged();
  link.writtenBytes = 5000;
  link.time.pass(TIMEOUT_MS);
  assertEquals(link.losses.length, 1);
});

Deno.test("the last and the smallest round trip are told", () => {
  const link = new Link();
  for (const ms of [20, 5, 12]) {
    const nonce = link.pinged();
    link.time.pass(ms);
    link.pong(nonce);
  }
  const round_trip_ms = { last: 12, smallest: 5 };
  assertEquals(link.liveness.details(), { round_trip_ms });
});
