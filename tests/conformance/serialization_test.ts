/** What all serializers have in common (checklist §2.1). */
import { assertEquals } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { helloDetails, type WireMessage } from "../support/raw_client.ts";
import {
  expectViolation,
  framesOf,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { encodeValue, SERIALIZERS } from "../support/wire_codec.ts";
import { type Forms, forms, messageOf } from "./_octets.ts";

/** Expects that `octets` end a session, and a connection before its session. */
async function expectRefused(
  router: Scenario,
  serializer: SerializerName,
  octets: Uint8Array,
): Promise<void> {
  const early = await router.open(serializer);
  await early.sendFrame(0, octets);
  await expectViolation(early);
  const client = await router.join({ serializer });
  await client.sendFrame(0, octets);
  await expectViolation(client);
}

/** What is no list that begins with an integer. */
const NO_MESSAGES: [name: string, value: unknown][] = [
  ["an object", { 0: 16 }],
  ["an empty object", {}],
  ["a string", "hello"],
  ["a number", 16],
  ["null", null],
  ["true", true],
  ["an empty list", []],
  ["a list that begins with a string", ["16", 1, {}, "com.a"]],
  ["a list that begins with a fraction", [1.5, 1, {}, "com.a"]],
  ["a list that begins with null", [null, 1, {}, "com.a"]],
  ["a list that begins with a bool", [true, "realm1", {}]],
  ["a list that begins with a list", [[16], 1, {}, "com.a"]],
  ["a message in a list", [[16, 1, {}, "com.a"]]],
  ["binary", new Uint8Array([0x90])],
];

for (const [name, value] of NO_MESSAGES) {
  scenario(`SE-01: ${name} is no message`, async (router) => {
    for (const serializer of SERIALIZERS) {
      await expectRefused(router, serializer, encodeValue(serializer, value));
    }
  });
}

/** Values that WAMP's own elements do not have, in places of their own. */
const WRONG_ELEMENTS: [name: string, message: WireMessage][] = [
  ["null as a topic", [16, 1, {}, null]],
  ["binary as a topic", [16, 1, {}, new Uint8Array([0x61])]],
  ["a fraction as a request", [16, 1.5, {}, "com.a"]],
  ["null as options", [16, 1, null, "com.a"]],
  ["binary as options", [16, 1, new Uint8Array([0x80]), "com.a"]],
  ["binary as Arguments", [16, 1, {}, "com.a", new Uint8Array([0x90])]],
  ["binary as a match policy", [
    32,
    1,
    { match: utf8("exact") },
    "com.a",
  ]],
];

for (const [name, message] of WRONG_ELEMENTS) {
  scenario(`SE-02: ${name} ends the session`, async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      await client.send(message);
      await expectViolation(client);
    }
  });
}

scenario(
  "SE-02: payload may hold null, floats, binary and any nesting",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    await other.subscribe("com.a");
    const args = [null, 1.5, [[], [null]], { a: { b: [0.25] } }];
    await client.send([16, 1, {}, "com.a", args, { k: null }]);
    assertEquals((await other.receive()).slice(3), [{}, args, { k: null }]);
  },
  { everySerializer: true },
);

/** Bools and integers in each other's place. */
const BOOLS: [name: string, message: WireMessage][] = [
  ["1 as acknowledge", [16, 1, { acknowledge: 1 }, "com.a"]],
  ["0 as acknowledge", [16, 1, { acknowledge: 0 }, "com.a"]],
  ["1 as exclude_me", [16, 1, { exclude_me: 1 }, "com.a"]],
  ["1 as disclose_me", [48, 1, { disclose_me: 1 }, "com.a"]],
  ["1 as receive_progress", [48, 1, { receive_progress: 1 }, "com.a"]],
  ["true as a request", [16, true, {}, "com.a"]],
  ["true as a subscription", [34, 1, true]],
  ["true as a timeout", [48, 1, { timeout: true }, "com.a"]],
];

for (const [name, message] of BOOLS) {
  scenario(`SE-03: ${name} ends the session`, async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      await client.send(message);
      await expectViolation(client);
    }
  });
}

/** Dicts in which a key is no string: `{1: true}`, and nested. */
const NUMBER_KEY = forms("", "81 01 C3", "A1 01 F5");
const NESTED_NUMBER_KEY = forms("", "81 A1 78 81 01 C3", "A1 61 78 A1 01 F5");

for (const serializer of ["msgpack", "cbor"] as const) {
  for (
    const [name, dict] of [
      ["a key", NUMBER_KEY],
      ["a key of a dict in it", NESTED_NUMBER_KEY],
    ] as const
  ) {
    scenario(
      `SE-04: ${serializer}: Options with ${name} that is no string end the session`,
      async (router) => {
        const topic = encodeValue(serializer, "com.a");
        const octets = dict[serializer];
        for (const code of [16, 32, 48, 64]) {
          const client = await router.join({ serializer });
          await client.sendFrame(
            0,
            messageOf(serializer, [code, 1], octets, topic),
          );
          await expectViolation(client);
        }
        const early = await router.open(serializer);
        await early.sendFrame(0, messageOf(serializer, [1, "realm1"], octets));
        await expectViolation(early);
      },
    );
  }

  scenario(
    `SE-04: ${serializer}: ArgumentsKw with a key that is no string end the session`,
    async (router) => {
      for (const head of [[16, 1, {}, "com.a", []], [48, 1, {}, "com.a", []]]) {
        const client = await router.join({ serializer });
        await client.sendFrame(
          0,
          messageOf(serializer, head, NUMBER_KEY[serializer]),
        );
        await expectViolation(client);
      }
    },
  );
}

