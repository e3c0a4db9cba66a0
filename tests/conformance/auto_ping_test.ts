/** PINGs of the router's own: who is sent them, and what becomes of who does not answer. */
import { assertEquals, assertMatch } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import type { RealmConfig } from "../../src/config/config.ts";
import { RawClient, type WireMessage } from "../support/raw_client.ts";
import { type Scenario, scenario, sendTogether } from "../support/scenario.ts";
import {
  openRealm,
  TRANSPORT_KINDS,
  type TransportKind,
} from "../support/test_server.ts";
import { decodeValue } from "../support/wire_codec.ts";
import { authorized, authorizer } from "./_authorizer.ts";

const LOST = "the client did not answer a PING in time";
const PING = 1;
const PONG = 2;

/** Who is silent is sent a PING soon, and has all the time to answer. */
const PATIENT = { autoPingIntervalMs: 50, autoPingTimeoutMs: 60_000 };
/** Who knows PINGs has to answer soon; the others of a test are left in peace. */
const STRICT = {
  autoPing: "answering" as const,
  autoPingIntervalMs: 50,
  autoPingTimeoutMs: 50,
};

/** A client that the router knows to know PINGs. */
async function joinAnswering(
  router: Scenario,
  kind: TransportKind = "tcp",
): Promise<RawClient> {
  const client = await router.join({ kind });
  await client.sendFrame(PING, new Uint8Array(0));
  assertEquals((await client.readFrame()).first, PONG);
  return client;
}

/** The payload of the router's PING, which is next. */
async function pinged(client: RawClient): Promise<Uint8Array> {
  const { first, payload } = await client.readFrame();
  assertEquals(first, PING);
  return payload;
}

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `FR-11: a silent client is sent PINGs over ${kind}, and its round-trip times are in its session's details`,
    async (router) => {
      const client = await router.join({ kind });
      const other = await router.join({ kind });
      const payloads: string[] = [];
      for (let i = 0; i < 3; i++) {
        const payload = await pinged(client);
        payloads.push(new TextDecoder().decode(payload));
        await client.sendFrame(PONG, payload);
      }
      assertEquals(new Set(payloads).size, 3);
      assertMatch(payloads[0], /^[0-9a-f]{16}$/);
      const { round_trip_ms: time } = await detailsOf(client, client.sessionId);
      assertEquals(Object.keys(time), ["last", "smallest"]);
      assertEquals(0 <= time.smallest && time.smallest <= time.last, true);
      const none = await detailsOf(client, other.sessionId);
      assertEquals("round_trip_ms" in none, false);
    },
    { kinds: [kind], limits: { ...PATIENT, autoPing: true } },
  );
}

/** What `wamp.session.get` says. */
async function detailsOf(
  client: RawClient,
  session: number,
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const request = client.nextRequest();
  await client.send([48, request, {}, "wamp.session.get", [session]]);
  const [code, , , args] = await receiveAnswering(client);
  assertEquals(code, 50);
  return args[0];
}

/** The next message; PINGs that come before it are answered. */
async function receiveAnswering(client: RawClient): Promise<WireMessage> {
  while (true) {
    const { first, payload } = await client.readFrame();
    if (first === 0) {
      return decodeValue(client.serializer, payload) as WireMessage;
    }
    await client.sendFrame(PONG, payload);
  }
}

scenario(
  "FR-11: by default PINGs go to those who have sent a PING or a PONG, and to nobody else",
  async (router) => {
    const [quiet, pinging, ponging] = await router.joinMany(3);
    await pinging.sendFrame(PING, Uint8Array.of(1));
    assertEquals(await pinging.readFrame(), {
      first: PONG,
      payload: Uint8Array.of(1),
    });
    await ponging.sendFrame(PONG, Uint8Array.of(2));
    for (const client of [pinging, ponging, pinging, ponging]) {
      await client.sendFrame(PONG, await pinged(client));
    }
    await quiet.expectNothing();
  },
  { limits: PATIENT },
);

