/** Frames as they are read, and PING and PONG (checklist §1.2). */
import { assertEquals } from "@std/assert";
import { bytesOf, concat } from "../support/hex.ts";
import { frame, RawClient, type WireMessage } from "../support/raw_client.ts";
import {
  expectViolation,
  framesOf,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { TRANSPORT_KINDS } from "../support/test_server.ts";
import { encodeValue, SERIALIZERS } from "../support/wire_codec.ts";

const OCTETS = Uint8Array.from({ length: 256 }, (_, i) => i);

/** Sends a PING and expects its PONG as the next frame. */
async function ping(client: RawClient, payload: Uint8Array): Promise<void> {
  await client.sendFrame(1, payload);
  assertEquals(await client.readFrame(), { first: 2, payload });
}

scenario(
  "FR-01: types 0, 1 and 2 are message, PING and PONG, whose length does not count the prefix",
  async (router) => {
    const client = await router.join();
    const message = framesOf(client, [[34, 7, 1]]);
    assertEquals(message[0], 0);
    await client.sendBytes(
      concat(message, bytesOf("01 00 00 02 AA BB"), bytesOf("02 00 00 01 CC")),
    );
    assertEquals((await client.receive()).slice(0, 3), [8, 34, 7]);
    assertEquals(await client.readBytes(6), bytesOf("02 00 00 02 AA BB"));
    await client.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "FR-03: lengths are in network byte order, as they are read and written",
  async (router) => {
    const client = await router.join();
    for (
      const [size, prefix] of [
        [1, "00 00 01"],
        [255, "00 00 FF"],
        [256, "00 01 00"],
        [65_536, "01 00 00"],
        [66_051, "01 02 03"],
      ] as const
    ) {
      const payload = new Uint8Array(size).fill(size);
      await client.sendBytes(concat(bytesOf(`01 ${prefix}`), payload));
      assertEquals(await client.readBytes(4), bytesOf(`02 ${prefix}`));
      assertEquals(await client.readBytes(size), payload);
    }
  },
);

/** Prefixes that no peer may send. */
const BAD_PREFIXES: [name: string, prefix: string][] = [
  ["the lowest R bit", "10 00 00 02"],
  ["the highest R bit", "80 00 00 02"],
  ["all R bits", "F0 00 00 02"],
  ["X beside a length", "08 00 00 02"],
  ["X beside a length in a PING", "09 00 00 02"],
  ["X beside a length in a PONG", "0A 00 00 02"],
  ["type 3", "03 00 00 02"],
  ["type 4", "04 00 00 02"],
  ["type 5", "05 00 00 02"],
  ["type 6", "06 00 00 02"],
  ["type 7", "07 00 00 02"],
  ["type 3 and no payload", "03 00 00 00"],
  ["type 7 with X", "0F 00 00 00"],
];

for (const [name, prefix] of BAD_PREFIXES) {
  scenario(
    `FR-05: ${name} fails the connection, after an ABORT`,
    async (router) => {
      // More than that prefix claims, so that skipping it would be seen.
      const behind = frame(1, bytesOf("01"));
      const octets = concat(bytesOf(prefix), bytesOf("00 00"), behind);
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        await client.sendBytes(octets);
        await expectViolation(client);
        const early = await router.open(serializer);
        await early.sendBytes(octets);
        await expectViolation(early);
      }
    },
  );
}

scenario(
  "FR-05: frames before a bad prefix are handled, and none behind it",
  async (router) => {
    const subscriber = await router.join();
    const subscription = await subscriber.subscribe("com.a");
    const client = await router.join();
    await client.sendBytes(concat(
      framesOf(client, [[16, 1, {}, "com.a", ["before"]]]),
      bytesOf("03 00 00 00"),
      framesOf(client, [[16, 2, {}, "com.a", ["behind"]]]),
    ));
    await expectViolation(client);
    const event = await subscriber.receive();
    assertEquals([event[1], event[4]], [subscription, ["before"]]);
    await subscriber.expectNothing();
  },
);

for (const serializer of SERIALIZERS) {
  scenario(
    `FR-06: a ${serializer} message with a cut at each of its octets is one message`,
    async (router) => {
      const client = await router.join({ serializer });
      const other = await router.join();
      const message = [16, 1, { acknowledge: true }, "com.a", ["äöü", 1.5]];
      const octets = framesOf(client, [message]);
      for (let cut = 1; cut < octets.length; cut++) {
        await client.sendBytes(octets.subarray(0, cut));
        await other.expectNothing();
        await client.sendBytes(octets.subarray(cut));
        assertEquals((await client.receive()).slice(0, 2), [17, 1]);
      }
    },
  );
}

scenario(
  "FR-06: a message may come octet by octet",
  async (router) => {
    const client = await router.join();
    const octets = framesOf(client, [[48, 1, {}, "com.none", [1, 2, 3]]]);
    for (const octet of octets) await client.sendBytes([octet]);
    assertEquals((await client.receive()).slice(0, 3), [8, 48, 1]);
  },
  { everySerializer: true },
);

scenario(
  "FR-06: many frames in one read are as many messages, answered in order",
  async (router) => {
    const client = await router.join();
    const count = 500;
    const messages: WireMessage[] = Array.from(
      { length: count },
      (_, i) => [16, i + 1, { acknowledge: true }, "com.a", [i]],
    );
    await sendTogether(client, messages);
    for (let i = 0; i < count; i++) {
      assertEquals((await client.receive()).slice(0, 2), [17, i + 1]);
    }
  },
  { everySerializer: true },
);

scenario(
  "FR-06: messages of all sizes up to the limit come whole, whatever the reads",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    await other.subscribe("com.a");
    for (const size of [0, 100, 250, 1000, 4090, 16_400, 65_530, 131_000]) {
      const text = "x".repeat(size);
      await client.send([16, 1, {}, "com.a", [text]]);
      assertEquals((await other.receive())[4], [text]);
    }
  },
  { everySerializer: true },
);

