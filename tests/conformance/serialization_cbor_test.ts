/** CBOR on the wire (checklist §2.4). */
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

const CBOR = { serializer: "cbor" } as const;

/** Lengths of strings and octets, and the heads that they must get. */
const LENGTHS: [length: number, text: string, octets: string][] = [
  [0, "60", "40"],
  [23, "77", "57"],
  [24, "78 18", "58 18"],
  [255, "78 FF", "58 FF"],
  [256, "79 0100", "59 0100"],
  [65_536, "7A 00010000", "5A 00010000"],
];

for (const [length, textHead, octetsHead] of LENGTHS) {
  scenario(
    `SC-01: text of ${length} octets is sent as major type 3, as many octets as type 2`,
    async (router) => {
      const client = await router.join(CBOR);
      const publisher = await router.join({ serializer: "msgpack" });
      await client.subscribe("com.a");
      const text = "x".repeat(length);
      const octets = new Uint8Array(length).fill(0x78);
      await publisher.send([16, 1, {}, "com.a", [text]]);
      await receiveOctets(
        client,
        listOf("cbor", concat(bytesOf(textHead), utf8(text))),
      );
      await publisher.send([16, 1, {}, "com.a", [octets]]);
      await receiveOctets(
        client,
        listOf("cbor", concat(bytesOf(octetsHead), octets)),
      );
    },
  );
}

scenario(
  "SC-01: WAMP's own strings are sent as major type 3",
  async (router) => {
    const client = await router.join(CBOR);
    await client.send([48, 1, {}, "com.none"]);
    const answer = (await client.readFrame()).payload;
    const uri = "wamp.error.no_such_procedure";
    assertEquals(
      answer.slice(0, 8 + uri.length),
      concat(bytesOf("86 08 18 30 01 A0 78 1C"), utf8(uri)),
    );
  },
);

for (
  const [name, message] of [
    ["a topic", [16, 1, {}, utf8("com.a")]],
    ["an option's value", [32, 1, { match: utf8("exact") }, "com.a"]],
    ["a reason", [6, {}, utf8("com.a")]],
  ] as const
) {
  scenario(
    `SC-01: octets as ${name} end the session`,
    async (router) => {
      const client = await router.join(CBOR);
      await client.sendFrame(0, messageOf("cbor", message));
      await expectViolation(client);
    },
  );
}

/** An acknowledged PUBLISH 9 of `com.a`, in definite and indefinite lengths. */
const PUBLICATIONS: [name: string, octets: string][] = [
  [
    "definite lengths",
    "84 10 09 A1 6B 61636B6E6F776C65646765 F5 65 636F6D2E61",
  ],
  [
    "an indefinite list",
    "9F 10 09 A1 6B 61636B6E6F776C65646765 F5 65 636F6D2E61 FF",
  ],
  [
    "an indefinite dict",
    "84 10 09 BF 6B 61636B6E6F776C65646765 F5 FF 65 636F6D2E61",
  ],
  [
    "strings in chunks",
    "84 10 09 A1 7F 63 61636B 60 68 6E6F776C65646765 FF F5 7F 63 636F6D 62 2E61 FF",
  ],
  [
    "long heads",
    "9A 00000004 18 10 19 0009 BA 00000001 78 0B 61636B6E6F776C65646765 F5 79 0005 636F6D2E61",
  ],
  [
    "indefinite Arguments and ArgumentsKw",
    "9F 10 09 A1 6B 61636B6E6F776C65646765 F5 65 636F6D2E61 9F 01 FF BF 61 6B 02 FF FF",
  ],
];

for (const [name, octets] of PUBLICATIONS) {
  scenario(`SC-02: a message with ${name} is read`, async (router) => {
    const client = await router.join(CBOR);
    await client.sendFrame(0, bytesOf(octets));
    assertEquals((await client.receive()).slice(0, 2), [17, 9]);
  });
}

/** 5 in all widths, floats among them (SE-13). */
const FIVES = [
  "05",
  "18 05",
  "19 0005",
  "1A 00000005",
  "1B 0000000000000005",
  "F9 4500",
  "FA 40A00000",
  "FB 4014000000000000",
];

