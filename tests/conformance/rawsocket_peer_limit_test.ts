/** What a client's own limit makes of what is sent to it (checklist §1.2). */
import { assert, assertEquals } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { bytesOf } from "../support/hex.ts";
import {
  helloDetails,
  RawClient,
  show,
  type WireMessage,
} from "../support/raw_client.ts";
import { expectError, scenario } from "../support/scenario.ts";
import type { TestServer } from "../support/test_server.ts";
import { encodeValue, SERIALIZERS } from "../support/wire_codec.ts";

const TOO_LONG = "wamp.error.payload_size_exceeded";

/** Joins as a client that takes 512 octets, or 2^(9+limit). */
async function joinSmall(
  server: TestServer,
  serializer: SerializerName,
  limit: number = 0,
): Promise<RawClient> {
  return await RawClient.join(
    server.address(),
    serializer,
    helloDetails(),
    "realm1",
    limit,
  );
}

/** `message(text)` with a text that makes it `size` octets in `serializer`. */
function sized(
  serializer: SerializerName,
  size: number,
  message: (text: string) => WireMessage,
): WireMessage {
  const octetsWith = (count: number) =>
    encodeValue(serializer, message("x".repeat(count))).length;
  let count = size;
  // Twice: the length of a shorter text may itself take fewer octets.
  for (let i = 0; i < 2; i++) count += size - octetsWith(count);
  const exact = message("x".repeat(count));
  assertEquals(encodeValue(serializer, exact).length, size);
  return exact;
}

/** A callee and a small caller that speak the same, and a call between them. */
async function startCall(
  server: TestServer,
  serializer: SerializerName,
  limit: number,
): Promise<{ callee: RawClient; caller: RawClient }> {
  const callee = await RawClient.join(server.address(), serializer);
  const caller = await joinSmall(server, serializer, limit);
  await callee.register("com.call");
  await caller.send([48, 7, {}, "com.call"]);
  assertEquals((await callee.receive()).slice(0, 2), [68, 1]);
  return { callee, caller };
}

