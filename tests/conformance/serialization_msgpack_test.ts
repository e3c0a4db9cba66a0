/** MessagePack on the wire (checklist §2.3). */
import { assertEquals } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { expectError, expectViolation, scenario } from "../support/scenario.ts";
import { encodeValue } from "../support/wire_codec.ts";
import {
  forms,
  listOf,
  messageOf,
  receiveOctets,
  sendOctets,
} from "./_octets.ts";
import { subscribersOf } from "./_subscribers.ts";

const MSGPACK = { serializer: "msgpack" } as const;

/** Lengths of strings and octets, and the header that each must get. */
const LENGTHS: [length: number, text: string, octets: string][] = [
  [0, "A0", "C4 00"],
  [1, "A1", "C4 01"],
  [31, "BF", "C4 1F"],
  [32, "D9 20", "C4 20"],
  [255, "D9 FF", "C4 FF"],
  [256, "DA 0100", "C5 0100"],
  [65_535, "DA FFFF", "C5 FFFF"],
  [65_536, "DB 00010000", "C6 00010000"],
];

for (const [length, textHeader, octetsHeader] of LENGTHS) {
  scenario(
    `SM-01: text of ${length} octets is sent as str, as many octets as bin`,
    async (router) => {
      const client = await router.join(MSGPACK);
      const publisher = await router.join({ serializer: "json" });
      await client.subscribe("com.a");
      const text = "x".repeat(length);
      const octets = new Uint8Array(length).fill(0x78);
      await publisher.send([16, 1, {}, "com.a", [text]]);
      await receiveOctets(
        client,
        listOf("msgpack", concat(bytesOf(textHeader), utf8(text))),
      );
      await publisher.send([16, 1, {}, "com.a", [octets]]);
      await receiveOctets(
        client,
        listOf("msgpack", concat(bytesOf(octetsHeader), octets)),
      );
    },
  );
}

scenario(
  "SM-01: WAMP's own strings are sent as str",
  async (router) => {
    const client = await router.join(MSGPACK);
    await client.send([48, 1, {}, "com.none"]);
    const answer = (await client.readFrame()).payload;
    const uri = "wamp.error.no_such_procedure";
    assertEquals(
      answer.slice(0, 6 + uri.length),
      concat(bytesOf("96 08 30 01 80 BC"), utf8(uri)),
    );
  },
);

/** Strings of WAMP's own in the form of octets: `bin` where `str` is due. */
const BIN_FOR_STR: [name: string, octets: Uint8Array][] = [
  ["a topic", messageOf("msgpack", [16, 1, {}, utf8("com.a")])],
  ["a procedure", messageOf("msgpack", [48, 1, {}, utf8("com.a")])],
  [
    "an option's value",
    messageOf("msgpack", [
      32,
      1,
      { match: utf8("prefix") },
      "com.a",
    ]),
  ],
  [
    "an option's key",
    messageOf(
      "msgpack",
      [16, 1],
      concat(bytesOf("81 C4 0B"), utf8("acknowledge"), bytesOf("C3")),
      encodeValue("msgpack", "com.a"),
    ),
  ],
  [
    "a key of ArgumentsKw",
    messageOf("msgpack", [16, 1, {}, "com.a", []], bytesOf("81 C4 01 6B 01")),
  ],
  ["GOODBYE's reason", messageOf("msgpack", [6, {}, utf8("com.a")])],
];

for (const [name, octets] of BIN_FOR_STR) {
  scenario(`SM-02: bin as ${name} ends the session`, async (router) => {
    const client = await router.join(MSGPACK);
    await client.sendFrame(0, octets);
    await expectViolation(client);
  });
}

scenario("SM-02: bin as a realm ends the connection", async (router) => {
  const client = await router.open("msgpack");
  await client.send([1, utf8("realm1"), { roles: { caller: {} } }]);
  await expectViolation(client);
});

/** 5 in all widths that MessagePack has. */
const FIVES = [
  "05",
  "CC 05",
  "CD 00 05",
  "CE 00 00 00 05",
  "CF 00 00 00 00 00 00 00 05",
  "D0 05",
  "D1 00 05",
  "D2 00 00 00 05",
  "D3 00 00 00 00 00 00 00 05",
];