scenario(
  "SE-04: of two equal keys in Options the last one counts",
  async (router) => {
    // {"acknowledge": false, "acknowledge": true}
    const twice: Record<SerializerName, Uint8Array> = {
      json: utf8('{"acknowledge":false,"acknowledge":true}'),
      msgpack: concat(
        bytesOf("82 AB"),
        utf8("acknowledge"),
        bytesOf("C2 AB"),
        utf8("acknowledge"),
        bytesOf("C3"),
      ),
      cbor: concat(
        bytesOf("A2 6B"),
        utf8("acknowledge"),
        bytesOf("F4 6B"),
        utf8("acknowledge"),
        bytesOf("F5"),
      ),
    };
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      const topic = encodeValue(serializer, "com.a");
      await client.sendFrame(
        0,
        messageOf(serializer, [16, 9], twice[serializer], topic),
      );
      assertEquals((await client.receive()).slice(0, 2), [17, 9]);
    }
  },
);

/** First octets of IDs above 2^32 in the two binary serializers. */
const WIDE_INTEGER = { msgpack: 0xcf, cbor: 0x1b };

for (const serializer of ["msgpack", "cbor"] as const) {
  scenario(
    `SE-12: ${serializer}: the router sends integers as integers, also above 2^32`,
    async (router) => {
      const wide = WIDE_INTEGER[serializer];
      const list = serializer === "msgpack" ? 0x90 : 0x80;
      const requestMax = concat(
        new Uint8Array([wide]),
        bytesOf("00 20 00 00 00 00 00 00"),
      );
      const client = await router.open(serializer);
      await client.sendBytes(
        framesOf(client, [[1, "realm1", helloDetails()]]),
      );
      const welcome = (await client.readFrame()).payload;
      assertEquals([...welcome.slice(0, 3)], [list | 3, 2, wide]);
      await client.send(
        [16, 2 ** 53, { acknowledge: true, exclude_me: false }, "com.a"],
      );
      const published = (await client.readFrame()).payload;
      const code = encodeValue(serializer, 17);
      const head = concat(new Uint8Array([list | 3]), code, requestMax);
      assertEquals(published.slice(0, head.length), head);
      assertEquals(published[head.length], wide);
      for (
        const message of [[32, 2 ** 53, {}, "com.a"], [
          64,
          2 ** 53,
          {},
          "com.a",
        ]]
      ) {
        await client.send(message);
        const { payload } = await client.readFrame();
        assertEquals(payload.at(-1), 1, "a small ID in one octet");
      }
    },
  );
}

/** What is no integer in [0, 2^53], where a request is due. */
const NO_INTEGERS: [name: string, value: unknown][] = [
  ["a string of digits", "7"],
  ["an empty string", ""],
  ["a negative integer", -7],
  ["a fraction", 7.5],
  ["a small fraction", 1e-9],
  ["a number beyond 2^53", 2 ** 60],
  ["null", null],
  ["a list", [7]],
  ["binary", new Uint8Array([7])],
];

for (const [name, value] of NO_INTEGERS) {
  scenario(
    `SE-13: ${name} where an integer is due ends the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        for (
          const message of [
            [16, value, {}, "com.a"],
            [34, 1, value],
            [value, 1, {}, "com.a"],
          ]
        ) {
          const client = await router.join({ serializer });
          await client.send(message);
          await expectViolation(client);
        }
      }
    },
  );
}

scenario(
  "SE-13: an absent element ends the session",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      for (
        const message of [[16], [16, 1], [16, 1, {}], [48, 1, {}], [34, 1]]
      ) {
        const client = await router.join({ serializer });
        await client.send(message);
        await expectViolation(client);
      }
    }
  },
);

/** Floats that are integers, in all widths: 7, and 2^53. */
const INTEGRAL_FLOATS: [name: string, number: number, octets: Forms][] = [
  ["7.0", 7, forms("7.0", "CB 401C000000000000", "FB 401C000000000000")],
  ["7 in single width", 7, forms("7e0", "CA 40E00000", "FA 40E00000")],
  ["7 in half width", 7, forms("70E-1", "CA 40E00000", "F9 4700")],
  [
    "2^32 (as wampy sends it)",
    2 ** 32,
    forms("4294967296.0", "CB 41F0000000000000", "FB 41F0000000000000"),
  ],
  [
    "2^53",
    2 ** 53,
    forms("9007199254740992.0", "CB 4340000000000000", "FB 4340000000000000"),
  ],
];

for (const [name, number, octets] of INTEGRAL_FLOATS) {
  scenario(
    `SE-13: the float ${name} counts as the integer it is`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        const options = encodeValue(serializer, {});
        const uri = encodeValue(serializer, "com.a");
        await client.sendFrame(
          0,
          messageOf(serializer, [48], octets[serializer], options, uri),
        );
        assertEquals((await client.receive()).slice(0, 3), [8, 48, number]);
      }
    },
  );
}