for (const serializer of SERIALIZERS) {
  for (const limit of [0, 1, 3]) {
    const bytes = 512 << limit;
    scenario(
      `FR-14 FR-16: ${serializer}: a RESULT of ${bytes} octets reaches a caller that takes ${bytes}, a longer one becomes an ERROR`,
      async ({ server }) => {
        const { callee, caller } = await startCall(server, serializer, limit);
        using _callee = callee;
        using _caller = caller;
        // The RESULT is as long as the YIELD: request 7 for 1, code 50 for 70.
        const yields = (size: number, request: number) =>
          sized(serializer, size, (text) => [70, request, {}, [text]]);
        await callee.send(yields(bytes, 1));
        const { payload } = await caller.readFrame();
        assertEquals(payload.length, bytes);
        for (const size of [bytes + 1, bytes + 1000, 100_000]) {
          await caller.send([48, 7, {}, "com.call"]);
          const invocation = await callee.receive();
          await callee.send(yields(size, invocation[1]));
          await expectError(caller, 48, 7, TOO_LONG);
        }
        assertEquals(server.running.inventory().pendingCalls, 0);
        assertEquals(server.running.counted("calls_too_long"), 3);
        await caller.expectNothing();
        await callee.expectNothing();
      },
    );
  }

  scenario(
    `FR-16: ${serializer}: an ERROR of the callee that is too long for the caller becomes another ERROR`,
    async ({ server }) => {
      const { callee, caller } = await startCall(server, serializer, 0);
      using _callee = callee;
      using _caller = caller;
      const error = (request: number) => (text: string): WireMessage => //
       [8, 68, request, {}, "com.error", [text], { k: 1 }];
      // To the caller it is `[8, 48, 7, …`; 48 and 68 are of the same length
      // in all three formats.
      await callee.send(sized(serializer, 512, error(1)));
      assertEquals((await caller.readFrame()).payload.length, 512);
      await caller.send([48, 7, {}, "com.call"]);
      assertEquals((await callee.receive())[1], 2);
      await callee.send(sized(serializer, 513, error(2)));
      await expectError(caller, 48, 7, TOO_LONG);
      assertEquals(server.running.inventory().pendingCalls, 0);
      await callee.expectNothing();
    },
  );

  scenario(
    `FR-14 FR-17: ${serializer}: an INVOCATION of 512 octets reaches a callee that takes 512, a longer one becomes an ERROR`,
    async ({ server }) => {
      using caller = await RawClient.join(server.address(), serializer);
      using callee = await joinSmall(server, serializer);
      const registration = await callee.register("com.call");
      const argsFor = (request: number, size: number) =>
        sized(
          serializer,
          size,
          (text) => [68, request, registration, {}, [text]],
        )[4];
      await caller.send([48, 1, {}, "com.call", argsFor(1, 512)]);
      assertEquals((await callee.readFrame()).payload.length, 512);
      await callee.send([70, 1, {}]);
      assertEquals(await caller.receive(), [50, 1, {}]);
      for (const size of [513, 2000, 100_000]) {
        await caller.send([48, 9, {}, "com.call", argsFor(2, size)]);
        await expectError(caller, 48, 9, TOO_LONG);
      }
      assertEquals(server.running.inventory().pendingCalls, 0);
      assertEquals(server.running.counted("calls_too_long"), 3);
      // The callee saw nothing, and its sequence has no gap.
      await caller.send([48, 10, {}, "com.call"]);
      assertEquals(await callee.receive(), [68, 2, registration, {}]);
    },
  );

  scenario(
    `FR-14 FR-15: ${serializer}: an EVENT that is too long for one subscriber comes to that one without payload`,
    async ({ server }) => {
      using publisher = await RawClient.join(server.address(), serializer);
      // Before and behind the small one, as the router goes through them.
      using first = await RawClient.join(server.address(), serializer);
      using small = await joinSmall(server, serializer);
      using last = await RawClient.join(server.address(), serializer);
      for (const client of [first, small, last]) {
        await client.subscribe("com.a");
      }
      await publisher.send([16, 1, {}, "com.a", ["fits"]]);
      await publisher.send([16, 2, {}, "com.a", ["x".repeat(600)]]);
      await publisher.send([16, 3, {}, "com.a", ["x".repeat(100_000)]]);
      await publisher.send([16, 4, {}, "com.a", ["fits again"]]);
      const lengthsAt = async (client: RawClient, count: number) => {
        const lengths: number[] = [];
        for (let i = 0; i < count; i++) {
          lengths.push((await client.receive())[4][0].length);
        }
        return lengths;
      };
      assertEquals(await lengthsAt(first, 4), [4, 600, 100_000, 10]);
      assertEquals(await lengthsAt(last, 4), [4, 600, 100_000, 10]);
      assertEquals((await small.receive()).slice(4), [["fits"]]);
      for (let i = 0; i < 2; i++) {
        const bare = await small.receive();
        assertEquals(bare.slice(3), [{ payload_limit_exceeded: true }]);
      }
      assertEquals((await small.receive()).slice(4), [["fits again"]]);
      await small.expectNothing();
      assertEquals(server.running.counted("events_too_long"), 2);
    },
  );

  scenario(
    `FR-14: ${serializer}: an EVENT of exactly 512 octets reaches a subscriber that takes 512`,
    async ({ server }) => {
      using publisher = await RawClient.join(server.address(), serializer);
      using small = await joinSmall(server, serializer);
      await small.subscribe("com.a");
      // A publication ID takes up to 16 digits in JSON, and is not known
      // before: grow the payload until it no longer fits.
      const sizes: number[] = [];
      for (let length = 440; length <= 520; length++) {
        const request = publisher.nextRequest();
        await publisher.send(
          [16, request, {}, "com.a", ["x".repeat(length)]],
        );
      }
      await publisher.expectNothing();
      const tooLong = server.running.counted("events_too_long");
      assert(tooLong > 0, "some were too long");
      for (let i = 0; i < 81; i++) {
        const { payload } = await small.readFrame();
        assert(payload.length <= 512, `${payload.length} octets`);
        sizes.push(payload.length);
      }
      // Those that were too long came without their payload (FR-15).
      assertEquals(sizes.filter((size) => size < 440).length, tooLong);
      if (serializer !== "json") assertEquals(Math.max(...sizes), 512);
      await small.expectNothing();
    },
  );
}

