/** The RawSocket handshake, octet for octet (checklist §1.1). */
import { assert, assertEquals } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { frame, helloDetails, RawClient } from "../support/raw_client.ts";
import { framesOf, scenario } from "../support/scenario.ts";
import {
  openRealm,
  type TestServer,
  TRANSPORT_KINDS,
} from "../support/test_server.ts";
import { SERIALIZER_NUMBER, SERIALIZERS } from "../support/wire_codec.ts";

/** Sends `octets` on a connection of its own, and expects `reply` and the end. */
async function expectRefusal(
  address: string,
  octets: Uint8Array,
  reply: string,
): Promise<void> {
  using client = await RawClient.connect(address);
  await client.sendBytes(octets);
  const expected = bytesOf(reply);
  assertEquals(await client.readBytes(expected.length), expected);
  await client.expectClosed();
}

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
    // 0 is too little for a WELCOME (RS-10).
    for (let limit = 1; limit < 16; limit++) {
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
      for (const limit of [1, 7, 15]) {
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

for (let number = 4; number < 16; number++) {
  scenario(
    `RS-07: serializer ${number} is refused with error 1`,
    async ({ server }) => {
      for (const limit of [0xf0, 0]) {
        const octets = new Uint8Array([0x7f, limit | number, 0, 0]);
        await expectRefusal(server.address(), octets, "7F 10 00 00");
      }
    },
  );
}

for (const offered of SERIALIZERS) {
  scenario(
    `RS-07: a transport that speaks ${offered} refuses the others with error 1`,
    async ({ server }) => {
      for (const serializer of SERIALIZERS) {
        if (serializer === offered) {
          using client = await RawClient.join(server.address(), serializer);
          await client.expectNothing();
        } else {
          const number = SERIALIZER_NUMBER[serializer];
          const octets = new Uint8Array([0x7f, 0xf0 | number, 0, 0]);
          await expectRefusal(server.address(), octets, "7F 10 00 00");
        }
      }
    },
    { serializers: [offered] },
  );
}

scenario(
  "RS-08: serializer 0 is closed without a reply",
  async ({ server }) => {
    for (let limit = 0; limit < 16; limit++) {
      const octets = new Uint8Array([0x7f, limit << 4, 0, 0]);
      await expectRefusal(server.address(), octets, "");
    }
  },
);

for (const reserved of ["00 01", "01 00", "80 00", "00 80", "FF FF"]) {
  scenario(
    `RS-09: reserved octets ${reserved} are refused with error 3`,
    async ({ server }) => {
      for (const number of [1, 2, 3]) {
        const octets = bytesOf(`7F F${number} ${reserved}`);
        await expectRefusal(server.address(), octets, "7F 30 00 00");
      }
    },
  );
}

/** A realm whose WELCOME takes more than 1024 octets and less than 2048. */
const LONG_REALM = "com.example." + "x".repeat(400);

scenario(
  "RS-10 FR-18: a client that cannot take a WELCOME is refused with error 2",
  async ({ server }) => {
    for (const serializer of SERIALIZERS) {
      const number = SERIALIZER_NUMBER[serializer];
      for (const limit of [0, 1]) {
        const octets = new Uint8Array([0x7f, limit << 4 | number, 0, 0]);
        await expectRefusal(server.address(), octets, "7F 20 00 00");
      }
      using client = await RawClient.open(server.address(), serializer, 2);
      await client.hello(helloDetails(), LONG_REALM);
    }
  },
  { realms: [openRealm("realm1"), openRealm(LONG_REALM)] },
);

scenario(
  "RS-10 FR-18: a WELCOME fits into 1024 octets, not into 512",
  async ({ server }) => {
    for (const serializer of SERIALIZERS) {
      const number = SERIALIZER_NUMBER[serializer];
      const octets = new Uint8Array([0x7f, number, 0, 0]);
      await expectRefusal(server.address(), octets, "7F 20 00 00");
      using client = await RawClient.open(server.address(), serializer, 1);
      await client.send([1, "realm1", helloDetails()]);
      const { first, payload } = await client.readFrame();
      assertEquals(first, 0);
      assert(payload.length <= 1024, `${payload.length} octets`);
    }
  },
);

scenario(
  "RS-11: a connection above the limit is refused with error 4, and taken once another has left",
  async ({ server }) => {
    const request = bytesOf("7F F1 00 00");
    using one = await RawClient.join(server.address());
    using other = await RawClient.join(server.address());
    for (let i = 0; i < 3; i++) {
      await expectRefusal(server.address(), request, "7F 40 00 00");
    }
    await one.expectNothing();
    other.close();
    await server.logged("the peer left");
    using next = await RawClient.join(server.address());
    await next.expectNothing();
    await one.expectNothing();
    await expectRefusal(server.address(), request, "7F 40 00 00");
  },
  { limits: { maxConnections: 2 } },
);

scenario(
  "RS-12 RS-13: no reply is of another form, or has a reserved error code",
  async ({ server }) => {
    for (let second = 0; second < 256; second++) {
      for (const reserved of [0, 1]) {
        using client = await RawClient.connect(server.address());
        await client.sendBytes([0x7f, second, 0, reserved]);
        await client.conn.closeWrite();
        const reply = await readToEnd(client);
        if (reply.length === 0) continue;
        assertEquals([reply[0], reply[2], reply[3]], [0x7f, 0, 0]);
        assertEquals(reply.length, 4);
        const isError = (reply[1] & 0x0f) === 0;
        if (isError) assert([1, 2, 3, 4].includes(reply[1] >> 4));
        else assertEquals(reply[1], 0x80 | second & 0x0f);
      }
    }
  },
  { realms: [openRealm(LONG_REALM)] },
);

async function readToEnd(client: RawClient): Promise<Uint8Array> {
  const octets: number[] = [];
  const buffer = new Uint8Array(64);
  while (true) {
    const count = await client.conn.read(buffer);
    if (count === null) return new Uint8Array(octets);
    octets.push(...buffer.subarray(0, count));
  }
}

/** Requests with several faults, the one that must be told first in the name. */
const SEVERAL_FAULTS: [name: string, request: string, reply: string][] = [
  ["magic before all others", "7E 00 01 01", ""],
  ["reserved octets before serializer 0", "7F 00 01 00", "7F 30 00 00"],
  ["reserved octets before the serializer", "7F 0F 00 01", "7F 30 00 00"],
  ["serializer 0 before the length", "7F 00 00 00", ""],
  ["the serializer before the length", "7F 0F 00 00", "7F 10 00 00"],
  ["the length before the connection limit", "7F 01 00 00", "7F 20 00 00"],
  ["the connection limit at last", "7F F1 00 00", "7F 40 00 00"],
];

scenario("RS-14: of several faults the first in order is told", async ({
  server,
}) => {
  using _client = await RawClient.open(server.address(), "json");
  for (const [name, request, reply] of SEVERAL_FAULTS) {
    await expectRefusal(server.address(), bytesOf(request), reply)
      .catch((cause) => {
        throw new Error(name, { cause });
      });
  }
}, { realms: [openRealm(LONG_REALM)], limits: { maxConnections: 1 } });

for (
  const [request, reply] of [
    ["7F F4 00 00", "7F 10 00 00"],
    ["7F F1 00 01", "7F 30 00 00"],
    ["7F F0 00 00", ""],
    ["00 F1 00 00", ""],
  ]
) {
  scenario(
    `RS-15: what follows the refused handshake ${request} is ignored`,
    async ({ server }) => {
      const good = concat(
        bytesOf("7F F1 00 00"),
        frame(1, bytesOf("2A")),
        frame(0, utf8(JSON.stringify([1, "realm1", helloDetails()]))),
      );
      const octets = concat(bytesOf(request), good);
      await expectRefusal(server.address(), octets, reply);
    },
  );
}

/** Configured limits, and the exponent that the handshake must advertise. */
const LIMITS: [maxMessageBytes: number, exponent: number][] = [
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

scenario(
  "RS-17: a TLS handshake that does not come is given up in time",
  async ({ server }) => {
    const tcp = server.address("tls").replace("tls:", "tcp:");
    using _client = await RawClient.connect(tcp);
    await server.logged("the handshake did not come in time");
    // Deno itself holds such a socket until the peer leaves; the router does not.
    await server.emptied();
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