for (const five of FIVES) {
  scenario(`SM-03: ${five} is the integer 5`, async (router) => {
    const client = await router.join(MSGPACK);
    const rest = [{ timeout: 5 }, "com.none"]
      .map((value) => encodeValue("msgpack", value));
    await client.sendFrame(
      0,
      messageOf("msgpack", [48], bytesOf(five), ...rest),
    );
    await expectError(client, 48, 5, "wamp.error.no_such_procedure");
    // As the value of an option, and as a subscription.
    const options = concat(bytesOf("81 A7"), utf8("timeout"), bytesOf(five));
    await client.sendFrame(0, messageOf("msgpack", [48, 6], options, rest[1]));
    await expectError(client, 48, 6, "wamp.error.no_such_procedure");
    await client.sendFrame(0, messageOf("msgpack", [34, 7], bytesOf(five)));
    await expectError(client, 34, 7, "wamp.error.no_such_subscription");
  });
}

/** 48, the type of CALL, in all widths. */
for (
  const code of [
    "CC 30",
    "CD 0030",
    "CE 00000030",
    "D0 30",
    "D3 0000000000000030",
  ]
) {
  scenario(`SM-03: ${code} is the message type 48`, async (router) => {
    const client = await router.join(MSGPACK);
    const rest = [9, {}, "com.none"]
      .map((value) => encodeValue("msgpack", value));
    await client.sendFrame(0, messageOf("msgpack", [], bytesOf(code), ...rest));
    await expectError(client, 48, 9, "wamp.error.no_such_procedure");
  });
}

scenario(
  "SM-03: lists, dicts and strings of all widths are read",
  async (router) => {
    const client = await router.join(MSGPACK);
    for (
      const message of [
        "DC 0004 10 09 81 AB 61636B6E6F776C65646765 C3 A5 636F6D2E61",
        "DD 00000004 10 09 DE 0001 D9 0B 61636B6E6F776C65646765 C3 DA 0005 636F6D2E61",
        "94 10 09 DF 00000001 DB 0000000B 61636B6E6F776C65646765 C3 DB 00000005 636F6D2E61",
      ]
    ) {
      await client.sendFrame(0, bytesOf(message));
      assertEquals((await client.receive()).slice(0, 2), [17, 9]);
    }
  },
);

/** IDs, and the form in which they are mirrored. */
const IDS: [id: number, form: string][] = [
  [127, "7F"],
  [128, "CC 80"],
  [65_536, "CE 00010000"],
  [2 ** 32 - 1, "CE FFFFFFFF"],
  [2 ** 32, "CF 0000000100000000"],
  [2 ** 53 - 1, "CF 001FFFFFFFFFFFFF"],
  [2 ** 53, "CF 0020000000000000"],
];

for (const [id, form] of IDS) {
  scenario(`SM-04: the ID ${id} is sent as ${form}`, async (router) => {
    const client = await router.join(MSGPACK);
    await client.send([32, id, {}, "com.a"]);
    assertEquals(
      (await client.readFrame()).payload,
      concat(bytesOf("93 21"), bytesOf(form), bytesOf("01")),
    );
  });
}

for (const octets of ["FF", "C3", "C0 AF", "ED A0 80", "F4 90 80 80"]) {
  scenario(
    `SM-05: str with the octets ${octets}, which are no UTF-8, ends the session at WAMP level`,
    async (router) => {
      const bad = bytesOf(octets);
      const text = concat(new Uint8Array([0xa0 | bad.length]), bad);
      const topic = encodeValue("msgpack", "com.a");
      for (
        const message of [
          messageOf("msgpack", [16, 1, {}], text),
          messageOf(
            "msgpack",
            [16, 1],
            concat(bytesOf("81"), text, text),
            topic,
          ),
          messageOf(
            "msgpack",
            [16, 1],
            concat(bytesOf("81 A3 786D79"), text),
            topic,
          ),
          messageOf("msgpack", [6, {}], text),
        ]
      ) {
        const client = await router.join(MSGPACK);
        await client.sendFrame(0, message);
        await expectViolation(client);
      }
    },
  );
}

/** Extension types: all forms that MessagePack has. */
const EXTENSIONS: [name: string, octets: string, payload: string][] = [
  ["fixext 1", "D4 05 AA", "AA"],
  ["fixext 2", "D5 05 AABB", "AABB"],
  ["fixext 4", "D6 05 AABBCCDD", "AABBCCDD"],
  ["fixext 8", "D7 05 0102030405060708", "0102030405060708"],
  [
    "fixext 16",
    "D8 05 01020304050607080910111213141516",
    "01020304050607080910111213141516",
  ],
  ["ext 8", "C7 03 05 AABBCC", "AABBCC"],
  ["ext 16", "C8 0003 05 AABBCC", "AABBCC"],
  ["ext 32", "C9 00000003 05 AABBCC", "AABBCC"],
  ["ext of no octets", "C7 00 05", ""],
];