scenario(
  "FR-15: an event that fits in one serializer and not in another reaches those that it fits",
  async ({ server }) => {
    using publisher = await RawClient.join(server.address(), "msgpack");
    using compact = await joinSmall(server, "msgpack");
    using wordy = await joinSmall(server, "json");
    await compact.subscribe("com.a");
    await wordy.subscribe("com.a");
    // 400 octets as they are, a third more in base64.
    const octets = new Uint8Array(400);
    await publisher.send([16, 1, {}, "com.a", [octets]]);
    assertEquals((await compact.receive())[4], [octets]);
    const bare = await wordy.receive();
    assertEquals(bare.slice(3), [{ payload_limit_exceeded: true }]);
    assertEquals(server.running.counted("events_too_long"), 1);
  },
);

scenario(
  "FR-16 FR-17: what counts is the length in the receiver's serializer",
  async ({ server }) => {
    using callee = await joinSmall(server, "json");
    using caller = await joinSmall(server, "msgpack");
    await callee.register("com.call");
    const octets = new Uint8Array(400);
    await caller.send([48, 1, {}, "com.call", [octets]]);
    await expectError(caller, 48, 1, TOO_LONG);
    await callee.expectNothing();
    await caller.send([48, 2, {}, "com.call"]);
    assertEquals((await callee.receive()).slice(0, 2), [68, 1]);
    // Longer than 512 octets in JSON, shorter in MessagePack.
    await callee.send([70, 1, {}, [octets]]);
    assertEquals(await caller.receive(), [50, 2, {}, [octets]]);
  },
);

/** Requests that the router refuses with a text about what was asked. */
const WORDY_REFUSALS: [name: string, message: WireMessage, uri: string][] = [
  [
    "CALL of a long URI that nobody serves",
    [48, 1, {}, "com." + "x".repeat(4000)],
    "wamp.error.no_such_procedure",
  ],
  [
    "CALL of an invalid URI of wide characters",
    [48, 1, {}, "#" + "漢".repeat(1000)],
    "wamp.error.invalid_uri",
  ],
  [
    "SUBSCRIBE to an invalid URI of characters that JSON escapes",
    [32, 1, {}, "#" + "\x01".repeat(1000)],
    "wamp.error.invalid_uri",
  ],
  [
    "REGISTER of what is registered",
    [64, 1, {}, "com." + "y".repeat(4000)],
    "wamp.error.procedure_already_exists",
  ],
  [
    "acknowledged PUBLISH to an invalid URI",
    [16, 1, { acknowledge: true }, "#" + "漢".repeat(1000)],
    "wamp.error.invalid_uri",
  ],
];

for (const [name, message, uri] of WORDY_REFUSALS) {
  scenario(
    `FR-14 FR-16: ${name} is answered within 512 octets`,
    async ({ server }) => {
      using owner = await RawClient.join(server.address());
      await owner.register("com." + "y".repeat(4000));
      for (const serializer of SERIALIZERS) {
        using client = await joinSmall(server, serializer);
        await client.send(message);
        const { first, payload } = await client.readFrame();
        assert(payload.length <= 512, `${payload.length} octets`);
        assertEquals(first, 0);
        await client.send(message);
        const answer = await client.receive();
        assertEquals(
          answer.slice(0, 5),
          [8, message[0], 1, {}, uri],
          show(answer),
        );
      }
    },
  );
}