for (const five of FIVES) {
  scenario(`SC-02: ${five} is the integer 5`, async (router) => {
    const client = await router.join(CBOR);
    const uri = encodeValue("cbor", "com.none");
    await client.sendFrame(
      0,
      messageOf("cbor", [48], bytesOf(five), encodeValue("cbor", {}), uri),
    );
    await expectError(client, 48, 5, "wamp.error.no_such_procedure");
    const options = concat(bytesOf("A1 67"), utf8("timeout"), bytesOf(five));
    await client.sendFrame(0, messageOf("cbor", [48, 6], options, uri));
    await expectError(client, 48, 6, "wamp.error.no_such_procedure");
  });
}

scenario(
  "SC-02: the router sends definite lengths, also for payload that came from elsewhere",
  async (router) => {
    const [json, , cbor] = await subscribersOf(router);
    await sendOctets(
      json,
      [16, 1, {}, "com.a"],
      utf8('[ [ ] , { "a" : "b" } ]'),
    );
    await receiveOctets(cbor, bytesOf("82 80 A1 6161 6162"));
    const publisher = await router.join(CBOR);
    await sendOctets(
      publisher,
      [16, 2, {}, "com.a"],
      bytesOf("9F 9F FF BF 6161 7F 6162 FF FF FF"),
    );
    await receiveOctets(json, utf8('[[],{"a":"b"}]'));
  },
);

/** IDs, and the form in which they are mirrored. */
const IDS: [id: number, form: string][] = [
  [23, "17"],
  [24, "18 18"],
  [256, "19 0100"],
  [65_536, "1A 00010000"],
  [2 ** 32 - 1, "1A FFFFFFFF"],
  [2 ** 32, "1B 0000000100000000"],
  [2 ** 53 - 1, "1B 001FFFFFFFFFFFFF"],
  [2 ** 53, "1B 0020000000000000"],
];

for (const [id, form] of IDS) {
  scenario(`SC-03: the ID ${id} is sent as ${form}`, async (router) => {
    const client = await router.join(CBOR);
    await client.send([32, id, {}, "com.a"]);
    assertEquals(
      (await client.readFrame()).payload,
      concat(bytesOf("83 18 21"), bytesOf(form), bytesOf("01")),
    );
  });
}

for (const tags of ["D9 D9F7", "D9 D9F7 D9 D9F7"]) {
  scenario(
    `SC-04: the self-describe tag before a message is accepted: ${tags}`,
    async (router) => {
      const client = await router.open("cbor");
      const hello = encodeValue("cbor", [1, "realm1", {
        roles: { caller: {} },
      }]);
      await client.sendFrame(0, concat(bytesOf(tags), hello));
      assertEquals((await client.receive())[0], 2);
      const subscribe = encodeValue("cbor", [32, 7, {}, "com.a"]);
      await client.sendFrame(0, concat(bytesOf(tags), subscribe));
      assertEquals((await client.receive()).slice(0, 2), [33, 7]);
    },
  );
}

/** Places at WAMP level with a tag before what stands there. */
const TAGGED: [name: string, octets: Uint8Array][] = [
  ["the message", concat(bytesOf("C6"), encodeValue("cbor", [6, {}, "com.a"]))],
  [
    "the type",
    messageOf(
      "cbor",
      [],
      bytesOf("C1 06"),
      bytesOf("A0"),
      encodeValue("cbor", "com.a"),
    ),
  ],
  ["a request", messageOf("cbor", [34], bytesOf("C1 01"), bytesOf("01"))],
  ["a topic", messageOf("cbor", [16, 1, {}], bytesOf("D8 20 61 61"))],
  [
    "the options",
    messageOf("cbor", [16, 1], bytesOf("C6 A0"), encodeValue("cbor", "com.a")),
  ],
  [
    "an option's value",
    messageOf(
      "cbor",
      [16, 1],
      bytesOf("A1 63 786D79 C1 01"),
      encodeValue("cbor", "com.a"),
    ),
  ],
  [
    "an option's key",
    messageOf(
      "cbor",
      [16, 1],
      bytesOf("A1 C6 63 786D79 01"),
      encodeValue("cbor", "com.a"),
    ),
  ],
  ["Arguments", messageOf("cbor", [16, 1, {}, "com.a"], bytesOf("C6 80"))],
  [
    "ArgumentsKw",
    messageOf("cbor", [16, 1, {}, "com.a", []], bytesOf("C6 A0")),
  ],
  [
    "a key of ArgumentsKw",
    messageOf("cbor", [16, 1, {}, "com.a", []], bytesOf("A1 C6 61 6B 01")),
  ],
];

