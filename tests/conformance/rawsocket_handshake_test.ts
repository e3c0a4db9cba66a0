/** The RawSocket handshake, octet for octet (checklist §1.1). */
import { assert, assertEquals } from "@std/assert";
import { bytesOf, concat } from "../support/hex.ts";
import { frame, helloDetails, RawClient } from "../support/raw_client.ts";
import { framesOf, scenario } from "../support/scenario.ts";
import { type TestServer, TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZER_NUMBER, SERIALIZERS } from "../support/wire_codec.ts";
import { expectRefusal, readToEnd } from "./_handshake.ts";

/** Expects that the handshake `octets` is answered with `reply` and taken. */
async function expectAccepted(
  address: string,
  octets: string,
  reply: string,
): Promise<RawClient> {
  const client = await RawClient.connect(address);
  await client.sendBytes(bytesOf(octets));
  assertEquals(await client.readBytes(4), bytesOf(reply));
  return client;
}

/** Returns when the router has read all that was sent to it before. */
async function caughtUp(server: TestServer): Promise<void> {
  using other = await RawClient.open(server.address(), "json");
  await other.sendFrame(1, bytesOf("01"));
  await other.readFrame();
}

scenario(
  "RS-01: the router sends nothing before it has the four octets",
  async ({ server }) => {
    using client = await RawClient.connect(server.address());
    for (const octet of ["7F", "F1", "00"]) {
      await client.sendBytes(bytesOf(octet));
      await caughtUp(server);
    }
    await client.sendBytes(bytesOf("00"));
    // One octet more than the reply would be in front of the PONG.
    await client.sendFrame(1, bytesOf("2A"));
    assertEquals(
      await client.readBytes(9),
      bytesOf("7F 81 00 00 02 00 00 01 2A"),
    );
  },
);

scenario(
  "RS-01 RS-17: a connection that sends nothing gets no octet, and is closed in time",
  async ({ server }) => {
    for (const kind of TRANSPORT_KINDS) {
      using client = await RawClient.connect(server.address(kind));
      await client.expectClosed();
    }
  },
  { kinds: TRANSPORT_KINDS, limits: { handshakeTimeoutMs: 60 } },
);

scenario(
  "RS-02: the handshake may come octet by octet",
  async ({ server }) => {
    using client = await RawClient.connect(server.address());
    for (const octet of bytesOf("7F F2 00 00")) {
      await client.sendBytes([octet]);
      await caughtUp(server);
    }
    assertEquals(await client.readBytes(4), bytesOf("7F 82 00 00"));
    client.serializer = "msgpack";
    await client.hello();
  },
);

scenario(
  "RS-02: frames may be glued behind the handshake, and be cut anywhere",
  async (router) => {
    const { server } = router;
    for (const serializer of SERIALIZERS) {
      const shape = await router.open(serializer);
      const octets = concat(
        new Uint8Array([0x7f, 0xf0 | SERIALIZER_NUMBER[serializer], 0, 0]),
        framesOf(shape, [[1, "realm1", helloDetails()], [32, 1, {}, "com.a"]]),
      );
      for (const cut of [2, 4, 5, 8, 9, octets.length - 1, octets.length]) {
        using client = await RawClient.connect(server.address());
        client.serializer = serializer;
        await client.sendBytes(octets.subarray(0, cut));
        if (cut < octets.length) {
          await caughtUp(server);
          await client.sendBytes(octets.subarray(cut));
        }
        assertEquals((await client.readBytes(4))[0], 0x7f);
        assertEquals((await client.receive())[0], 2, `cut at ${cut}`);
        assertEquals((await client.receive()).slice(0, 2), [33, 1]);
      }
    }
  },
);

for (const first of ["00", "01", "7E", "80", "FF"]) {
  scenario(
    `RS-03: first octet ${first}: closed without a reply`,
    async ({ server }) => {
      const octets = concat(bytesOf(first), bytesOf("F1 00 00"));
      await expectRefusal(server.address(), octets, "");
      await expectRefusal(server.address(), bytesOf(first), "");
      await expectRefusal(server.address("unix"), octets, "");
    },
    { kinds: ["tcp", "unix"] },
  );
}

scenario(
  "RS-03: first octet other than 7F: closed without a reply over TLS",
  async ({ server }) => {
    await expectRefusal(server.address("tls"), bytesOf("00 F1 00 00"), "");
  },
  { kinds: ["tls"] },
);

scenario(
  "RS-04: the high nibble L of octet 2 stands for 2^(9+L) octets",
  async ({ server }) => {
    for (let limit = 0; limit < 16; limit++) {
      using _client = await RawClient.open(server.address(), "json", limit);
      const line = await server.logged(`:${512 << limit}}`);
      assertEquals(line.message, "handshake done");
    }
  },
  { debug: true },
);

scenario(
  "RS-05 RS-06: serializers 1, 2 and 3 are JSON, MessagePack and CBOR, and echoed beside the router's own limit",
  async ({ server }) => {
    for (const serializer of SERIALIZERS) {
      for (const limit of [0, 7, 15]) {
        const number = SERIALIZER_NUMBER[serializer];
        const octet = (limit << 4 | number).toString(16).padStart(2, "0");
        using client = await expectAccepted(
          server.address(),
          `7F ${octet} 00 00`,
          `7F 8${number} 00 00`,
        );
        client.serializer = serializer;
        // WELCOME is read by the test's own decoder for that format.
        await client.hello();
      }
    }
  },
);