scenario(
  "FR-07: PING is answered before HELLO, in a session, after GOODBYE and while the router shuts down",
  async (router) => {
    const client = await router.open();
    await ping(client, bytesOf("01"));
    await client.hello();
    await ping(client, bytesOf("02"));
    await client.request([6, {}, "wamp.close.normal"]);
    await ping(client, bytesOf("03"));
    await client.hello();
    await ping(client, bytesOf("04"));
    const stopped = router.server.running.shutdown();
    assertEquals((await client.receive())[0], 6);
    await ping(client, bytesOf("05"));
    await client.send([6, {}, "wamp.close.goodbye_and_out"]);
    await client.expectClosed();
    await stopped;
  },
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `FR-07 FR-08: PONG has the payload of its PING, octet for octet, over ${kind}`,
    async ({ server }) => {
      using client = await RawClient.open(server.address(kind), "json");
      await client.sendBytes(bytesOf("01 00 00 00"));
      assertEquals(await client.readBytes(4), bytesOf("02 00 00 00"));
      await ping(client, OCTETS);
      await ping(client, OCTETS.toReversed());
      await ping(client, new Uint8Array(131_072).map((_, i) => i * 7));
    },
    { kinds: [kind] },
  );
}

scenario(
  "FR-07: PING is answered once",
  async (router) => {
    const client = await router.join();
    await ping(client, bytesOf("2A"));
    await client.expectNothing();
  },
);