scenario(
  "FR-14: an ABORT fits into 512 octets, whatever it is about",
  async ({ server }) => {
    for (const serializer of SERIALIZERS) {
      for (
        const [realm, reason] of [
          ["漢".repeat(1000), "wamp.error.no_such_realm"],
          ["\x01".repeat(1000), "wamp.error.no_such_realm"],
          ["# " + "漢".repeat(1000), "wamp.error.invalid_uri"],
        ]
      ) {
        using client = await RawClient.open(server.address(), serializer, 0);
        await client.send([1, realm, helloDetails()]);
        await client.expectAbort(reason);
      }
    }
  },
);

scenario(
  "FR-22: a PONG that is longer than the client's limit is sent all the same",
  async ({ server }) => {
    using client = await joinSmall(server, "json");
    for (const size of [512, 513, 131_072]) {
      const payload = new Uint8Array(size).fill(0xa5);
      await client.sendFrame(1, payload);
      assertEquals(await client.readFrame(), { first: 2, payload });
    }
    await client.expectNothing();
  },
);

/** Sends `size` octets behind `prefix`; large ones without a copy. */
async function sendLarge(
  client: RawClient,
  prefix: string,
  payload: Uint8Array,
): Promise<void> {
  await client.sendBytes(bytesOf(prefix));
  await client.sendBytes(payload);
}

/** A YIELD to invocation `request` of exactly `size` octets, in MessagePack. */
function yieldOf(request: number, size: number): Uint8Array {
  const payload = new Uint8Array(size);
  // [70, request, {}, [bin 32]]
  payload.set(bytesOf("94 46"));
  payload[2] = request;
  payload.set(bytesOf("80 91 C6"), 3);
  new DataView(payload.buffer).setUint32(6, size - 10);
  return payload;
}

scenario(
  "FR-02 FR-04: 2^24 octets are read and sent under the X bit, to a client that takes so many",
  async ({ server }) => {
    using callee = await RawClient.join(server.address(), "msgpack");
    await callee.register("com.call");
    using large = await joinSmall(server, "msgpack", 15);
    using small = await joinSmall(server, "msgpack", 14);
    await large.send([48, 7, {}, "com.call"]);
    await callee.receive();
    const whole = yieldOf(1, 2 ** 24);
    await sendLarge(callee, "08 00 00 00", whole);
    assertEquals(await large.readBytes(4), bytesOf("08 00 00 00"));
    const result = await large.readBytes(2 ** 24);
    assertEquals(result.subarray(0, 10), bytesOf("94 32 07 80 91 C6 00FFFFF6"));
    // Framing is still in step.
    await large.expectNothing();
    await callee.expectNothing();
    await small.send([48, 8, {}, "com.call"]);
    await callee.receive();
    await sendLarge(callee, "08 00 00 00", yieldOf(2, 2 ** 24));
    await expectError(small, 48, 8, TOO_LONG);
  },
  { maxMessageBytes: 2 ** 24 },
);

scenario(
  "FR-02 FR-03: PING and PONG of 2^24 octets have the X bit, of 2^24 - 1 they have not",
  async ({ server }) => {
    using client = await RawClient.join(server.address());
    for (
      const [ping, pong, size] of [
        ["09 00 00 00", "0A 00 00 00", 2 ** 24],
        ["01 FF FF FF", "02 FF FF FF", 2 ** 24 - 1],
      ] as const
    ) {
      const payload = new Uint8Array(size);
      payload[size - 1] = 0x2a;
      await sendLarge(client, ping, payload);
      assertEquals(await client.readBytes(4), bytesOf(pong));
      assertEquals((await client.readBytes(size))[size - 1], 0x2a);
    }
    await client.expectNothing();
  },
  { maxMessageBytes: 2 ** 24 },
);