for (const [name, octets, inner] of EXTENSIONS) {
  scenario(
    `SM-06: ${name} in payload is unchanged for MessagePack, its octets for others`,
    async (router) => {
      const subscribers = await subscribersOf(router);
      const publisher = await router.join(MSGPACK);
      const args = listOf("msgpack", bytesOf(octets));
      await sendOctets(publisher, [16, 1, {}, "com.a"], args);
      for (const subscriber of subscribers) {
        if (subscriber.serializer === "msgpack") {
          await receiveOctets(subscriber, args);
          continue;
        }
        const [value] = (await subscriber.receive())[4];
        assertEquals(
          value,
          subscriber.serializer === "json"
            ? "\0" + bytesOf(inner).toBase64()
            : bytesOf(inner),
        );
      }
    },
  );

  scenario(
    `SM-06: ${name} at WAMP level ends the session`,
    async (router) => {
      const value = bytesOf(octets);
      const topic = encodeValue("msgpack", "com.a");
      for (
        const message of [
          messageOf("msgpack", [16, 1, {}], value),
          messageOf("msgpack", [16], value, encodeValue("msgpack", {}), topic),
          messageOf("msgpack", [16, 1], value, topic),
          messageOf(
            "msgpack",
            [16, 1],
            concat(bytesOf("81 A3 786D79"), value),
            topic,
          ),
          messageOf("msgpack", [16, 1, {}, "com.a"], value),
          messageOf("msgpack", [16, 1, {}, "com.a", []], value),
        ]
      ) {
        const client = await router.join(MSGPACK);
        await client.sendFrame(0, message);
        await expectViolation(client);
      }
    },
  );
}

/** Timestamps in all three widths, and the text that they are for others. */
const TIMESTAMPS: [octets: string, text: string][] = [
  ["D6 FF 00000000", "1970-01-01T00:00:00Z"],
  ["D6 FF 65920080", "2024-01-01T00:00:00Z"],
  ["D7 FF 773594006592 0080", "2024-01-01T00:00:00.5Z"],
  ["C7 0C FF 00000001 FFFFFFFFFFFFFFFF", "1969-12-31T23:59:59.000000001Z"],
];

for (const [octets, text] of TIMESTAMPS) {
  scenario(
    `SM-06: timestamp ${octets} is ${text} for other serializers`,
    async (router) => {
      const subscribers = await subscribersOf(router);
      const publisher = await router.join(MSGPACK);
      const args = listOf("msgpack", bytesOf(octets));
      await sendOctets(publisher, [16, 1, {}, "com.a"], args);
      for (const subscriber of subscribers) {
        if (subscriber.serializer === "msgpack") {
          await receiveOctets(subscriber, args);
        } else assertEquals((await subscriber.receive())[4], [text]);
      }
    },
  );
}

/** Dicts below ArgumentsKw whose keys are no strings. */
const ODD_KEYS: [name: string, value: ReturnType<typeof forms>][] = [
  [
    "integers",
    forms('{"1":true,"-2":false}', "82 01 C3 FE C2", "A2 01 F5 21 F4"),
  ],
  [
    "large integers",
    forms(
      '{"18446744073709551615":1}',
      "81 CF FFFFFFFFFFFFFFFF 01",
      "A1 1B FFFFFFFFFFFFFFFF 01",
    ),
  ],
  ["bools", forms('{"true":1,"false":2}', "82 C3 01 C2 02", "A2 F5 01 F4 02")],
  ["null", forms('{"null":1}', "81 C0 01", "A1 F6 01")],
  [
    "floats",
    forms(
      '{"1.5":1}',
      "81 CB 3FF8000000000000 01",
      "A1 FB 3FF8000000000000 01",
    ),
  ],
];

for (const [name, value] of ODD_KEYS) {
  scenario(
    `SM-07: ${name} as keys in payload are unchanged for MessagePack, as they are in CBOR, and text in JSON`,
    async (router) => {
      const subscribers = await subscribersOf(router);
      const publisher = await router.join(MSGPACK);
      await sendOctets(
        publisher,
        [16, 1, {}, "com.a"],
        listOf("msgpack", value.msgpack),
      );
      for (const subscriber of subscribers) {
        const to = subscriber.serializer;
        await receiveOctets(subscriber, listOf(to, value[to]));
      }
    },
  );
}