scenario(
  "where auto_ping is false nobody is sent a PING",
  async (router) => {
    const client = await joinAnswering(router);
    await client.sendFrame(PONG, new Uint8Array(0));
    // The deadline of another is a time that passes.
    const late = await RawClient.connect(router.server.address());
    await late.expectClosed();
    await client.expectNothing();
  },
  { limits: { ...PATIENT, autoPing: false, handshakeTimeoutMs: 300 } },
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `FR-11: a client that is frozen over ${kind} is gone after interval and timeout, and its callers are answered`,
    async (router) => {
      const callee = await joinAnswering(router, kind);
      await callee.register("com.frozen");
      const caller = await router.join({ kind });
      const request = caller.nextRequest();
      await caller.send([48, request, {}, "com.frozen"]);
      const answer = await caller.receive();
      assertEquals(answer.slice(0, 3), [8, 48, request]);
      assertEquals(answer[4], "wamp.error.canceled");
      const line = await router.server.logged(LOST);
      assertEquals(line.level, "warn");
      assertEquals(line.fields["session"], callee.sessionId);
      assertEquals(line.fields["auto_ping_timeout_ms"], 50);
      assertEquals(router.server.running.counted("peers_lost"), 1);
      const again = caller.nextRequest();
      const refused = await caller.request([48, again, {}, "com.frozen"]);
      assertEquals(refused[4], "wamp.error.no_such_procedure");
    },
    { kinds: [kind], limits: STRICT },
  );
}

scenario(
  "FR-10 FR-11: a PONG that answers no PING is harmless, and no answer",
  async (router) => {
    const client = await joinAnswering(router);
    await client.sendFrame(PONG, Uint8Array.of(1, 2, 3));
    await client.expectNothing();
    const payload = await pinged(client);
    await client.sendFrame(PONG, payload.slice(1));
    await client.expectClosed();
    await router.server.logged(LOST);
  },
  { limits: { ...STRICT, autoPingIntervalMs: 500, autoPingTimeoutMs: 500 } },
);

scenario(
  "a client that stops in the middle of a frame is given up",
  async (router) => {
    const client = await joinAnswering(router);
    await client.sendBytes([0, 0, 1, 0, 91]);
    await pinged(client);
    await client.expectClosed();
    await router.server.logged(LOST);
  },
  { limits: STRICT },
);

scenario(
  "a client that does not read is given up, though its PING waits behind a full outbox",
  async (router) => {
    const reader = await joinAnswering(router);
    await reader.subscribe("com.topic");
    const publisher = await router.join();
    const text = "x".repeat(100_000);
    // More than the system holds for a socket.
    const publish =
      () => [16, publisher.nextRequest(), {}, "com.topic", [text]];
    for (let i = 0; i < 300; i++) await publisher.send(publish());
    await publisher.expectNothing();
    const line = await router.server.logged(LOST);
    assertEquals(line.fields["session"], reader.sessionId);
    assertEquals(router.server.running.counted("outbox_overflows"), 0);
  },
  { limits: { ...STRICT, maxOutboxBytes: 2 ** 28 } },
);

scenario(
  "a client that has shut its side is done with, and is sent no PING",
  async (router) => {
    const client = await joinAnswering(router);
    await client.conn.closeWrite();
    await client.expectClosed();
    assertEquals(router.server.running.counted("peers_lost"), 0);
  },
  { limits: STRICT },
);

scenario(
  "a client whose message waits for an authorizer is sent PINGs, and its PONGs count",
  async (router) => {
    const decider = await authorizer(router);
    const client = await joinAnswering(router);
    const request = client.nextRequest();
    await client.send([48, request, {}, "com.nothing"]);
    const question = await decider.asked();
    for (let i = 0; i < 2; i++) {
      await client.sendFrame(PONG, await pinged(client));
    }
    await question.answer(true);
    const answer = await client.receive();
    assertEquals(answer[4], "wamp.error.no_such_procedure");
  },
  {
    ...authorized(),
    limits: PATIENT,
  },
);

scenario(
  "a client that is not read because of its quota is sent PINGs, and not given up for what is unread",
  async (router) => {
    const client = await joinAnswering(router);
    const publish = (text: string) => [
      ...[16, client.nextRequest(), { acknowledge: true }, "com.topic", [text]],
    ];
    const first = Array.from({ length: 8 }, () => publish(""));
    // Too long to be read ahead: PONGs behind it are unread until the pause ends.
    const last = publish("x".repeat(1000));
    await sendTogether(client, first);
    for (const [, request] of first) {
      const published = await receiveAnswering(client);
      assertEquals(published.slice(0, 2), [17, request]);
    }
    await sendTogether(client, [last]);
    const answer = await receiveAnswering(client);
    assertEquals(answer.slice(0, 2), [17, last[1]]);
    assertEquals(router.server.running.counted("reads_paused") > 0, true);
    assertEquals(router.server.running.counted("peers_lost"), 0);
  },
  {
    realms: [pausing()],
    // Shorter than the pause.
    limits: { ...STRICT, autoPingTimeoutMs: 500 },
  },
);

/** A realm whose clients may send little. */
function pausing(): RealmConfig {
  const { role } = buildQuotas();
  const realm = openRealm("realm1");
  const quotas = { role: { ...role, messagesPerSecond: 4 } };
  return { ...realm, roles: realm.roles.map((one) => ({ ...one, quotas })) };
}