for (const [name, octets] of TAGGED) {
  scenario(`SC-04: a tag on ${name} ends the session`, async (router) => {
    const client = await router.join(CBOR);
    await client.sendFrame(0, octets);
    await expectViolation(client);
  });
}

/** Tags in payload, and what the others get in their place. */
const PAYLOAD_TAGS: [name: string, value: ReturnType<typeof forms>][] = [
  [
    "0, a time as text",
    forms(
      '"2024-01-01T00:00:00Z"',
      "B4 323032342D30312D30315430303A30303A30305A",
      "C0 74 323032342D30312D30315430303A30303A30305A",
    ),
  ],
  [
    "1, a time in seconds",
    forms(
      '"2024-01-01T00:00:00Z"',
      "B4 323032342D30312D30315430303A30303A30305A",
      "C1 1A 65920080",
    ),
  ],
  ["2, a bignum that fits", forms("256", "CD 0100", "C2 42 0100")],
  ["3, a negative bignum that fits", forms("-257", "D1 FEFF", "C3 42 0100")],
  ["32, a URI", forms('"com"', "A3 636F6D", "D8 20 63 636F6D")],
  ["64, octets", forms('"\\u0000AQI="', "C4 02 0102", "D8 40 42 0102")],
  ["55799 before a value", forms("[1]", "91 01", "D9 D9F7 81 01")],
  ["tags on tags", forms("7", "07", "C6 C6 C6 07")],
];

for (const [name, value] of PAYLOAD_TAGS) {
  scenario(
    `SC-04: tag ${name}: unchanged for CBOR, converted for others`,
    async (router) => {
      const subscribers = await subscribersOf(router);
      const publisher = await router.join(CBOR);
      const args = listOf("cbor", value.cbor);
      await sendOctets(publisher, [16, 1, {}, "com.a"], args);
      for (const subscriber of subscribers) {
        const to = subscriber.serializer;
        await receiveOctets(subscriber, listOf(to, value[to]));
      }
    },
  );
}

/** Items that RFC 8949 does not know, as Arguments' only item. */
const MALFORMED: [name: string, item: string][] = [
  ["text that is no UTF-8", "61 FF"],
  ["text with a surrogate", "63 EDA080"],
  ["a chunk of text that ends in a character", "7F 61 C3 61 A4 FF"],
  ["additional information 28", "1C"],
  ["additional information 29 in text", "7D"],
  ["additional information 30 in a list", "9E"],
  ["additional information 31 in an integer", "1F"],
  ["additional information 31 in a negative integer", "3F"],
  ["additional information 31 in a tag", "DF 01"],
  ["reserved simple values", "F8 18"],
  ["additional information 28 in a simple value", "FC"],
  ["a stray break", "FF"],
  ["a break in place of a value", "A1 61 61 FF"],
  ["an indefinite dict of an odd count", "BF 61 61 FF"],
  ["a chunk of another type", "7F 41 61 FF"],
  ["a chunk of indefinite length", "7F 7F 61 61 FF FF"],
  ["a tag without a value", "C1"],
];

for (const [name, item] of MALFORMED) {
  scenario(`SC-05: ${name} ends the session`, async (router) => {
    const octets = bytesOf(item);
    const topic = encodeValue("cbor", "com.a");
    for (
      const message of [
        messageOf("cbor", [16, 1, {}, "com.a"], listOf("cbor", octets)),
        messageOf(
          "cbor",
          [16, 1, {}, "com.a", []],
          concat(bytesOf("A1 61 6B"), octets),
        ),
        messageOf(
          "cbor",
          [16, 1],
          concat(bytesOf("A1 63 786D79"), octets),
          topic,
        ),
        messageOf("cbor", [16, 1, {}], octets),
        octets,
      ]
    ) {
      const client = await router.join(CBOR);
      await client.sendFrame(0, message);
      await expectViolation(client);
    }
  });
}