scenario(
  "FR-09: PONGs come in the order of their PINGs, between whole frames",
  async (router) => {
    const client = await router.join();
    const publisher = await router.join();
    await client.subscribe("com.a");
    const rounds = 40;
    // Large enough to be cut by the sockets on its way.
    const text = "x".repeat(100_000);
    const publishing = (async () => {
      for (let i = 0; i < rounds; i++) {
        await publisher.send([16, i + 1, {}, "com.a", [i, text]]);
      }
    })();
    const pinging = (async () => {
      for (let i = 0; i < rounds; i++) {
        const pings = [3 * i, 3 * i + 1, 3 * i + 2].map((n) =>
          frame(1, new Uint8Array([n, 0xff, 0x00]))
        );
        await client.sendBytes(concat(...pings));
      }
    })();
    await readMixed(client, rounds, text);
    await Promise.all([publishing, pinging]);
  },
  { everySerializer: true },
);

/** Reads `rounds` events and three times as many PONGs, each kind in order. */
async function readMixed(
  client: RawClient,
  rounds: number,
  text: string,
): Promise<void> {
  let events = 0;
  let pongs = 0;
  while (events < rounds || pongs < 3 * rounds) {
    const { first, payload } = await client.readFrame();
    if (first === 2) {
      assertEquals([...payload], [pongs++, 0xff, 0x00]);
    } else {
      // Beside the payload an event has no more than its head.
      const [size] = [payload.length - text.length];
      assertEquals([first, size > 0 && size < 100], [0, true]);
      const due = encodeValue(client.serializer, [events++, text]);
      assertEquals(tail(payload, due.length), due.toHex());
    }
  }
}

/** The last octets of an EVENT's payload, which are those of its Arguments. */
function tail(payload: Uint8Array, count: number): string {
  const isJson = payload[0] === 0x5b;
  const end = payload.length - (isJson ? 1 : 0);
  return payload.subarray(end - count, end).toHex();
}

scenario(
  "FR-10: a PONG that nobody asked for is ignored",
  async (router) => {
    const client = await router.open();
    const pongs = [new Uint8Array(0), OCTETS].map((octets) => frame(2, octets));
    await client.sendBytes(concat(...pongs));
    await client.hello();
    await client.sendBytes(concat(...pongs));
    await client.expectNothing();
  },
  { everySerializer: true },
);

/** First octets of frames that are too long by one, and of the exact ones. */
const KINDS: [name: string, first: number][] = [
  ["a message", 0],
  ["a PING", 1],
  ["a PONG", 2],
];

for (const [name, first] of KINDS) {
  scenario(
    `FR-12 FR-13: ${name} above the limit fails the connection on its prefix alone`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        for (const size of ["00 07 D1", "00 FF FF", "FF FF FF"]) {
          const prefix = concat(new Uint8Array([first]), bytesOf(size));
          const client = await router.join({ serializer });
          await client.sendBytes(prefix);
          await expectViolation(client);
          const early = await router.open(serializer);
          await early.sendBytes(prefix);
          await expectViolation(early);
        }
        const client = await router.join({ serializer });
        await client.sendBytes([first | 0x08, 0, 0, 0]);
        await expectViolation(client);
      }
    },
    { maxMessageBytes: 2000 },
  );
}

scenario(
  "FR-12: a message of exactly the limit is taken, one octet more is not",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      await client.sendFrame(0, publishOf(client, 2000));
      assertEquals((await client.receive()).slice(0, 2), [17, 1]);
      await client.sendFrame(0, publishOf(client, 2001));
      await expectViolation(client);
    }
  },
  { maxMessageBytes: 2000 },
);

/** An acknowledged PUBLISH of exactly `size` octets. */
function publishOf(client: RawClient, size: number): Uint8Array {
  const message = (length: number) =>
    encodeValue(
      client.serializer,
      [16, 1, { acknowledge: true }, "com.a", ["x".repeat(length)]],
    );
  return message(1000 + size - message(1000).length);
}

scenario(
  "FR-19: a message of no octets ends the session",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      await client.sendBytes(bytesOf("00 00 00 00"));
      await expectViolation(client);
      const early = await router.open(serializer);
      await early.sendBytes(bytesOf("00 00 00 00"));
      await expectViolation(early);
    }
  },
);
