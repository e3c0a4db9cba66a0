/** Handshakes that the router refuses, and how (checklist RS-07 to RS-15). */
import { assert, assertEquals } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { frame, helloDetails, RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { SERIALIZER_NUMBER, SERIALIZERS } from "../support/wire_codec.ts";
import { expectRefusal, readToEnd } from "./_handshake.ts";

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

/** A realm whose WELCOME takes more than 512 octets and less than 1024. */
const LONG_REALM = "com.example." + "x".repeat(400);

scenario(
  "RS-10 FR-18: a client that cannot take a WELCOME is refused with error 2",
  async ({ server }) => {
    for (const serializer of SERIALIZERS) {
      const number = SERIALIZER_NUMBER[serializer];
      const octets = new Uint8Array([0x7f, number, 0, 0]);
      await expectRefusal(server.address(), octets, "7F 20 00 00");
      using client = await RawClient.open(server.address(), serializer, 1);
      await client.hello(helloDetails(), LONG_REALM);
    }
  },
  { realms: [openRealm("realm1"), openRealm(LONG_REALM)] },
);

scenario(
  "RS-10 FR-18: a WELCOME that fits into 512 octets is sent to a client that takes no more",
  async ({ server }) => {
    for (const serializer of SERIALIZERS) {
      using client = await RawClient.open(server.address(), serializer, 0);
      await client.send([1, "realm1", helloDetails()]);
      const { first, payload } = await client.readFrame();
      assertEquals(first, 0);
      assert(payload.length <= 512, `${payload.length} octets`);
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

const HELLO = frame(
  0,
  utf8(JSON.stringify([1, "realm1", helloDetails()])),
);

/** What may be glued behind a handshake that is refused. */
const BEHIND: [name: string, octets: Uint8Array][] = [
  ["a PING and HELLO", concat(frame(1, bytesOf("2A")), HELLO)],
  ["a good handshake", concat(bytesOf("7F F1 00 00"), HELLO)],
  ["a frame of a reserved type", bytesOf("03 00 00 00")],
];

for (
  const [request, reply] of [
    ["7F F4 00 00", "7F 10 00 00"],
    ["7F F1 00 01", "7F 30 00 00"],
    ["7F F0 00 00", ""],
    ["00 F1 00 00", ""],
  ]
) {
  for (const [name, behind] of BEHIND) {
    scenario(
      `RS-15: ${name} behind the refused handshake ${request} is ignored`,
      async ({ server }) => {
        const octets = concat(bytesOf(request), behind);
        await expectRefusal(server.address(), octets, reply);
        const told = server.log.filter(({ level }) => level === "warn");
        assertEquals(told.length, 1, "one line about one fault");
        assertEquals(server.log.some(({ level }) => level === "error"), false);
      },
    );
  }
}