/** Configured limits, and the exponent that the handshake must advertise. */
const LIMITS: [maxMessageBytes: number, exponent: number][] = [
  [1, 0],
  [100, 0],
  [511, 0],
  [512, 0],
  [1000, 0],
  [1023, 0],
  [1024, 1],
  [1025, 1],
  [100_000, 7],
  [131_072, 8],
  [1_000_000, 10],
];

for (const [maxMessageBytes, exponent] of LIMITS) {
  scenario(
    `RS-16: a limit of ${maxMessageBytes} is advertised as 2^(9+${exponent}), and enforced exactly`,
    async ({ server }) => {
      const reply = `7F ${exponent.toString(16)}1 00 00`;
      using client = await expectAccepted(
        server.address(),
        "7F F1 00 00",
        reply,
      );
      await client.sendFrame(1, new Uint8Array(maxMessageBytes));
      const pong = await client.readFrame();
      assertEquals([pong.first, pong.payload.length], [2, maxMessageBytes]);
      await client.sendBytes(
        frame(1, new Uint8Array(maxMessageBytes + 1)).slice(0, 4),
      );
      await client.expectAbort("wamp.error.protocol_violation");
    },
    { maxMessageBytes },
  );
}

for (const maxMessageBytes of [2 ** 24, 2 ** 26]) {
  scenario(
    `RS-16: a limit of ${maxMessageBytes} is advertised as 2^24`,
    async ({ server }) => {
      using _client = await expectAccepted(
        server.address(),
        "7F F1 00 00",
        "7F F1 00 00",
      );
    },
    { maxMessageBytes },
  );
}

scenario(
  "RS-17: a handshake that stops halfway is closed in time",
  async ({ server }) => {
    for (const kind of TRANSPORT_KINDS) {
      using client = await RawClient.connect(server.address(kind));
      await client.sendBytes(bytesOf("7F F1 00"));
      await client.expectClosed();
      await server.logged("the handshake did not come in time");
    }
  },
  { kinds: TRANSPORT_KINDS, limits: { handshakeTimeoutMs: 60 } },
);

/** How far clients of a TLS port come. */
const TLS_STARTS: [name: string, octets: string][] = [
  ["that does not come", ""],
  ["that stops in its first record's head", "16 03 01"],
  ["that stops halfway", "16 03 01 02 00 01 00 01 FC 03 03"],
];

for (const [name, octets] of TLS_STARTS) {
  scenario(
    `RS-17: a TLS handshake ${name} is closed in time`,
    async ({ server }) => {
      const tcp = server.address("tls").replace("tls:", "tcp:");
      using client = await RawClient.connect(tcp);
      await client.sendBytes(bytesOf(octets));
      await client.expectClosed();
      await server.logged("the handshake did not come in time");
    },
    { kinds: ["tls"], limits: { handshakeTimeoutMs: 60 } },
  );
}

scenario(
  "RS-17: a TLS handshake octet by octet is closed in time",
  async ({ server }) => {
    const tcp = server.address("tls").replace("tls:", "tcp:");
    using client = await RawClient.connect(tcp);
    const closed = client.expectClosed();
    // A record of 16 KiB, of which each octet is slow.
    await client.sendBytes(bytesOf("16 03 01 40 00 01 00 3F FC"));
    let isClosed = false;
    closed.then(() => isClosed = true, () => isClosed = true);
    while (!isClosed) {
      await client.conn.write(bytesOf("00")).catch(() => 0);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await closed;
  },
  { kinds: ["tls"], limits: { handshakeTimeoutMs: 60 } },
);

scenario(
  "RS-17: a handshake in time is not closed",
  async ({ server }) => {
    using early = await RawClient.open(server.address(), "json");
    using late = await RawClient.connect(server.address());
    // By now the earlier one's time would be over as well.
    await late.expectClosed();
    await early.hello();
    await early.expectNothing();
  },
  { limits: { handshakeTimeoutMs: 60 } },
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `RS-18 RS-19: handshake, call and result over ${kind}`,
    async ({ server }) => {
      for (const serializer of SERIALIZERS) {
        using callee = await RawClient.join(server.address(kind), serializer);
        using caller = await RawClient.join(server.address(kind), serializer);
        const registration = await callee.register(`com.add.${serializer}`);
        await caller.send(
          [48, 1, {}, `com.add.${serializer}`, [1, 2], { k: true }],
        );
        assertEquals(
          await callee.receive(),
          [68, 1, registration, {}, [1, 2], { k: true }],
        );
        await callee.send([70, 1, {}, [3]]);
        assertEquals(await caller.receive(), [50, 1, {}, [3]]);
        for (
          const [request, reply] of [
            ["7F F9 00 00", "7F 10 00 00"],
            ["7F F1 01 00", "7F 30 00 00"],
          ]
        ) {
          await expectRefusal(server.address(kind), bytesOf(request), reply);
        }
      }
    },
    { kinds: [kind] },
  );
}

scenario(
  "RS-19: a TLS transport does not answer what is not encrypted",
  async ({ server }) => {
    const tcp = server.address("tls").replace("tls:", "tcp:");
    using client = await RawClient.connect(tcp);
    await client.sendBytes(bytesOf("7F F1 00 00"));
    const octets = await readToEnd(client);
    // A TLS alert, and no handshake of ours.
    assert(octets.length === 0 || octets[0] === 0x15, octets.toHex());
  },
  { kinds: ["tls"] },
);
